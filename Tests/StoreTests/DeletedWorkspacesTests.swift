import Crypto
import Foundation
import MariaDB
import Model
import Support
import Testing

@testable import LinkStore
@testable import Store

/// What becomes of the rows of a workspace that is deleted. Each table with a `workspace_id` gets rows here by what the schema
/// says of it, so that none that a later version makes is forgotten.
@Suite("A deleted workspace", .database)
struct DeletedWorkspacesTests {
    private let database = TestDatabase.current
    private let store = TestDatabase.current.administratorStore
    private let (gone, other): (Tenant, Tenant)

    /// More than a piece of pages, and of nothing else.
    private static let rows = 3

    init() throws {
        gone = try database.makeTenant(slug: "gone")
        other = try database.makeTenant(slug: "other")
        for tenant in [gone, other] {
            for number in 0..<120 { try makePage("page-\(number)", of: tenant) }
            for table in try tables() { try fill(table, of: tenant) }
        }
    }

    /// Those that have rows of workspaces.
    private func tables() throws -> [String] {
        try database.texts("""
            SELECT TABLE_NAME FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'workspace_id' AND TABLE_NAME <> 'deleted_workspaces' ORDER BY 1
            """).map { $0[0] }
    }

    private func makePage(_ slug: String, of tenant: Tenant) throws {
        let page = BioPage(
            id: .new(), workspace: tenant.workspace.id, domain: tenant.domain.id, host: tenant.domain.host, slug: slug,
            draft: "{}", isChanged: false, versions: 1, publishedVersion: 1, publishedAt: .now(), stamp: 1, dueAt: nil, version: 1,
            createdAt: .now(), updatedAt: .now(), views: 0, lastViewedAt: nil)
        try store.write { connection in try connection.transaction { try BioPages.create(page, on: $0) } }
    }

    /// Rows with a value of its type in each column that has to have one.
    private func fill(_ table: String, of tenant: Tenant) throws {
        let columns = try database.texts("""
            SELECT COLUMN_NAME, DATA_TYPE, CAST(CHARACTER_MAXIMUM_LENGTH AS CHAR) FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = \(table) AND IS_NULLABLE = 'NO' AND COLUMN_DEFAULT IS NULL
              AND GENERATION_EXPRESSION IS NULL AND COLUMN_NAME <> 'workspace_id'
            """)
        for number in 0..<Self.rows {
            var (names, values): (SQL, SQL) = ("workspace_id", "\(tenant.workspace.id)")
            for column in columns {
                names += ", \(unsafeText: column[0])"
                values += ", "
                values += value(column[0], type: column[1], length: Int(column[2]) ?? 0, number, tenant)
            }
            let statement: SQL = "INSERT IGNORE INTO \(unsafeText: table) (\(names)) VALUES (\(values))"
            try store.write { _ = try $0.execute(statement) }
        }
    }

    private func value(_ name: String, type: String, length: Int, _ number: Int, _ tenant: Tenant) -> SQL {
        switch (name, type) {
        case ("domain_id", _): "\(tenant.domain.id)"
        case (_, "binary"), (_, "varbinary"): "\((0..<min(length, 32)).map { _ in UInt8.random(in: 0...255) })"
        case (_, "datetime"), (_, "date"): "UTC_TIMESTAMP()"
        case (_, "enum"): "1"
        case (_, "char"), (_, "varchar"): "\(String("\(number)\(UInt64.random(in: 0 ... .max))".prefix(length)))"
        case (_, let type) where type.hasSuffix("text") || type.hasSuffix("blob"): "\("{}")"
        default: "\(number)"
        }
    }

    private func rows(of tenant: Tenant) throws -> [String: Int] {
        try Dictionary(uniqueKeysWithValues: tables().map { table in
            (table, try database.number("SELECT COUNT(*) FROM \(unsafeText: table) WHERE workspace_id = \(tenant.workspace.id)"))
        })
    }

    private func places(of tenant: Tenant) throws -> Int {
        try database.number("""
            SELECT COUNT(*) FROM links WHERE workspace_id = \(WorkspaceID.ofPages) AND host = \(tenant.domain.host)
            """)
    }

    private func begin() throws {
        try store.write { connection in
            try connection.transaction { try DeletedWorkspaces.begin(gone.workspace, by: .maskctl(person: "ada"), at: .now(), on: $0) }
        }
    }

    private func expectNothing(sourceLocation: SourceLocation = #_sourceLocation) throws {
        #expect(try rows(of: gone).filter { $0.value > 0 } == [:], sourceLocation: sourceLocation)
        #expect(try places(of: gone) == 0, sourceLocation: sourceLocation)
    }

    @Test("keeps no row in any table, and of another workspace nothing goes")
    func nothing() throws {
        let (before, kept) = (try rows(of: gone), try rows(of: other))
        #expect(before.filter { $0.value == 0 } == [:], "a table that the test has no rows for")
        try begin()
        var shown: [String] = []
        let count = try DeletedWorkspaces.purge(gone.workspace.id, in: store) { shown += $0.map(\.key) }
        #expect(count == before.values.reduce(0, +))
        #expect(Set(shown).isSuperset(of: (0..<120).map { "go.gone.example/page-\($0)" }))
        try expectNothing()
        #expect(try rows(of: other) == kept)
        #expect(try places(of: other) == 120)
        #expect(try database.texts("SELECT slug, actor FROM deleted_workspaces") == [["gone", "maskctl:ada"], ["gone", "maskctl:ada"]], "and its sandbox")
        #expect(try DeletedWorkspaces.purge(gone.workspace.id, in: store) == 0)
    }

