import AnalyticsStore
import Crypto
import MariaDB
import Model
import Store
import Support
import Testing
import Text

/// Sealed entries cannot be altered, removed or added to without the chain telling.
@Suite("The chain of the audit log", .database)
struct AuditChainTests {
    private let database = TestDatabase.current
    private let tenant: Tenant
    private let connection: Connection
    private let begin = Timestamp("2026-03-01T00:00:00Z")

    init() throws {
        tenant = try database.makeTenant()
        connection = try database.connect()
    }

    private func minute(_ number: Int) -> Timestamp { Timestamp(milliseconds: begin.milliseconds + Int64(number) * 60_000) }

    /// A change and a request in each of some minutes, by a server whose clock shows them.
    private func record(_ minutes: Range<Int>, of tenant: Tenant? = nil) throws {
        for number in minutes { try record(number, of: tenant ?? self.tenant, at: minute(number)) }
    }

    /// - Parameter time: the server's.
    private func record(_ number: Int, of tenant: Tenant, at time: Timestamp?) throws {
        try connection.run("SET @@timestamp = \(time.map { String($0.milliseconds / 1000) } ?? "DEFAULT")")
        defer { try? connection.run("SET @@timestamp = DEFAULT") }
        try AuditLog.insert([entry(number, of: tenant)], on: connection)
        let request = APIRequest(
            workspace: tenant.workspace.id, by: number % 2 == 0 ? .key(tenant.key.id) : .member(.new()), id: ULID(milliseconds: 0).value,
            at: Timestamp(milliseconds: minute(number).milliseconds - 5000), endpoint: "GET /links/{id}", resource: "lnk_\(number)",
            status: 200, microseconds: number, address: "192.0.2.1", userAgent: "curl \(number)")
        #expect(try APIRequests.table(recordedAt: minute(number)).insert([request], on: connection))
    }

    private func entry(_ number: Int, of tenant: Tenant, at time: Timestamp? = nil) -> AuditEntry {
        AuditEntry(
            workspace: tenant.workspace.id, at: time ?? minute(number), actor: .key(tenant.key.id), action: "link.updated",
            resource: "lnk_\(number)", address: "192.0.2.1", userAgent: "curl \(number)", requestID: "ab\(number)",
            changes: Array("{\"after\":{\"title\":\"\(number)\"}}".utf8))
    }

    /// Three seals over ten minutes each.
    private func recordAndSeal() throws {
        for number in 0..<3 {
            try record(number * 10..<number * 10 + 10)
            _ = try AuditChain.seal(tenant.workspace.id, before: minute(number * 10 + 10), on: connection)
        }
    }

    private func verify() throws -> AuditChain.Verification { try AuditChain.verify(tenant.workspace.id, on: connection) }

    // MARK: Clocks

    @Test("what hosts write whose clocks are wrong by an hour stands at the server's time, so that no seal is broken", arguments: [-60, 60])
    func wrongClocks(minutes: Int) throws {
        let now = try database.store.time()
        let wrong = now.adding(seconds: minutes * 60)
        // A change of a host that is right, sealed since.
        try connection.execute(AuditLog.insertion(of: entry(0, of: tenant, at: now.adding(seconds: -60))))
        _ = try AuditChain.seal(tenant.workspace.id, before: now, on: connection)
        // One statement, many rows, and the requests of a journal.
        try connection.execute(AuditLog.insertion(of: entry(1, of: tenant, at: wrong)))
        try AuditLog.insert((0..<200).map { entry($0, of: tenant, at: wrong) }, on: connection)
        let request = APIRequest(
            workspace: tenant.workspace.id, by: .key(tenant.key.id), id: ULID(milliseconds: 0).value, at: wrong, endpoint: "GET /links",
            status: 200, microseconds: 1)
        #expect(try APIRequests.table(recordedAt: wrong).insert([request], on: connection))
        let report = try verify()
        #expect(report.failures == [] && report.unsealed == 202)
        let later = now.adding(seconds: 60)
        #expect(try AuditChain.seal(tenant.workspace.id, before: later, on: connection)?.entries == 202)
        #expect(try verify().failures == [])
    }

