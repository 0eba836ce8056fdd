import ArgumentParser
import Bootstrap
import Glibc
import Operations

struct BackupCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Back up the database and the journal's spool of this host.",
        discussion: """
            Prints where the backup is, and with --quiet, for cron, nothing while all is well. A backup is a folder; it is whole as soon as its name does not end in .partial. Keep MASK_SECRET_KEY (/etc/mask/secret.key) apart from it: it is \
            not in it, and without it the secrets of webhooks cannot be read.
            """,
        subcommands: [Make.self, Verify.self], defaultSubcommand: Make.self)

    /// Root reads MariaDB's files, and MariaDB knows root as its administrator.
    var account: Account? { nil }

    struct Make: AccountCommand {
        static let configuration = CommandConfiguration(abstract: "Make a backup; what maskctl backup alone does.")
        @Option(help: "The folder of the backups; it is made where it is not there.") var to = "/var/backups/mask"
        @Option(help: "logical: mariadb-dump of our database. physical: mariadb-backup of the whole server, on its host, for large ones.")
        var method: BackupManifest.Method = .logical
        @Option(help: "How many backups to keep in the folder, this one among them; all where left out.") var keep: Int?
        @Flag(help: "Say each step, as on a terminal.") var verbose = false
        @Flag(help: "Say nothing while all is well.") var quiet = false

        var account: Account? { nil }

        func validate() throws {
            guard keep ?? 1 > 0 else { throw ValidationError("--keep takes a number from 1.") }
        }

        func run() throws {
            let installation = try openInstallation()
            let isSeen = !quiet && (verbose || isatty(STDOUT_FILENO) == 1)
            let path = try Backup(installation, method: method, to: to) { if isSeen { print($0) } }.make(keeping: keep)
            if !quiet && !isSeen { print(path) }
            if isSeen { print("Keep MASK_SECRET_KEY apart from it: without that key the secrets of webhooks cannot be read.") }
        }
    }

    struct Verify: AccountCommand {
        static let configuration = CommandConfiguration(abstract: "Check that every file of a backup is as it was written.")
        @Argument(help: "The backup.") var path: String
        @OptionGroup var output: OutputOptions

        var account: Account? { nil }

        func run() throws {
            let backup = try BackupFolder(path)
            let key = try? Configuration(try Environment.current()).secretKey
            try backup.verify(signedWith: key)
            let manifest = backup.manifest
            let log = manifest.binaryLog.map { "\($0.file) \($0.position) \($0.gtid)" } ?? "none"
            output.print([
                "method": manifest.method.rawValue, "created_at": manifest.createdAt, "version": manifest.version,
                "newest_migration": manifest.newestMigration, "server": manifest.server, "binary_log": log,
                "signed": key == nil ? "not looked at: there is no MASK_SECRET_KEY here" : "with this MASK_SECRET_KEY",
            ])
        }
    }
}

struct RestoreCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Restore a backup into an installation without data.",
        discussion: """
            Stop the workers and cron first. A logical backup goes into an empty database, which may be on any server. A physical \
            one takes the place of a whole server's files: stop MariaDB, too. An older schema is migrated.
            """)
    @Argument(help: "The backup.") var path: String
    @Flag(help: "What is there may go: the tables of our database, or with a physical backup its files.")
    var replace = false
    @Flag(help: "With a physical backup: the server's other databases may go back to its time as well.")
    var allDatabases = false
    @Flag(help: "Trust a backup that this MASK_SECRET_KEY has not signed. What is in it is run as SQL.")
    var unsigned = false
    @Option(help: "MariaDB's files, for a physical backup.") var dataFolder = "/var/lib/mysql"

    var account: Account? { nil }

    func run() throws {
        let backup = try BackupFolder(path)
        var consent: Restore.Consent = []
        if replace { consent.insert(.replacing) }
        if allDatabases { consent.insert(.allDatabases) }
        if unsigned { consent.insert(.unsigned) }
        try Restore(try openInstallation(), from: backup, consent: consent, dataFolder: dataFolder) { print($0) }.run()
    }
}

extension BackupManifest.Method: ExpressibleByArgument {}
