import MariaDB
import Model
import Store
import Support
import Testing

@Suite("Partitions", .database)
struct PartitionsTests {
    let connection: Connection
    private let today = Timestamp("2025-11-21T00:00:00Z").day

    init() throws { connection = try TestDatabase.current.connect() }

    private func table(_ name: String) throws -> Partitions.Table {
        try #require(Partitions.tables.first { $0.name == name })
    }

    private func partitions(_ table: String) throws -> [String] {
        try connection.query("""
            SELECT PARTITION_NAME FROM information_schema.PARTITIONS
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = \(table) ORDER BY PARTITION_ORDINAL_POSITION
            """).map { try $0.string(0) }
    }

    private func insertClick(at time: String) throws {
        try connection.execute("""
            INSERT INTO recorded_clicks (workspace_id, at, id, link, visitor, place, agent, referrer, campaign, marks)
            VALUES (\(WorkspaceID.new()), \(time), \(LinkID.new()), 1, '', 0, 0, 0, 0, 0)
            """)
    }

    private func clicks(in partition: String) throws -> Int {
        try connection.query("SELECT COUNT(*) FROM recorded_clicks PARTITION (\(unsafeText: partition))")[0].integer(0)
    }

    @Test("days are made a week ahead, and a second run does nothing")
    func ahead() throws {
        let done = try Partitions.maintain(try table("recorded_clicks"), today: today, on: connection)
        #expect(done.count == 8 && done.first == "recorded_clicks: added p20251121")
        #expect(try partitions("recorded_clicks") == (21...28).map { "p202511\($0)" } + ["later"])
        #expect(try Partitions.maintain(try table("recorded_clicks"), today: today, on: connection).isEmpty)
        #expect(try Partitions.maintain(try table("recorded_clicks"), today: today + 1, on: connection) == ["recorded_clicks: added p20251129"])
    }

    @Test("months are made when the week ahead reaches them")
    func months() throws {
        let audit = try table("audit_log")
        #expect(try Partitions.maintain(audit, today: today, on: connection) == ["audit_log: added p20251101"])
        #expect(try Partitions.maintain(audit, today: today + 2, on: connection).isEmpty)
        #expect(try Partitions.maintain(audit, today: today + 4, on: connection) == ["audit_log: added p20251201"])
    }

    @Test("every table that grows can be maintained", arguments: Partitions.tables.map(\.name))
    func all(_ name: String) throws {
        #expect(try !Partitions.maintain(try table(name), today: today, on: connection).isEmpty)
        #expect(try partitions(name).last == "later")
    }

    @Test("a row lands on its day, and in `later` where there is none yet; later is divided without a loss")
    func rows() throws {
        _ = try Partitions.maintain(try table("recorded_clicks"), today: today, on: connection)
        for time in ["2025-11-21 00:00:00.000", "2025-11-21 23:59:59.999", "2025-11-22 00:00:00.000", "2025-11-29 12:00:00"] {
            try insertClick(at: time)
        }
        #expect(try clicks(in: "p20251121") == 2)
        #expect(try clicks(in: "p20251122") == 1)
        #expect(try clicks(in: "later") == 1)
        _ = try Partitions.maintain(try table("recorded_clicks"), today: today + 1, on: connection)
        #expect(try clicks(in: "p20251129") == 1)
        #expect(try clicks(in: "later") == 0)
    }

    @Test("a maintenance that did not run for weeks loses no row")
    func gap() throws {
        _ = try Partitions.maintain(try table("recorded_clicks"), today: today, on: connection)
        try insertClick(at: "2025-12-05 12:00:00")
        _ = try Partitions.maintain(try table("recorded_clicks"), today: today + 60, on: connection)
        #expect(try connection.query("SELECT COUNT(*) FROM recorded_clicks")[0].integer(0) == 1)
        #expect(try clicks(in: "later") == 0)
    }

    @Test("what is older than is kept is dropped, and no day more")
    func age() throws {
        let clicks = try table("recorded_clicks")
        _ = try Partitions.maintain(clicks, today: today, on: connection)
        try insertClick(at: "2025-11-21 12:00:00")
        try insertClick(at: "2025-11-22 12:00:00")
        let keepDays = try #require(clicks.keepDays)
        let later = try Partitions.maintain(clicks, today: today + keepDays, on: connection)
        #expect(!later.contains { $0.contains("dropped") })
        let next = try Partitions.maintain(clicks, today: today + keepDays + 1, on: connection)
        #expect(next.contains("recorded_clicks: dropped p20251121") && !next.contains("recorded_clicks: dropped p20251122"))
        #expect(try connection.query("SELECT COUNT(*) FROM recorded_clicks")[0].integer(0) == 1)
    }
}
