import AnalyticsStore
@testable import Bootstrap
import Foundation
import Journal
import MariaDB
import Model
@testable import Operations
import Store
import Support
import Testing

@Suite("Backup and restore", .serialized, .timeLimit(.minutes(5)))
struct BackupTests {
    @Test("a backup that is restored on an empty host has every row of every table, and the journal", arguments: BackupManifest.Method.allCases)
    func drill(method: BackupManifest.Method) throws {
        let source = try BackupHost(isMigrated: true)
        let load = try WriteLoad(on: source)
        sleep(2)
        let before = load.answered
        let underLoad = try source.backUp(method)
        sleep(1)
        load.stop()

        // Quiet: exactly the same.
        sleep(1)
        let quiet = try source.backUp(method)
        let twin = try BackupHost.restored(from: quiet)
        try twin.loadJournal()
        try source.loadJournal()
        // When a row was written by the loader, and the id of a part, are not the same where both load it.
        // The salts of visitors are in no dump.
        let left: Set<String> = method == .logical ? ["journal_segments", "click_parts", "visitor_salts"] : ["journal_segments", "click_parts"]
        let (ours, theirs) = (try source.rowHashes(without: left), try twin.rowHashes(without: left))
        #expect(ours.count > 30 && ours == theirs)
        #expect(ours["links"]?.hasPrefix("0 ") == false && ours["recorded_clicks"]?.hasPrefix("0 ") == false)

        // Under load: all that was answered before it began, each click once.
        #expect(before.links.count > 20 && before.clicks.count > 500)
        let host = try BackupHost.restored(from: underLoad)
        try host.loadJournal()
        let links = Set(try host.database.texts("SELECT slug FROM links").map { $0[0] })
        #expect(links.isSuperset(of: before.links))
        let clicks = try host.database.texts("SELECT LOWER(HEX(id)) FROM recorded_clicks").map { $0[0] }
        #expect(Set(clicks).isSuperset(of: before.clicks))
        #expect(Set(clicks).count == clicks.count)
        #expect(try ClickAnalytics.total(from: 0, on: host.database.connect()) == clicks.count)
        #expect(try host.database.number("SELECT CAST(SUM(clicks) AS SIGNED) FROM link_totals") == clicks.count)
        // No link without its audit entry and its event.
        let counts = try ["links", "audit_log", "events"].map { try host.database.number("SELECT COUNT(*) FROM \(unsafeText: $0)") }
        #expect(counts[0] == counts[1] && counts[1] == counts[2])
    }

    @Test("a logical backup says where the binary log stood, and from there the log leads on to the present")
    func pointInTime() throws {
        let source = try BackupHost(isMigrated: true, options: ["--log-bin", "--binlog-format=ROW"])
        let tenant = try source.database.makeTenant()
        try source.database.makeLink("before", of: tenant)
        let backup = try source.backUp(.logical)
        let log = try #require(backup.manifest.binaryLog)
        #expect(log.position > 4 && log.gtid.contains("-"))
        try source.database.makeLink("after", of: tenant)
        let host = try BackupHost.restored(from: backup)
        #expect(try host.database.texts("SELECT slug FROM links") == [["before"]])
        guard case .socket(let from) = source.server.configuration.address, case .socket(let to) = host.server.configuration.address else { return }
        try shell("""
            mariadb-binlog --no-defaults -R -uroot -S "$1" --start-position=\(log.position) \(log.file) | mariadb --no-defaults -uroot -S "$2"
            """, from, to)
        #expect(try host.database.texts("SELECT slug FROM links ORDER BY slug") == [["after"], ["before"]])
        #expect(try host.rowHashes() == source.rowHashes())
    }

    @Test("what is on the way is no backup: it is removed when it fails, and when the next one is made")
    func atomic() throws {
        let host = try BackupHost(isMigrated: true)
        let partial = host.backups.path + "/mask-20200101T000000Z.partial"
        try FileManager.default.createDirectory(atPath: partial, withIntermediateDirectories: true)
        #expect(throws: BackupError.self) { _ = try BackupFolder(partial) }
        let empty = try BackupHost()
        expectRefused("has no tables of MASK") { _ = try empty.backUp(.logical) }
        #expect(try empty.backups.files == [".lock"])
        let backup = try host.backUp(.logical)
        #expect(try host.backups.files == [".lock", (backup.path as NSString).lastPathComponent])
    }