    @Test("an entry stands at its writer's time where the clocks agree within five minutes")
    func agreedClocks() throws {
        let now = try database.store.time()
        for seconds in [-240, 0, 240] {
            try connection.execute(AuditLog.insertion(of: entry(1, of: tenant, at: now.adding(seconds: seconds))))
        }
        let times = try connection.query("SELECT at FROM audit_log WHERE workspace_id = \(tenant.workspace.id) ORDER BY at")
            .map { try $0.string(0) }
        #expect(times == [-240, 0, 240].map { now.adding(seconds: $0).sql })
    }

    @Test("what a request has done is found again, whatever its writer's clock says", arguments: [-90, -6, -4, 0, 4, 6, 90])
    func repeatedRequest(minutes: Int) throws {
        let now = try database.store.time().adding(seconds: minutes * 60)
        var entry = entry(1, of: tenant, at: now)
        entry.requestID = "repeated"
        try connection.execute(AuditLog.insertion(of: entry))
        func found(_ request: String) throws -> [String] {
            try AuditLog.changes(
                of: request, in: tenant.workspace.id, since: now.adding(seconds: -1), now: now.adding(seconds: 1), on: connection
            ).map(\.resource)
        }
        #expect(try found("repeated") == [entry.resource])
        #expect(try found("another") == [])
    }

    // MARK: A chain that holds

    @Test("seals cover every entry of both kinds, once, and each follows the one before")
    func holds() throws {
        try recordAndSeal()
        try record(30..<35)
        let report = try verify()
        #expect(report.failures == [])
        #expect((report.seals, report.entries, report.unsealed) == (3, 60, 10))
        #expect(try AuditChain.seal(tenant.workspace.id, before: minute(40), on: connection)?.entries == 10)
        #expect(try (verify().entries, verify().unsealed) == (70, 0))
    }

