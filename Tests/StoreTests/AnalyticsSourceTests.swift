import AnalyticsStore
import Glibc
import MariaDB
import Model
import Store
import Support
import Testing

/// Analytics read in a real replica of a real database.
@Suite("A replica for analytics")
struct AnalyticsSourceTests {
    private let primary: MariaDBServer
    private let replica: MariaDBServer
    private let database: TestDatabase
    private let source: AnalyticsSource
    private let workspace = WorkspaceID.new()
    private let link = LinkID.new()

    init() throws {
        let port = try Receiver.freePorts(1)[0]
        primary = try MariaDBServer(options: [
            "--skip-networking=0", "--bind-address=127.0.0.1", "--port=\(port)", "--log-bin", "--server-id=1",
        ])
        replica = try MariaDBServer(options: ["--server-id=2", "--read-only"])
        let connection = try Connection(primary.configuration)
        try connection.runScript("CREATE USER replica IDENTIFIED BY 'secret'; GRANT REPLICATION SLAVE ON *.* TO replica; CREATE DATABASE mask COLLATE utf8mb4_nopad_bin; USE mask")
        try Migrator(try Migrations.all()).migrate(on: connection) { _ in }
        try Connection(replica.configuration).runScript("""
            CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=\(port), MASTER_USER='replica', MASTER_PASSWORD='secret',
              MASTER_USE_GTID=slave_pos;
            START SLAVE
            """)
        var (ours, theirs) = (primary.configuration, replica.configuration)
        (ours.database, theirs.database) = ("mask", "mask")
        database = TestDatabase(ours)
        source = AnalyticsSource(database.store, replica: Store(theirs, connections: 4))
    }

    /// Stores a click as the loader does.
    private func click() throws {
        let click = Click(
            workspace: workspace, link: link, id: ULID(milliseconds: 0).value, at: .now(), visitor: 1,
            agent: UserAgent(device: .desktop, browser: "Firefox", os: "Linux", isBot: false))
        var numbers = ClickNumbers()
        let numbered = try numbers.number([click], in: database.store)
        try database.store.write { connection in
            try connection.transaction { connection in
                _ = try ClickParts.append(numbered, on: connection)
                let segment = JournalSegments.Progress(name: ULID(milliseconds: 0).description, loadedBytes: 1, clicks: 1, requests: 0)
                #expect(try JournalSegments.advance(segment, from: 0, on: connection))
            }
        }
    }

    private func clicks() throws -> (answer: Int, asOf: Timestamp) {
        let question = ClickQuestion(
            workspace: workspace, start: Timestamp.now().adding(days: -1), end: Timestamp.now().adding(days: 1))
        return try source.snapshot { try ClickAnalytics.answer(question, on: $0).total }
    }

    @Test("answers with what it has, and says up to when; while it is away the database answers")
    func replication() throws {
        try click()
        #expect(eventually { (try? clicks().answer) == 1 })
        let first = try clicks().asOf

        // It falls behind: the answer is as old as it says.
        try Connection(replica.configuration).run("STOP SLAVE SQL_THREAD")
        usleep(20_000)
        try click()
        #expect(try clicks() == (1, first))
        try Connection(replica.configuration).run("START SLAVE SQL_THREAD")
        #expect(eventually { (try? clicks().answer) == 2 })
        #expect(try clicks().asOf > first)

        replica.process.end()
        try click()
        let before = Timestamp.now()
        let last = try clicks()
        #expect(last.answer == 3 && last.asOf >= before)
    }
}