    @Test("is unknown from the first transaction on: its row, its key, its host, its links on any host")
    func unknown() throws {
        let shared = try database.store.write { connection -> Domain? in
            try Domains.ensureShared(host: "mask.example", on: connection)
            return try Domains.find(host: "mask.example", on: connection)
        }
        var (tenant, neighbour) = (gone, other)
        (tenant.domain, neighbour.domain) = (try #require(shared), try #require(shared))
        try database.makeLink("a", of: tenant)
        try database.makeLink("b", of: neighbour)
        try begin()
        #expect(try database.store.read { try Workspaces.find(slug: "gone", on: $0) } == nil)
        #expect(try database.store.read { try APIKeys.authenticate(digest: sha256(gone.token), on: $0) } == nil)
        #expect(try database.store.read { try Domains.find(host: gone.domain.host, on: $0) } == nil)
        for (slug, isThere) in [("a", false), ("b", true)] {
            let target = try database.store.read { try Links.target(host: "mask.example", slug: slug, on: $0) }
            #expect((target != nil) == isThere, "\(slug)")
        }
        #expect(throws: ChangedMeanwhile.self) { try begin() }
    }

    @Test("goes on where a run has ended in the middle, also with maintenance; what comes late goes, and the name after a month")
    func resumed() throws {
        try begin()
        _ = try store.write { try $0.execute("DELETE FROM links WHERE workspace_id = \(gone.workspace.id)") }
        try DeletedWorkspaces.settle(store, at: .now())
        try expectNothing()
        // A journal of a host that was away.
        for table in ["recorded_clicks", "click_parts", "api_requests"] { try fill(table, of: gone) }
        try DeletedWorkspaces.settle(store, at: Timestamp.now().adding(days: 29))
        try expectNothing()
        #expect(try database.number("SELECT COUNT(*) FROM deleted_workspaces") == 2)
        try DeletedWorkspaces.settle(store, at: Timestamp.now().adding(days: 31))
        #expect(try database.number("SELECT COUNT(*) FROM deleted_workspaces") == 0)
        #expect(try rows(of: other).values.allSatisfy { $0 > 0 })
    }

    @Test("the command that is killed in the middle goes on when it is run again; a name that nobody has is refused")
    func killed() throws {
        let holder = try database.connect()
        // It stands at a row that another has: some tables are empty then, others are not.
        try holder.run("START TRANSACTION")
        _ = try holder.query("SELECT 1 FROM images WHERE workspace_id = \(gone.workspace.id) FOR UPDATE")
        let command = try start("--yes")
        try wait { try database.number("SELECT COUNT(*) FROM idempotency_keys WHERE workspace_id = \(gone.workspace.id)") == 0 }
        kill(command.processIdentifier, SIGKILL)
        command.waitUntilExit()
        try holder.run("ROLLBACK")
        #expect(try rows(of: gone)["links"] == Self.rows)
        let again = try start()  // asks nothing: it was answered
        again.waitUntilExit()
        #expect(again.terminationStatus == 0)
        try expectNothing()
        #expect(try rows(of: other).values.allSatisfy { $0 > 0 })
        let refused = try start("--yes", of: "nobody")
        refused.waitUntilExit()
        #expect(refused.terminationStatus != 0)
    }

    @Test("the command asks for the name, and does nothing without it", arguments: ["y\n", "other\n", ""])
    func confirmation(answer: String) throws {
        let kept = try rows(of: gone)
        let command = try start(answer: answer)
        command.waitUntilExit()
        #expect(command.terminationStatus != 0)
        #expect(try rows(of: gone) == kept)
        let right = try start(answer: "gone\n")
        right.waitUntilExit()
        #expect(right.terminationStatus == 0)
        try expectNothing()
    }

    private func start(_ options: String..., of slug: String = "gone", answer: String = "") throws -> Process {
        guard case .socket(let socket) = database.administrator.address else { throw TestFailure("no socket") }
        let (command, input) = (Process(), Pipe())
        let folder = ProcessInfo.processInfo.environment["MASK_BIN"].map { URL(filePath: $0) }
        command.executableURL = (folder ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()).appending(path: "maskctl")
        command.arguments = ["workspace", "delete", slug] + options
        command.environment = [
            "MASK_MARIADB_SOCKET": socket, "MASK_MARIADB_USER": database.administrator.user, "MASK_DATABASE": database.name,
            "MASK_REDIS_SOCKET": try TestServers.redis().socket ?? "", "MASK_SECRET_KEY": TestDatabase.secretKey,
        ]
        (command.standardInput, command.standardOutput, command.standardError) = (input, FileHandle.nullDevice, FileHandle.nullDevice)
        try command.run()
        input.fileHandleForWriting.write(Data(answer.utf8))
        try input.fileHandleForWriting.close()
        return command
    }

    private func wait(_ condition: () throws -> Bool) throws {
        for _ in 0..<3000 {
            if try condition() { return }
            usleep(10_000)
        }
        throw TestFailure("it did not come")
    }
}
