import AnalyticsStore
import Foundation
import Logging
import MariaDB
import Model
import Store
import Support
import Testing

@testable import Journal

/// API requests in the journal are counted exactly, whoever dies when, and whoever answers twice.
@Suite("Requests in the journal", .database)
struct RequestJournalTests {
    private let database = TestDatabase.current
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("spool") }

    private func loadAll() throws {
        var loader = JournalLoader(directory: folder.path, store: database.store, logger: .silent)
        while let loaded = try loader.load(), loaded.requests > 0 {}
    }

    /// Rows, and what both roll-ups say.
    private func counts() throws -> [Int] {
        let row = try database.connect().query("""
            SELECT
              (SELECT COUNT(*) FROM api_requests),
              (SELECT CAST(SUM(requests) AS SIGNED) FROM api_usage_minutes),
              (SELECT CAST(SUM(requests) AS SIGNED) FROM api_usage_quarters)
            """)[0]
        return try (0..<3).map(row.integer)
    }

    @Test("every field of a request is stored as it was")
    func fields() throws {
        do {
            let writer = try JournalWriter(directory: folder.path)
            try writer.append(APIRequest(
                workspace: requestWorkspace, by: .key(requestKey), id: 0x0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f_0f0f,
                at: Timestamp(milliseconds: 1_795_000_000_123),
                endpoint: "GET /links/{id}", resource: "lnk_1", status: 404, microseconds: 5_000_000_000, changed: true,
                address: "2001:db8::1", userAgent: "a\\b\"c' 🦊").line)
        }
        try loadAll()
        let row = try database.connect().query("""
            SELECT workspace_id, at, id, key_id, endpoint, resource, status, microseconds, changed, address, user_agent
            FROM api_requests
            """)[0]
        #expect(try row.bytes(0) == requestWorkspace.ulid.bytes && row.bytes(3) == requestKey.ulid.bytes)
        #expect(try row.string(1) == Timestamp(milliseconds: 1_795_000_000_123).sql && row.bytes(2) == Array(repeating: 15, count: 16))
        #expect(try [4, 5, 9, 10].map(row.string) == ["GET /links/{id}", "lnk_1", "2001:db8::1", "a\\b\"c' 🦊"])
        #expect(try [6, 7, 8].map(row.integer) == [404, 4_000_000_000, 1])
    }

    @Test("one request answered by two pools is one request: in one batch, in two, and beside others")
    func twice() throws {
        let (first, second) = (try JournalWriter(directory: folder.path), try JournalWriter(directory: folder.path))
        try first.append(line(1))
        try second.append(line(1))
        try second.append(line(2))
        try loadAll()
        #expect(try counts() == [2, 2, 2])
        try first.append(line(2))
        try first.append(line(3))
        try loadAll()
        #expect(try counts() == [3, 3, 3])
    }

    @Test("a click and a request that were both journaled twice are one of each")
    func both() throws {
        let (first, second) = (try JournalWriter(directory: folder.path), try JournalWriter(directory: folder.path))
        for writer in [first, second] {
            try writer.append(line(1))
            try writer.append(ClickLine(
                at: 1_795_000_000_000, requestID: String(format: "%032lx", 9), workspace: requestWorkspace, link: LinkID(ULID(value: 3)),
                visitor: 1, country: "", city: "", referrer: "", utmSource: "", utmMedium: "", utmCampaign: "", userAgent: "").bytes)
        }
        try loadAll()
        #expect(try counts() == [1, 1, 1])
        #expect(try database.connect().query("SELECT COUNT(*) FROM recorded_clicks")[0].integer(0) == 1)
    }

    @Test("a member's requests are counted as a key's are, each once, and are no key's use")
    func member() throws {
        let member = MemberID.new()
        func append(_ numbers: [UInt128], by caller: Caller) throws {
            let writer = try JournalWriter(directory: folder.path)
            for number in numbers {
                try writer.append(APIRequest(
                    workspace: requestWorkspace, by: caller, id: number, at: Timestamp(milliseconds: 1_795_000_000_000), endpoint: "GET /links",
                    status: 200, microseconds: 1).line)
            }
        }
        try append([1, 2, 2], by: .member(member))
        try loadAll()
        try append([2, 3], by: .member(member))
        try append([4], by: .key(APIKeyID(member.ulid)))
        try loadAll()
        #expect(try counts() == [4, 4, 4])
        let rows = try database.connect().query("SELECT key_id, CAST(SUM(requests) AS SIGNED) FROM api_usage_minutes GROUP BY 1 ORDER BY 2 DESC")
        #expect(try rows.map { try $0.caller(0) } == [.member(member), .key(APIKeyID(member.ulid))])
        #expect(try rows.map { try $0.integer(1) } == [3, 1])
        #expect(try database.connect().query("SELECT key_id FROM api_key_uses").map { try $0.bytes(0) } == [member.ulid.bytes])
    }

    @Test("a key's last use moves forward only, whatever order journals are loaded in")
    func lastUse() throws {
        let writer = try JournalWriter(directory: folder.path)
        func told() throws -> String {
            let row = try database.connect().query("SELECT used_at, address FROM api_key_uses")[0]
            return try row.string(0) + " " + row.string(1)
        }
        for (number, address) in [(50, "192.0.2.50"), (20, "198.51.100.20"), (90, "2001:db8:9::9"), (70, "203.0.113.7")] {
            try writer.append(line(number, address: address))
            try loadAll()
        }
        #expect(try told() == Timestamp(milliseconds: 1_795_000_000_090).sql + " 2001:db8:9::/48")
        try writer.append(line(300, address: "10.1.2.3"))
        try writer.append(line(200, address: "10.9.9.9"))
        try loadAll()
        #expect(try told() == Timestamp(milliseconds: 1_795_000_000_300).sql + " 10.1.2.0/24")
    }

    @Test("loaders that are killed at any moment count every request exactly once")
    func killedLoader() async throws {
        let count = 20_000
        do {
            let writer = try JournalWriter(directory: folder.path)
            for number in 0..<count {
                try writer.append(line(number))
                if number % 10 == 0 { try writer.append(line(number)) }
            }
        }
        try await runLoadersThatAreKilled(in: folder, on: database)
        try loadAll()
        #expect(try counts() == [count, count, count])
    }

    @Test("a loader whose connection is killed again and again counts every request exactly once")
    func killedConnection() throws {
        let count = 20_000
        let writer = try JournalWriter(directory: folder.path)
        for number in 0..<count { try writer.append(line(number)) }
        let database = database
        let killer = Foundation.Thread {
            guard let connection = try? database.connect() else { return }
            for _ in 0..<40 {
                let ids = (try? connection.query("""
                    SELECT ID FROM information_schema.PROCESSLIST WHERE DB = \(database.name) AND ID <> CONNECTION_ID()
                    """)) ?? []
                for row in ids { if let id = try? row.integer(0) { _ = try? connection.run("KILL \(id)") } }
                usleep(UInt32.random(in: 1_000...20_000))
            }
        }
        killer.start()
        var loader = JournalLoader(directory: folder.path, store: database.store, logger: .silent)
        for _ in 0..<400 {
            if let loaded = try? loader.load(), loaded.requests == 0, killer.isFinished { break }
            usleep(5_000)
        }
        #expect(try counts() == [count, count, count])
    }
}

// What the processes of the tests above share.

private let requestWorkspace = WorkspaceID(ULID(value: 1))
private let requestKey = APIKeyID(ULID(value: 2))

private func line(_ id: Int, address: String = "192.0.2.1") -> [UInt8] {
    APIRequest(
        workspace: requestWorkspace, by: .key(requestKey), id: UInt128(id),
        at: Timestamp(milliseconds: 1_795_000_000_000 + Int64(id & 0xFFFF)), endpoint: id % 3 == 0 ? "GET /links" : "POST /links", status: id % 7 == 0 ? 429 : 200,
        microseconds: id, address: address, userAgent: "curl").line
}
