import MariaDB
import Model
import Operations
import Support
import Testing

@testable import Store

/// What `maskctl maintain` does each hour, by clocks that can be wrong.
@Suite("Maintenance", .database)
struct MaintenanceTests {
    private let store = TestDatabase.current.administratorStore
    private let today = Timestamp.now().day

    private func partitions(_ table: String = "recorded_clicks") throws -> [String] {
        try store.read { connection in
            try connection.query("""
                SELECT PARTITION_NAME FROM information_schema.PARTITIONS
                WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = \(table) AND PARTITION_NAME <> 'later'
                ORDER BY PARTITION_ORDINAL_POSITION
                """).map { try $0.string(0) }
        }
    }

    private func name(_ day: Int) -> String { "p" + CivilDate(day: day).sql.filter { $0 != "-" } }

    private func maintain(on day: Int) throws -> [String] {
        try store.write { try Partitions.maintainAll(today: day, on: $0) }
    }

    @Test("a host whose clock is thirty days off MariaDB's, either way, changes nothing and says so", arguments: [-30, 30])
    func hostClock(days: Int) throws {
        let wrong = Timestamp.now().adding(days: days)
        let error = #expect(throws: ClocksApart.self) { try Maintenance.run(store, hostTime: wrong) }
        #expect((error?.seconds ?? 0) >= 30 * 86_400 - 5)
        #expect(error?.description.contains("run NTP on both") == true)
        #expect(try partitions().isEmpty)
    }

    @Test("a missed day is made up for by the next run; a rehearsal says the same and changes nothing")
    func missed() throws {
        _ = try maintain(on: today - 1)
        let planned = try Maintenance.run(store, isRehearsal: true)
        #expect(planned.contains("recorded_clicks: would add \(name(today + 7))"))
        #expect(try partitions().last == name(today + 6))
        #expect(try Maintenance.run(store).contains("recorded_clicks: added \(name(today + 7))"))
        #expect(try Maintenance.run(store).isEmpty)
    }

    @Test("a clock that jumps thirty days ahead, MariaDB's too, makes nothing go before it has been so for thirty runs")
    func ahead() throws {
        // The visitors of a day are kept for two.
        _ = try maintain(on: today)
        let first = try #require(try partitions("click_visits").first)
        for run in 1..<30 {
            let done = try maintain(on: today + 30)
            #expect(!done.contains { $0.contains("dropped") }, "run \(run)")
        }
        #expect(try partitions("click_visits").first == first)
        #expect(try maintain(on: today + 30).contains("click_visits: dropped \(first)"))
    }

    @Test("when the clock comes back after a few runs nothing is lost, and the days have their partitions")
    func andBack() throws {
        _ = try maintain(on: today)
        for _ in 0..<3 { _ = try maintain(on: today + 30) }
        #expect(try maintain(on: today).isEmpty)
        #expect(try partitions() == (0...10).map { name(today + $0) })
        #expect(try partitions().first == name(today))
    }

    @Test("a clock that falls back thirty days drops and makes nothing")
    func back() throws {
        _ = try maintain(on: today)
        let before = try partitions()
        #expect(try maintain(on: today - 30).isEmpty)
        #expect(try partitions() == before)
    }

    @Test("after a pause of thirty days each run goes on by a day, without a gap, and then what is old goes")
    func pause() throws {
        _ = try maintain(on: today - 30)
        var runs = 0
        while try partitions().last != name(today + 7) {
            _ = try maintain(on: today)
            runs += 1
        }
        #expect(runs == 30)
        #expect(try partitions() == (-30...7).map { name(today + $0) })
        #expect(try partitions("click_visits").first == name(today - 2))
    }

    @Test("what cannot be deleted of one workspace keeps no salt and no row of another, and is told")
    func stuck() throws {
        let database = TestDatabase.current
        let tenants = try ["first", "second"].map { try database.makeTenant(slug: $0) }
        // As a later version may make it.
        for statement: SQL in [
            "CREATE TABLE held (id INT PRIMARY KEY, workspace_id BINARY(16) NOT NULL)",
            "CREATE TABLE holding (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES held (id))",
            "INSERT INTO held (id, workspace_id) VALUES (1, \(tenants[0].workspace.id))",
            "INSERT INTO holding (id) VALUES (1)",
            "INSERT INTO visitor_salts (day, salt) VALUES (\(CivilDate(day: today - 9).sql), 'x')",
        ] { try database.connect().execute(statement) }
        for tenant in tenants {
            try store.write { connection in
                try connection.transaction {
                    try DeletedWorkspaces.begin(tenant.workspace, by: .maskctl(person: "ada"), at: .now(), on: $0)
                }
            }
        }
        _ = try maintain(on: today)
        let error = #expect(throws: MariaDBError.self) { try Maintenance.run(store) }
        #expect(error?.description.contains("held") == true)
        #expect(try database.number("SELECT COUNT(*) FROM visitor_salts") == 0)
        #expect(try tenants.map { tenant in
            try database.number("SELECT COUNT(*) FROM domains WHERE workspace_id = \(tenant.workspace.id)")
        } == [1, 0])
    }

    @Test("other things are not forgotten before the runs have caught up")
    func others() throws {
        try store.write { try $0.execute("INSERT INTO visitor_salts (day, salt) VALUES (\(CivilDate(day: today - 9).sql), 'x')") }
        func salts() throws -> Int { try store.read { try $0.query("SELECT COUNT(*) FROM visitor_salts")[0].integer(0) } }
        _ = try maintain(on: today - 2)
        _ = try Maintenance.run(store)
        #expect(try salts() == 1)
        _ = try Maintenance.run(store)
        #expect(try salts() == 0)
    }
}
