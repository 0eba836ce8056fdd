import Bootstrap
import Glibc
import Journal
import MariaDB
import Model
import POSIX
import Store

/// `maskctl restore`: puts a backup where nothing is, or in the place of what is there if that was asked for.
public struct Restore {
    private let installation: Installation
    private let backup: BackupFolder
    /// Whether what is there may go.
    private let replaces: Bool
    /// Whether other databases of the server may go back as well.
    private let takesAllDatabases: Bool
    /// Whether it may be one that was not signed with our key.
    private let trusts: Bool
    /// MariaDB's files, for a physical backup.
    private let dataFolder: String
    private let report: (String) -> Void

    /// Folders that MariaDB makes for itself.
    private static let ownFolders: Set = [".", "..", "mysql", "performance_schema", "sys", "lost+found", "#rocksdb"]

    /// What the sysadmin has said may be done.
    public struct Consent: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// What is there may go.
        public static let replacing = Consent(rawValue: 1)
        /// Other databases of the server may go back as well.
        public static let allDatabases = Consent(rawValue: 2)
        /// The backup may be one that was not signed with our key.
        public static let unsigned = Consent(rawValue: 4)
    }

    public init(
        _ installation: Installation, from backup: BackupFolder, consent: Consent = [], dataFolder: String,
        report: @escaping (String) -> Void
    ) {
        (replaces, takesAllDatabases) = (consent.contains(.replacing), consent.contains(.allDatabases))
        trusts = consent.contains(.unsigned)
        (self.installation, self.backup, self.dataFolder, self.report) = (installation, backup, dataFolder, report)
    }

    public func run() throws {
        umask(0o077)
        let manifest = backup.manifest
        guard manifest.newestMigration <= Schema.newestMigration else {
            throw BackupError("""
                \(backup.path) was made by MASK \(manifest.version) with the schema \(manifest.newestMigration); this is \
                \(Release.version) with \(Schema.newestMigration). Install that version first
                """)
        }
        try backup.verify(signedWith: trusts ? nil : installation.configuration.secretKey)
        report("every file is as it was written")
        let outcome: Void? = try SpoolCopy.withoutWriters(installation.configuration.spool) {
            switch manifest.method {
            case .logical: try restoreDump()
            case .physical: try restoreFiles()
            }
            let count = try SpoolCopy.restore(backup.path + "/" + BackupFolder.spool, to: installation.configuration.spool)
            report("put \(count) segments back into the journal")
        }
        guard outcome != nil else {
            throw BackupError("workers or loaders of the journal run on this host. Stop them: systemctl stop mask.target cron")
        }
        if BackupManifest.mark(of: installation.configuration.secretKey) != manifest.secretKeyMark {
            report("MASK_SECRET_KEY is not the one that this backup was made with: webhooks cannot be signed before it is")
        }
        switch manifest.method {
        case .logical: report("done. Start the workers: systemctl start mask.target cron")
        case .physical: report("done. Next: systemctl start mariadb && maskctl migrate && systemctl start mask.target cron")
        }
    }

    // MARK: Logical

    private func restoreDump() throws {
        let connection = try installation.connectPatiently()
        try Migrator.withSchemaUnchanged(on: connection) {
            try empty(connection)
            // Not into the backup, which may be on a disk that nobody writes to.
            let scratch = try ScratchFolder()
            var database = installation.configuration.database
            let prefix = try giveAway(scratch.path, &database, connection.address)
            let options = try ClientOptions(database, connection.address, at: scratch.path + "/client.cnf")
            if !prefix.isEmpty { try Account.administrator.own(options.path) }
            let toolbox = Toolbox(log: scratch.path + "/log")
            let file = backup.path + "/" + BackupFolder.dump
            guard let input = Descriptor(open(file, O_RDONLY | O_CLOEXEC)) else { throw BackupError("open", file) }
            report("loading the database")
            try toolbox.run(
                ["gzip", "-dc"],
                into: prefix + ["mariadb", "--defaults-file=" + options.path] + Self.sandbox + [installation.databaseName],
                input: input.number)
        }
        try installation.migrate(report: report)
    }

    /// A dump is SQL that is run. Where root restores over the server's socket, the client is `mask-admin`, who has rights on our
    /// database and none beside it.
    /// - Returns: the words that run a program so; none where the configuration says who restores.
    private func giveAway(
        _ folder: String, _ database: inout MariaDBConfiguration, _ address: MariaDBConfiguration.Address
    ) throws -> [String] {
        guard case .socket = address, database.password == nil, geteuid() == 0, Environment.file == Environment.packagedFile else { return [] }
        try Account.administrator.own(folder, mode: 0o700)
        let name = Account.administrator.rawValue
        database.user = name
        return ["setpriv", "--reuid=" + name, "--regid=" + name, "--init-groups"]
    }

    /// Lines of a dump that call the shell or read files are refused: by clients from 10.11.8 on.
    private static var sandbox: [String] {
        Program.run(["mariadb", "--no-defaults", "--sandbox", "--version"], isSilent: true) == 0 ? ["--sandbox"] : []
    }

    private func empty(_ connection: Connection) throws {
        let tables = try connection.query("""
            SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE'
            """).map { try $0.string(0) }
        guard !tables.isEmpty else { return }
        guard replaces else {
            throw BackupError("the database \(installation.databaseName) has tables. Restore into an empty one, or say --replace: what is there is lost then")
        }
        report("dropping \(tables.count) tables")
        // schema_migrations first: what is half gone is no schema that a worker would start on.
        for table in tables.sorted(by: { left, _ in left == "schema_migrations" }) {
            try connection.runScript("SET foreign_key_checks = 0; DROP TABLE `\(table)`")
        }
    }

    // MARK: Physical

    /// Whether the configured server answers, be it with a refusal, or InnoDB has its files open: it locks them.
    private var isServerRunning: Bool {
        do throws(MariaDBError) {
            _ = try Connection(installation.configuration.database)
            return true
        } catch {
            guard error.code == .unreachable || error.code == .unreachableHost else { return true }
        }
        guard let file = Descriptor(open(dataFolder + "/ibdata1", O_RDWR | O_CLOEXEC)) else { return false }
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        return fcntl(file.number, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    /// The folder with what was there keeps it, under another name.
    private func restoreFiles() throws {
        guard !isServerRunning else { throw BackupError("MariaDB runs. Stop it first: systemctl stop mariadb") }
        var status = stat()
        guard stat(dataFolder, &status) == 0 else { throw BackupError("stat", dataFolder) }
        let strangers = try Environment.names(dataFolder, suffix: "", for: "--data-folder").filter { name in
            var entry = stat()
            return !Self.ownFolders.contains(name) && lstat("\(dataFolder)/\(name)", &entry) == 0 && entry.st_mode & S_IFMT == S_IFDIR
        }
        let others = strangers.filter { $0 != installation.databaseName }
        guard others.isEmpty || takesAllDatabases else {
            throw BackupError("""
                \(dataFolder) also has the databases \(others.joined(separator: ", ")), and this backup is a whole server's: they would \
                go back to \(backup.manifest.createdAt), too, or away. Say --all-databases if they may, or restore a logical backup
                """)
        }
        guard strangers.isEmpty || replaces else {
            throw BackupError("\(dataFolder) has the database \(installation.databaseName). Say --replace: what is there is kept beside it")
        }
        let old = "\(dataFolder).before-\(Backup.stamp(.now()))"
        guard rename(dataFolder, old) == 0 else { throw BackupError("rename", dataFolder) }
        report("what was there is in \(old)")
        let scratch = try ScratchFolder()
        let toolbox = Toolbox(log: scratch.path + "/log")
        do {
            guard mkdir(dataFolder, 0o700) == 0 else { throw BackupError("mkdir", dataFolder) }
            try toolbox.run([
                "mariadb-backup", "--no-defaults", "--copy-back", "--target-dir=\(backup.path)/\(BackupFolder.files)",
                "--datadir=" + dataFolder,
            ])
            try toolbox.run(["chown", "-R", "\(status.st_uid):\(status.st_gid)", dataFolder])
            guard chmod(dataFolder, status.st_mode & 0o7777) == 0 else { throw BackupError("chmod", dataFolder) }
        } catch {
            try BackupFolder.remove(dataFolder)
            guard rename(old, dataFolder) == 0 else { throw BackupError("rename", old) }
            throw error
        }
    }
}
