import Bootstrap
import Foundation
import Journal
import Logging
import MariaDB
import Model
import Operations
import Store
import Support
import Synchronization
import Threads

/// A host with a MariaDB of its own, a spool and a folder for backups.
final class BackupHost: Sendable {
    let server: MariaDBServer
    let spool: TemporaryFolder
    let backups: TemporaryFolder
    let installation: Installation
    let database: TestDatabase

    static let secretKey = "0123456789abcdef0123456789abcdef"

    /// - Parameters:
    ///   - files: of a server that was restored; without it the server is fresh and has an empty database.
    ///   - isMigrated: whether it has our tables.
    init(
        files: String? = nil, spool: TemporaryFolder? = nil, isMigrated: Bool = false, options: [String] = [], migrations: String = Migrations.folder
    ) throws {
        server = try MariaDBServer(files: files, options: options)
        self.spool = try spool ?? TemporaryFolder("spool")
        backups = try TemporaryFolder("backups")
        var configuration = server.configuration
        if files == nil { try Connection(configuration).run("CREATE DATABASE mask COLLATE utf8mb4_nopad_bin") }
        configuration.database = "mask"
        guard case .socket(let socket) = configuration.address else { throw TestFailure("no socket") }
        installation = try Self.installation(socket: socket, spool: self.spool, migrations: migrations)
        database = TestDatabase(configuration)
        if isMigrated { try installation.migrate { _ in } }
    }

    static func installation(socket: String, spool: TemporaryFolder, migrations: String = Migrations.folder) throws -> Installation {
        Installation(
            try Configuration(Environment([
                "MASK_MARIADB_SOCKET": socket, "MASK_MARIADB_USER": "root", "MASK_SPOOL": spool.path, "MASK_MIGRATIONS": migrations,
                "MASK_SECRET_KEY": secretKey, "MASK_LOG_LEVEL": "critical",
            ])), label: "test")
    }

    func backUp(_ method: BackupManifest.Method, keeping keep: Int? = nil) throws -> BackupFolder {
        try BackupFolder(try Backup(installation, method: method, to: backups.path) { _ in }.make(keeping: keep))
    }

    /// Restores into this host, which is empty.
    func restore(_ backup: BackupFolder, replaces: Bool = false) throws {
        try Restore(installation, from: backup, consent: replaces ? .replacing : [], dataFolder: "/nonexistent") { _ in }.run()
    }

    /// A host that a backup was restored on, by either method.
    static func restored(from backup: BackupFolder) throws -> BackupHost {
        guard backup.manifest.method == .physical else {
            let host = try BackupHost()
            try host.restore(backup)
            return host
        }
        let (spool, files) = (try TemporaryFolder("spool"), try TemporaryFolder("files"))
        let away = try installation(socket: spool.path + "/no-server", spool: spool)
        try Restore(away, from: backup, dataFolder: files.path) { _ in }.run()
        let host = try BackupHost(files: files.path, spool: spool)
        try host.installation.migrate { _ in }
        // Its server has the files open as long as this process lives.
        keptFolders.withLock { $0.append(files) }
        return host
    }

    private static let keptFolders = Monitor<[TemporaryFolder]>([])

    /// Loads what waits in the spool.
    func loadJournal() throws {
        var loader = JournalLoader(directory: spool.path, store: database.store, logger: installation.logger)
        while let loaded = try loader.load(), loaded.clicks + loaded.requests > 0 {}
    }

    /// Of every table the number of rows, and a hash over all columns of all of them in any order.
    func rowHashes(without left: Set<String> = []) throws -> [String: String] {
        let connection = try database.connect()
        let columns = try connection.query("""
            SELECT TABLE_NAME, GROUP_CONCAT(CONCAT('IFNULL(HEX(`', COLUMN_NAME, '`), ''-'')') ORDER BY ORDINAL_POSITION)
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'mask' GROUP BY TABLE_NAME
            """).map { (try $0.string(0), try $0.string(1)) }
        var hashes: [String: String] = [:]
        for (table, expression) in columns where !left.contains(table) {
            let row = try connection.query("""
                SELECT COUNT(*), CAST(BIT_XOR(CAST(CONV(LEFT(SHA2(CONCAT_WS('|', \(unsafeText: expression)), 256), 15), 16, 10) AS UNSIGNED)) AS CHAR)
                FROM `\(unsafeText: table)`
                """)[0]
            hashes[table] = "\(try row.integer(0)) \(try row.string(1))"
        }
        return hashes
    }
}

/// What workers do to a host: links are made, visitors click, the journal is loaded. Each write is known once it is answered.
final class WriteLoad: Sendable {
    private let host: BackupHost
    private let tenant: Tenant
    private let isStopped = Atomic(false)
    private let links = Monitor<[String]>([])
    private let clicks = Monitor<[String]>([])
    private let threads = Monitor<[Threads.Thread]>([])

    /// Links and clicks that were answered up to now.
    var answered: (links: [String], clicks: [String]) { (links.withLock { $0 }, clicks.withLock { $0 }) }

    init(on host: BackupHost) throws {
        self.host = host
        tenant = try host.database.makeTenant()
        let target = try host.database.makeLink("target", of: tenant)
        let started = try [
            Threads.Thread.start(name: "links") { [self] in
                for number in 0... where !isStopped.load(ordering: .acquiring) {
                    guard (try? host.database.makeLink("slug-\(number)", of: tenant, tags: ["load"])) != nil else { continue }
                    links.withLock { $0.append("slug-\(number)") }
                    if isStopped.load(ordering: .acquiring) { return }
                }
            },
            Threads.Thread.start(name: "clicks") { [self] in
                var writer = try? JournalWriter(directory: host.spool.path)
                for number in 0... {
                    let id = String(format: "%032x", number)
                    if (try? writer?.append(Self.click(number, id, target.id, tenant.workspace.id).bytes)) != nil { clicks.withLock { $0.append(id) } }
                    // Segments end and are deleted all the time.
                    if number % 500 == 499 { writer = try? JournalWriter(directory: host.spool.path) }
                    if isStopped.load(ordering: .acquiring) { return }
                    usleep(200)
                }
            },
            Threads.Thread.start(name: "loader") { [self] in
                var loader = JournalLoader(directory: host.spool.path, store: host.database.store, logger: host.installation.logger)
                while !isStopped.load(ordering: .acquiring) {
                    _ = try? loader.load()
                    usleep(10_000)
                }
            },
        ]
        threads.withLock { $0 = started }
    }

    func stop() {
        isStopped.store(true, ordering: .releasing)
        threads.withLock { $0 }.forEach { $0.join() }
    }

    private static func click(_ number: Int, _ id: String, _ link: LinkID, _ workspace: WorkspaceID) -> ClickLine {
        ClickLine(
            at: Timestamp.now().milliseconds, requestID: id, workspace: workspace, link: link, visitor: UInt64(number % 50),
            country: "DE", city: "Köln", referrer: "example.com", utmSource: "", utmMedium: "", utmCampaign: "",
            userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    }
}
