import Bootstrap
import Glibc
import Journal
import MariaDB
import Model
import POSIX
import Store

/// `maskctl backup`: the database, the journal's spool of this host, and the configuration without its secrets.
///
/// Bio pages are not in it: `maskctl page sync` writes them again. MASK_SECRET_KEY is not in it either, so that who gets hold
/// of a backup cannot sign in the name of the endpoints' owners.
public struct Backup {
    private let installation: Installation
    private let method: BackupManifest.Method
    /// The folder that has the backups.
    private let folder: String
    private let report: (String) -> Void

    public init(_ installation: Installation, method: BackupManifest.Method, to folder: String, report: @escaping (String) -> Void) {
        (self.installation, self.method, self.folder, self.report) = (installation, method, folder, report)
    }

    /// Makes a backup and returns its path.
    /// - Parameter keep: how many are kept afterwards, this one among them; nil keeps all.
    public func make(keeping keep: Int?) throws -> String {
        umask(0o077)
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw BackupError("mkdir", folder) }
        // Held to the end: what is called .partial then belongs to a backup that was cut short.
        guard let lock = Descriptor(open(folder + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)) else {
            throw BackupError("open", folder + "/.lock")
        }
        guard flock(lock.number, LOCK_EX | LOCK_NB) == 0 else { throw BackupError("another backup into \(folder) is running") }
        for name in try Environment.names(folder, suffix: BackupFolder.partial, for: "--to") where name.hasPrefix("mask-") {
            try BackupFolder.remove("\(folder)/\(name)")
        }
        let path = Self.freePath(in: folder)
        let partial = path + BackupFolder.partial
        do {
            guard mkdir(partial, 0o700) == 0 else { throw BackupError("mkdir", partial) }
            try fill(partial)
            guard rename(partial, path) == 0 else { throw BackupError("rename", path) }
        } catch {
            try? BackupFolder.remove(partial)
            throw error
        }
        guard let parent = Descriptor(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)), fsync(parent.number) == 0 else {
            throw BackupError("fsync", folder)
        }
        if let keep { try BackupFolder.forget(in: folder, keeping: keep) }
        report("\(path) is complete")
        return path
    }

    /// Named by the time: one that comes a moment after another waits for a second of its own.
    private static func freePath(in folder: String) -> String {
        while true {
            let path = "\(folder)/mask-\(stamp(.now()))"
            if access(path, F_OK) != 0 { return path }
            usleep(50_000)
        }
    }

    /// `20261121T143000Z`: sorts as its time does.
    static func stamp(_ time: Timestamp) -> String { time.rfc3339.filter { $0 != "-" && $0 != ":" } }

    private func fill(_ path: String) throws {
        let createdAt = Timestamp.now().rfc3339
        // The spool first: see SpoolCopy.
        try HostFile.makeFolder(path + "/" + BackupFolder.spool, mode: 0o700)
        let segments = try SpoolCopy.save(installation.configuration.spool, to: path + "/" + BackupFolder.spool)
        report("copied \(segments) segments of the journal")
        let connection = try installation.connectPatiently()
        let manifest = try Migrator.withSchemaUnchanged(on: connection) {
            guard let newest = try Migrator.applied(on: connection).last else {
                throw BackupError("the database \(installation.databaseName) has no tables of MASK; there is nothing to back up")
            }
            let toolbox = Toolbox(log: path + "/log")
            let options = try ClientOptions(installation.configuration.database, connection.address, at: path + "/client.cnf")
            let log = switch method {
            case .logical: try dump(to: path, toolbox, options.path, on: connection)
            case .physical: try copyFiles(to: path, toolbox, options.path, on: connection)
            }
            return BackupManifest(
                method: method, version: Release.version, newestMigration: newest, createdAt: createdAt, database: installation.databaseName,
                server: try connection.query("SELECT VERSION()").first?.string(0) ?? "", binaryLog: log,
                secretKeyMark: BackupManifest.mark(of: installation.configuration.secretKey))
        }
        try HostFile.remove(path + "/log")
        if let file = Environment.file, let text = File.text(of: file) {
            try HostFile.write(Self.withoutSecrets(text), to: path + "/" + BackupFolder.settings, mode: 0o600)
        }
        try HostFile.write(manifest.json, to: path + "/" + BackupFolder.manifestFile, mode: 0o600)
        try seal(path)
    }

    // MARK: The database

    /// `schema_migrations` last: a restore that was cut short is no schema that a worker would start on. It cannot change
    /// meanwhile, as migrations wait.
    private func dump(
        to path: String, _ toolbox: Toolbox, _ options: String, on connection: Connection
    ) throws -> BackupManifest.BinaryLog? {
        // Only who has RELOAD may stop writing for the moment in which the log's position is read.
        let hasLog = try connection.query("""
            SELECT @@log_bin AND EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'RELOAD')
            """).first?.bool(0) ?? false
        let database = installation.databaseName
        let words = ["mariadb-dump", "--defaults-file=" + options, "--single-transaction", "--quick", "--no-tablespaces", "--hex-blob"]
        report("dumping the database \(database)")
        let file = path + "/" + BackupFolder.dump
        guard let output = Descriptor(open(file, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)) else {
            throw BackupError("open", file)
        }
        let place = hasLog ? ["--master-data=2"] : []
        // Without the salts of the last days nobody can lead a visitor's hash back to an address, as after two days in the database.
        let left = ["--ignore-table=\(database).schema_migrations", "--ignore-table-data=\(database).visitor_salts"]
        try toolbox.run(words + place + left + [database], into: ["gzip"], output: output.number)
        try toolbox.run(words + [database, "schema_migrations"], into: ["gzip"], output: output.number)
        return hasLog ? try binaryLog(ofDump: file, toolbox, path, on: connection) : nil
    }

    /// What `--master-data=2` has written as a comment at the dump's head.
    private func binaryLog(
        ofDump file: String, _ toolbox: Toolbox, _ path: String, on connection: Connection
    ) throws -> BackupManifest.BinaryLog? {
        let head = path + "/head"
        guard let input = Descriptor(open(file, O_RDONLY | O_CLOEXEC)),
            let output = Descriptor(open(head, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600))
        else { throw BackupError("open", head) }
        try toolbox.run(["gzip", "-dc"], into: ["sed", "-n", "/^-- CHANGE MASTER TO MASTER_LOG_FILE/p"], input: input.number, output: output.number)
        let parts = (File.text(of: head) ?? "").split(separator: "'")
        try HostFile.remove(head)
        guard parts.count > 2, let position = Int(parts[2].filter(\.isNumber)) else { return nil }
        let name = String(parts[1])
        let gtid = try connection.query("SELECT BINLOG_GTID_POS(\(name), \(position))").first?.optionalString(0)
        return .init(file: name, position: position, gtid: gtid ?? "")
    }

    /// Prepared at once: what cannot be prepared is no backup.
    private func copyFiles(
        to path: String, _ toolbox: Toolbox, _ options: String, on connection: Connection
    ) throws -> BackupManifest.BinaryLog? {
        guard let row = try connection.query("SELECT @@datadir, @@hostname").first, let data = try? row.string(0),
            try row.string(1) == Self.hostName, access(data, R_OK | X_OK) == 0
        else {
            throw BackupError("MariaDB's files cannot be read here; run this as root on its host, or use --method logical")
        }
        let target = path + "/" + BackupFolder.files
        report("copying the server's files from \(data)")
        let words = ["mariadb-backup", "--defaults-file=" + options, "--target-dir=" + target]
        try toolbox.run(words + ["--backup", "--datadir=" + data])
        report("preparing them")
        try toolbox.run(words + ["--prepare"])
        for name in ["mariadb_backup_binlog_info", "xtrabackup_binlog_info"] {
            guard let parts = File.text(of: "\(target)/\(name)")?.split(whereSeparator: \.isWhitespace), parts.count > 1 else { continue }
            return .init(file: String(parts[0]), position: Int(parts[1]) ?? 0, gtid: parts.count > 2 ? String(parts[2]) : "")
        }
        return nil
    }

    /// gethostname(2), which MariaDB asks, too.
    private static var hostName: String {
        var name = [CChar](repeating: 0, count: Int(HOST_NAME_MAX) + 1)
        gethostname(&name, Int(HOST_NAME_MAX))
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    // MARK: The rest

    /// Every variable with a secret in it stays, without it; also where its line is a comment.
    static func withoutSecrets(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let mark = line.firstIndex(of: "=") else { return String(line) }
            let name = line[..<mark].filter { $0 != "#" && $0 != " " }
            return name.hasSuffix("PASSWORD") || name.hasSuffix("_KEY") && !name.hasSuffix("TLS_KEY") ? "#\(name)=" : String(line)
        }.joined(separator: "\n")
    }

    /// The sums of all files, and everything on the disk.
    private func seal(_ path: String) throws {
        let file = path + "/" + BackupFolder.sums
        guard let output = Descriptor(open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)) else { throw BackupError("open", file) }
        let words = ["env", "--chdir", path, "find", ".", "-type", "f", "!", "-name", BackupFolder.sums, "-exec", "sha256sum", "{}", "+"]
        guard let process = Program.start(words, output: output.number), Program.wait(process) == 0 else {
            throw BackupError("\(file) cannot be written")
        }
        let signature = BackupFolder.signature(of: try HostFile.read(file), with: installation.configuration.secretKey)
        try HostFile.write(signature + "\n", to: path + "/" + BackupFolder.signatureFile, mode: 0o600)
        guard Program.run(["sync", "--file-system", path]) == 0 else { throw BackupError("\(path) cannot be brought to the disk") }
    }
}