    @Test("a log without entries has no seals and holds; nothing new is no new seal")
    func empty() throws {
        #expect(try AuditChain.seal(tenant.workspace.id, before: minute(10), on: connection) == nil)
        let report = try verify()
        #expect(report.failures == [] && report.seals == 0 && report.head == nil)
        try record(0..<1)
        #expect(try AuditChain.seal(tenant.workspace.id, before: minute(10), on: connection)?.number == 1)
        for end in [10, 9, 20] { #expect(try AuditChain.seal(tenant.workspace.id, before: minute(end), on: connection) == nil) }
        #expect(try verify().seals == 1)
    }

    @Test("an entry on the edge of a window is in exactly one seal")
    func edge() throws {
        try record(0..<11)
        let seals = try [10, 11].map { try AuditChain.seal(tenant.workspace.id, before: minute($0), on: connection)?.entries }
        #expect(seals == [20, 2])
    }

    @Test("nothing that is younger than ten minutes is sealed")
    func grace() throws {
        try record(0..<30)
        try AuditChain.sealAll(at: minute(30), on: connection)
        #expect(try (verify().entries, verify().unsealed) == (40, 20))
        try AuditChain.sealAll(at: minute(40), on: connection)
        #expect(try (verify().seals, verify().entries, verify().unsealed) == (2, 60, 0))
    }

    @Test("a request that was made long ago and loaded late stands in the seal of when it was loaded")
    func late() throws {
        try recordAndSeal()
        let request = APIRequest(
            workspace: tenant.workspace.id, by: .key(tenant.key.id), id: 7, at: minute(5), endpoint: "GET /links", status: 200, microseconds: 1)
        try connection.run("SET @@timestamp = \(minute(31).milliseconds / 1000)")
        #expect(try APIRequests.table(recordedAt: minute(31)).insert([request], on: connection))
        try connection.run("SET @@timestamp = DEFAULT")
        let report = try verify()
        #expect(report.failures == [] && report.unsealed == 1)
        #expect(try AuditChain.seal(tenant.workspace.id, before: minute(40), on: connection)?.entries == 1)
    }

    @Test("each workspace has a chain of its own")
    func workspaces() throws {
        let other = try database.makeTenant(slug: "other")
        try record(0..<5)
        try record(0..<3, of: other)
        try AuditChain.sealAll(at: minute(20), on: connection)
        #expect(try verify().entries == 10)
        let theirs = try AuditChain.verify(other.workspace.id, on: connection)
        #expect(theirs.entries == 6 && theirs.failures == [])
        #expect(try !AuditChain.contains(try #require(theirs.head), in: tenant.workspace.id, on: connection))
    }

    @Test("sealers at the same time make one chain")
    func parallel() throws {
        try record(0..<40)
        let (database, workspace) = (database, tenant.workspace.id)
        for round in 1...4 {
            let ends = (0..<6).map { minute(round * 10 - $0) }
            let made = try inParallel(6) { number -> AuditChain.Seal? in
                let connection = try database.connect()
                if number == 0 { try AuditChain.sealAll(at: Timestamp(milliseconds: ends[0].milliseconds + 600_000), on: connection) }
                return try AuditChain.seal(workspace, before: ends[number], on: connection)
            }
            for seal in made.compactMap({ $0 }) {
                #expect(try AuditChain.contains(seal.hash, in: workspace, on: connection), "what is returned has been written")
            }
        }
        _ = try AuditChain.seal(workspace, before: minute(50), on: connection)
        let report = try verify()
        #expect(report.failures == [] && report.entries == 80 && report.unsealed == 0)
    }

    // MARK: What it finds

    private struct Undo: Error {}

    /// Whether the chain tells of what is done to the tables, which is taken back afterwards.
    private func isFound(_ statement: String) throws -> Bool {
        var isFound = false
        do {
            try connection.transaction { connection in
                try #require(try connection.run(statement) > 0, "\(statement) changes nothing")
                isFound = try !verify().failures.isEmpty
                throw Undo()
            }
        } catch is Undo {}
        return isFound
    }

    /// Another value for a column, by its type.
    private func altered(_ column: String, _ type: String) -> String {
        switch type {
        case "binary": "UNHEX(SHA2(HEX(\(column)), 256))"
        case "datetime": "\(column) + INTERVAL 1000 MICROSECOND"
        case "varchar", "mediumtext": "CONCAT(\(column), 'x')"
        case "tinyint": "1 - \(column)"
        default: "\(column) + 1"
        }
    }

    private func columns(of table: String) throws -> [(name: String, other: String)] {
        try connection.query("""
            SELECT COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH FROM information_schema.COLUMNS
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = \(table) ORDER BY ORDINAL_POSITION
            """).map { row in
            let (name, type) = (try row.string(0), try row.string(1))
            let other = altered(name, type)
            return (name, type == "binary" ? "LEFT(\(other), \(try row.integer(2)))" : other)
        }
    }

    @Test("an entry that is altered in any column", arguments: [("audit_log", 10), ("api_requests", 12)])
    func altered(_ table: String, _ count: Int) throws {
        try recordAndSeal()
        let time = table == "audit_log" ? "at" : "recorded_at"
        let columns = try columns(of: table)
        #expect(columns.count == count)
        for (column, other) in columns {
            for number in [0, 9, 15, 29] {
                let statement = "UPDATE \(table) SET \(column) = \(other) WHERE \(time) = '\(minute(number).sql)'"
                #expect(try isFound(statement), "\(statement)")
            }
        }
        #expect(try verify().failures == [])
    }

    @Test("an entry that is removed, added, or told differently with the same letters")
    func entries() throws {
        try recordAndSeal()
        let (workspace, first) = ("UNHEX('\(hexadecimal(tenant.workspace.id.ulid.bytes))')", "LIMIT 1")
        let statements = [
            "DELETE FROM audit_log ORDER BY at \(first)", "DELETE FROM api_requests ORDER BY at DESC \(first)",
            "DELETE FROM audit_log WHERE at < '\(minute(10).sql)'",
            """
            INSERT INTO audit_log (workspace_id, at, id, actor, action, resource, address, user_agent, request_id)
            VALUES (\(workspace), '\(minute(3).sql)', '0123456789abcdef', 'maskctl', 'link.deleted', 'lnk_1', '', '', '')
            """,
            """
            INSERT INTO api_requests (workspace_id, at, id, key_id, endpoint, status, microseconds, recorded_at)
            VALUES (\(workspace), NOW(3), '0123456789abcdef', '0123456789abcdef', 'GET /links', 200, 1, '\(minute(3).sql)')
            """,
            "UPDATE audit_log SET action = 'link.updatedlnk', resource = SUBSTR(resource, 4) WHERE at = '\(minute(3).sql)'",
            // A member for a key.
            "UPDATE api_requests SET key_id = UNHEX(CONCAT('8', SUBSTR(HEX(key_id), 2))) WHERE recorded_at = '\(minute(4).sql)'",
            "UPDATE audit_log SET changes = NULL WHERE at = '\(minute(3).sql)'",
            "UPDATE audit_log SET user_agent = IF(user_agent = 'curl 3', 'curl 4', 'curl 3') WHERE user_agent IN ('curl 3', 'curl 4')",
        ]
        for statement in statements { #expect(try isFound(statement), "\(statement)") }
        #expect(try verify().failures == [])
    }

    @Test("a seal that is altered in any column, or removed while later ones or its entries stand")
    func seals() throws {
        try recordAndSeal()
        for (column, other) in try columns(of: "audit_seals") {
            for number in 1...3 where !(number == 3 && column == "workspace_id") {  // that removes the last one
                let statement = "UPDATE audit_seals SET \(column) = \(other) WHERE number = \(number) ORDER BY number DESC"
                guard !(column == "number" && number < 3) else { continue }  // the number is taken
                #expect(try isFound(statement), "\(statement)")
            }
        }
        for number in 1...2 { #expect(try isFound("DELETE FROM audit_seals WHERE number = \(number)")) }
        #expect(try isFound("DELETE FROM audit_seals WHERE number < 3"))
        #expect(try isFound("UPDATE audit_seals SET number = number + 1 ORDER BY number DESC"))
        #expect(try verify().failures == [])
    }

    @Test("the last seal removed, or all of them forged anew, is told by a head that was noted elsewhere")
    func head() throws {
        try recordAndSeal()
        let workspace = tenant.workspace.id
        let head = try #require(try verify().head)
        #expect(try AuditChain.contains(head, in: workspace, on: connection))
        try record(30..<31)
        _ = try AuditChain.seal(workspace, before: minute(40), on: connection)
        #expect(try AuditChain.contains(head, in: workspace, on: connection), "a chain that has grown still has it")
        try connection.runScript("DELETE FROM audit_seals; UPDATE audit_log SET resource = 'x' ORDER BY at LIMIT 1")
        _ = try AuditChain.seal(workspace, before: minute(40), on: connection)
        #expect(try verify().failures == [], "whoever forges everything makes a chain that holds")
        #expect(try !AuditChain.contains(head, in: workspace, on: connection), "but not the same")
    }

    // MARK: Retention

    @Test("what the plan does not keep goes with its seals, and the rest holds", arguments: Plan.allCases)
    func prune(plan: Plan) throws {
        try recordAndSeal()
        let head = try #require(try verify().head)
        let kept = Int64(plan.auditDays) * 86_400_000
        let now = Timestamp(milliseconds: minute(25).milliseconds + kept)
        #expect(try AuditChain.prune(tenant.workspace.id, plan: plan, at: Timestamp(milliseconds: now.milliseconds - 1_000_000), on: connection) == 0)
        #expect(try AuditChain.prune(tenant.workspace.id, plan: plan, at: now, on: connection) == 40)
        let report = try verify()
        #expect(report.failures == [] && (report.seals, report.entries, report.unsealed) == (1, 20, 0))
        #expect(try AuditChain.contains(head, in: tenant.workspace.id, on: connection))
        try record(30..<31)
        #expect(try AuditChain.seal(tenant.workspace.id, before: minute(40), on: connection)?.number == 4)
        #expect(try verify().failures == [])
        #expect(try isFound("DELETE FROM audit_log ORDER BY at LIMIT 1"))
    }

    @Test("what is not sealed yet is not pruned")
    func pruneUnsealed() throws {
        try record(0..<5)
        let later = Timestamp(milliseconds: begin.milliseconds + 2000 * 86_400_000)
        #expect(try AuditChain.prune(tenant.workspace.id, plan: .hobby, at: later, on: connection) == 0)
        #expect(try verify().unsealed == 10)
    }
}