    @Test("a full disk leaves no backup that looks whole", arguments: BackupManifest.Method.allCases)
    func fullDisk(method: BackupManifest.Method) throws {
        let host = try BackupHost(isMigrated: true)
        let small = try TemporaryFolder("small")
        guard (try? shell("mount -t tmpfs -o size=64k tmpfs \"$1\"", small.path)) != nil else { return }  // only root can
        defer { try? shell("umount \"$1\"", small.path) }
        let tenant = try host.database.makeTenant()
        for number in 0..<200 { try host.database.makeLink("x\(number)", of: tenant, to: "https://example.com/" + randomText(900)) }
        #expect(throws: (any Error).self) { _ = try Backup(host.installation, method: method, to: small.path) { _ in }.make(keeping: nil) }
        #expect(try small.files == [".lock"])
    }

    @Test("the secret key and passwords are in no file of a backup, and nobody else can read one")
    func secrets() throws {
        let host = try BackupHost(isMigrated: true)
        let backup = try host.backUp(.logical)
        #expect(throws: (any Error).self) { try shell("grep -rq \"$2\" \"$1\"", backup.path, BackupHost.secretKey) }
        try shell("test -z \"$(find \"$1\" -perm /077)\"", backup.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: backup.path).sorted() == [
            "SHA256SUMS", "SHA256SUMS.hmac", "database.sql.gz", "manifest.json", "spool",
        ])
    }

    @Test("of the settings a backup has the names of secrets only, also where a line is a comment")
    func settings() {
        let kept = Backup.withoutSecrets("""
            # Redis
            MASK_REDIS_HOST=redis1
            MASK_REDIS_PASSWORD=one
            #MASK_MARIADB_PASSWORD=two
            # MASK_SECRET_KEY = three
            MASK_SECRET_KEY_FILE=/etc/mask/secret.key
            """)
        #expect(kept == """
            # Redis
            MASK_REDIS_HOST=redis1
            #MASK_REDIS_PASSWORD=
            #MASK_MARIADB_PASSWORD=
            #MASK_SECRET_KEY=
            MASK_SECRET_KEY_FILE=/etc/mask/secret.key
            """)
    }

    @Test("the newest are kept, as many as asked for")
    func keep() throws {
        let host = try BackupHost(isMigrated: true)
        for time in ["20200101T000000Z", "20200102T000000Z"] {
            let folder = host.backups.path + "/mask-" + time
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("{}".utf8).write(to: URL(filePath: folder + "/manifest.json"))
        }
        let backup = try host.backUp(.logical, keeping: 2)
        #expect(try host.backups.files == [".lock", "mask-20200102T000000Z", (backup.path as NSString).lastPathComponent])
    }

    @Test("two backups into one folder do not run at the same time")
    func alone() throws {
        let host = try BackupHost(isMigrated: true)
        let lock = open(host.backups.path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX) == 0)
        expectRefused("is running") { _ = try host.backUp(.logical) }
    }

    // MARK: Restoring

    @Test("a database with tables is left alone unless it may be replaced")
    func occupied() throws {
        let host = try BackupHost(isMigrated: true)
        let backup = try host.backUp(.logical)
        let tenant = try host.database.makeTenant()
        try host.database.makeLink("kept", of: tenant)
        expectRefused("--replace") { try host.restore(backup) }
        #expect(try host.database.number("SELECT COUNT(*) FROM links") == 1)
        try host.restore(backup, replaces: true)
        #expect(try host.database.number("SELECT COUNT(*) FROM links") == 0)
    }

    @Test("a server with databases is left alone by a physical backup, and so is one that runs")
    func occupiedServer() throws {
        let host = try BackupHost(isMigrated: true)
        let backup = try host.backUp(.physical)
        expectRefused("MariaDB runs") { try host.restore(backup) }
        let (files, spool) = (try TemporaryFolder("files"), try TemporaryFolder("spool"))
        try FileManager.default.createDirectory(atPath: files.path + "/shop", withIntermediateDirectories: true)
        let away = try BackupHost.installation(socket: spool.path + "/none", spool: spool)
        expectRefused("shop") { try Restore(away, from: backup, dataFolder: files.path) { _ in }.run() }
        #expect(try files.files == ["shop"])
        expectRefused("shop") { try Restore(away, from: backup, consent: .replacing, dataFolder: files.path) { _ in }.run() }
        try FileManager.default.createDirectory(atPath: files.path + "/mask", withIntermediateDirectories: true)
        expectRefused("--replace") {
            try Restore(away, from: backup, consent: .allDatabases, dataFolder: files.path) { _ in }.run()
        }
        #expect(try files.files == ["mask", "shop"])
        // Also where the configuration leads to another server, or to none.
        guard case .socket(let socket) = host.server.configuration.address else { return }
        let data = (socket as NSString).deletingLastPathComponent + "/data"
        expectRefused("MariaDB runs") { try Restore(away, from: backup, consent: .replacing, dataFolder: data) { _ in }.run() }
    }

    @Test("a damaged backup is not restored, whichever file is damaged, or too many", arguments: [
        "database.sql.gz", "manifest.json", "spool", "SHA256SUMS", "spool/added.journal",
    ])
    func damaged(file: String) throws {
        let host = try BackupHost(isMigrated: true)
        _ = try JournalWriter(directory: host.spool.path).append([10])
        let backup = try host.backUp(.logical)
        try backup.verify()
        var path = backup.path + "/" + file
        if file == "spool" { path += "/" + (try FileManager.default.contentsOfDirectory(atPath: path)[0]) }
        switch file {
        case "SHA256SUMS": try shell("sed -i /database/d \"$1\"", path)
        case "manifest.json": try shell("sed -i 's/\"00[0-9][0-9]_/\"0001_/' \"$1\"", path)
        default: try shell("printf x >>\"$1\"", path)
        }
        let other = try BackupHost()
        #expect(throws: BackupError.self) { try other.restore(try BackupFolder(backup.path)) }
        #expect(try other.rowHashes().isEmpty)
    }

    @Test("what somebody has written into a backup is not restored, whatever its sums say, unless it is trusted")
    func forged() throws {
        let host = try BackupHost(isMigrated: true)
        let backup = try host.backUp(.logical)
        try shell("""
            cd "$1"; echo 'CREATE TABLE forged (a INT);' | gzip >>database.sql.gz
            find . -type f ! -name 'SHA256SUMS*' -exec sha256sum {} + >SHA256SUMS
            """, backup.path)
        try backup.verify()
        let other = try BackupHost()
        expectRefused("MASK_SECRET_KEY") { try other.restore(backup) }
        try shell("rm \"$1/SHA256SUMS.hmac\"", backup.path)
        expectRefused("--unsigned") { try other.restore(backup) }
        #expect(try other.rowHashes().isEmpty)
        try Restore(other.installation, from: backup, consent: .unsigned, dataFolder: "/nonexistent") { _ in }.run()
        #expect(try other.rowHashes()["forged"] != nil)
    }

    @Test("what a backup says of itself is what its sums say: it is not read before and compared later")
    func manifestSwapped() throws {
        let host = try BackupHost(isMigrated: true)
        let path = try host.backUp(.logical).path
        try shell("cd \"$1\"; cp manifest.json ../kept; sed -i 's/\"00[0-9][0-9]_/\"0001_/' manifest.json", path)
        let read = try BackupFolder(path)
        try shell("cd \"$1\"; mv ../kept manifest.json", path)
        try BackupFolder(path).verify(signedWith: BackupHost.secretKey)
        expectRefused("manifest.json") { try read.verify(signedWith: BackupHost.secretKey) }
    }

    @Test("sums that nobody has signed are not compared with anything: their signature comes first")
    func signatureFirst() throws {
        let host = try BackupHost(isMigrated: true)
        let backup = try host.backUp(.logical)
        try shell("cd \"$1\"; sed -i 's/^......../00000000/' SHA256SUMS", backup.path)
        expectRefused("MASK_SECRET_KEY") { try backup.verify(signedWith: BackupHost.secretKey) }
        expectRefused("is damaged") { try backup.verify() }
    }

    @Test("a dump that calls a shell is not run")
    func shellInDump() throws {
        let host = try BackupHost(isMigrated: true)
        let backup = try host.backUp(.logical)
        let mark = host.backups.path + "/called"
        try shell("""
            cd "$1"; printf '\\n\\\\! touch %s\\n' "$2" | gzip >>database.sql.gz
            find . -type f ! -name 'SHA256SUMS*' -exec sha256sum {} + >SHA256SUMS
            """, backup.path, mark)
        try? Restore(try BackupHost().installation, from: backup, consent: .unsigned, dataFolder: "/nonexistent") { _ in }.run()
        #expect(!FileManager.default.fileExists(atPath: mark))
    }

    @Test("what is no file in the spool is not read, nor waited for")
    func foreignSegments() throws {
        let host = try BackupHost(isMigrated: true)
        try shell("""
            cd "$1"; mkfifo 00000000000000000000000001.journal; ln -s /etc/shadow 00000000000000000000000002.journal
            mkdir 00000000000000000000000003.journal
            """, host.spool.path)
        let backup = try host.backUp(.logical)
        #expect(try FileManager.default.contentsOfDirectory(atPath: backup.path + "/spool").isEmpty)
        try host.loadJournal()
    }

    @Test("a backup of a newer version is not restored")
    func newer() throws {
        let host = try BackupHost(isMigrated: true)
        let backup = try host.backUp(.logical)
        try shell("sed -i 's/\"newest_migration\": \"0/\"newest_migration\": \"9/' \"$1\"", backup.path + "/manifest.json")
        expectRefused("Install that version") { try BackupHost().restore(try BackupFolder(backup.path)) }
    }

    @Test("a backup of an older schema is migrated")
    func older() throws {
        let folder = try TemporaryFolder("sql")
        try shell("cp -r \"$1\" \"$2/migrations\"; cp \"$1/../roles.sql\" \"$2/\"; rm \"$2/migrations/$3.sql\"", Migrations.folder, folder.path, Schema.newestMigration)
        let host = try BackupHost(isMigrated: true, migrations: folder.path + "/migrations")
        let backup = try host.backUp(.logical)
        #expect(backup.manifest.newestMigration < Schema.newestMigration)
        let restored = try BackupHost.restored(from: backup)
        #expect(try restored.database.texts("SELECT MAX(name) FROM schema_migrations") == [[try #require(Migrations.all().last?.name)]])
    }

    @Test("while a worker writes to the spool nothing is restored")
    func running() throws {
        let source = try BackupHost(isMigrated: true)
        let backup = try source.backUp(.logical)
        let host = try BackupHost()
        let writer = try JournalWriter(directory: host.spool.path)
        expectRefused("Stop them") { try host.restore(backup) }
        #expect(try host.rowHashes().isEmpty)
        withExtendedLifetime(writer) {}
    }

    @Test("a segment that is in the spool still is not made shorter")
    func spoolStays() throws {
        let host = try BackupHost(isMigrated: true)
        let name = "00000000000000000000000000.journal"
        let (here, text) = (host.spool.path + "/" + name, "1\n2\n")
        try Data("1\n".utf8).write(to: URL(filePath: here))
        let backup = try host.backUp(.logical)
        try Data(text.utf8).write(to: URL(filePath: here))
        try host.restore(backup, replaces: true)
        #expect(try String(contentsOfFile: here, encoding: .utf8) == text)
    }

    // MARK: Tools

    private func expectRefused(_ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
        do {
            try body()
            Issue.record("it was done", sourceLocation: sourceLocation)
        } catch {
            #expect("\(error)".contains(words), "\(error)", sourceLocation: sourceLocation)
        }
    }

    private func shell(_ script: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-ec", script, "sh"] + arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("\(script) failed") }
    }

    private func randomText(_ count: Int) -> String {
        String((0..<count).map { _ in "abcdefghijklmnopqrstuvwxyz0123456789".randomElement() ?? "x" })
    }
}
