import JSON
import Foundation
import HTTP
import MariaDB
import Model
import Store
import Support
import Synchronization
import Testing

@testable import Webhooks

/// `mask-webhooks`, killed with kill -9 while it stands at a step of its work; then another goes on.
///
/// It is made to stand there by a lock that the test has, or by a receiver that does not answer. So what was sent before
/// and what was written is known exactly, and with it how often each event arrives.
@Suite("A sender that is killed", .database)
struct KilledSenderTests {
    private let database = TestDatabase.current
    private let tenant: Tenant
    /// Holds the locks. The stores have connected before it: what has connected since is the sender.
    private let connection: Connection
    private let receiver: Receiver
    /// Whether the receiver reads, but does not answer.
    private let isSilent = Flag()

    private static let count = 40

    /// A flag that two threads share.
    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool {
            get { value.load(ordering: .acquiring) }
            set { value.store(newValue, ordering: .releasing) }
        }
    }

    init() throws {
        tenant = try database.makeTenant()
        for store in [database.senderStore, database.administratorStore] { _ = try store.read { try $0.query("SELECT 1") } }
        connection = try database.connect()
        receiver = try Receiver { [isSilent] visitor in
            while visitor.read() != nil {
                while isSilent.isSet { usleep(1000) }
                visitor.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
        }
    }

    // MARK: Steps

    @Test("in the midst of picking up: what it had numbered has no number")
    func pickingUp() throws {
        let events = try begin()
        let sender = try hold("BEFORE UPDATE ON webhook_lanes", when: "NEW.waiting > OLD.waiting") { try start() }
        try kill(sender)
        #expect(try database.number("SELECT COUNT(*) FROM events WHERE sequence IS NOT NULL") == 0)
        #expect(try database.number("SELECT COUNT(*) FROM webhook_deliveries") == 0)
        try expectAll(events, repeated: 0...0)
    }

    @Test("in the midst of claiming what another picked up: nothing is claimed")
    func claiming() throws {
        let events = try begin()
        try database.pickUpAll()
        let sender = try hold("BEFORE UPDATE ON webhook_deliveries", when: "NEW.claim IS NOT NULL AND OLD.claim IS NULL") {
            try start()
        }
        try kill(sender)
        #expect(try database.number("SELECT COUNT(*) FROM events WHERE sequence IS NOT NULL") == Self.count)
        #expect(try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE claim IS NOT NULL OR attempts > 0") == 0)
        try expectAll(events, repeated: 0...0)
    }

    @Test("after claiming, before anything is sent: the attempts that were begun count, and none is repeated")
    func claimed() throws {
        let silent = try SilentPort()
        let events = try begin(to: "http://127.0.0.1:\(silent.port)/")
        let sender = try start()
        try wait { try claims() == Sender.transfersPerEndpoint(.changes) }
        try kill(sender)
        #expect(try claims() == Sender.transfersPerEndpoint(.changes))
        try database.connect().execute("UPDATE webhooks SET url = \(receiver.url)")
        try expectAll(
            events, repeated: 0...0,
            attempts: [1: Self.count - Sender.transfersPerEndpoint(.changes), 2: Sender.transfersPerEndpoint(.changes)])
    }

    @Test("while requests are under way: just those are repeated")
    func inFlight() throws {
        let events = try begin()
        isSilent.isSet = true
        let sender = try start()
        try wait { receiver.requests.count == Sender.transfersPerEndpoint(.changes) }
        try kill(sender)
        try expectAll(
            events, repeated: Sender.transfersPerEndpoint(.changes)...Sender.transfersPerEndpoint(.changes),
            attempts: [1: Self.count - Sender.transfersPerEndpoint(.changes), 2: Sender.transfersPerEndpoint(.changes)])
    }

    @Test("after the answers, before they are recorded: just those are repeated")
    func answered() throws {
        let events = try begin()
        isSilent.isSet = true
        let sender = try start()
        try wait { receiver.requests.count == Sender.transfersPerEndpoint(.changes) }
        try connection.run("START TRANSACTION")
        _ = try connection.query("SELECT waiting FROM webhook_lanes WHERE lane = 0 FOR UPDATE")
        isSilent.isSet = false
        try wait { try sessions("INFO LIKE '%FOR UPDATE' AND INFO LIKE '%webhook_lanes%'") == 1 }
        try kill(sender) { try connection.run("ROLLBACK") }
        try expectAll(
            events, repeated: Sender.transfersPerEndpoint(.changes)...Sender.transfersPerEndpoint(.changes),
            attempts: [1: Self.count - Sender.transfersPerEndpoint(.changes), 2: Sender.transfersPerEndpoint(.changes)])
    }

    @Test("in the midst of recording: nothing of it is written, and just that is repeated", arguments: [
        ("BEFORE INSERT ON webhook_attempts", "TRUE"),
        ("BEFORE UPDATE ON webhook_deliveries", "NEW.status = 'succeeded'"),
        ("BEFORE UPDATE ON webhook_lanes", "NEW.waiting < OLD.waiting"),
    ])
    func recording(event: String, condition: String) throws {
        let events = try begin()
        let sender = try hold(event, when: condition) { try start() }
        let sent = receiver.requests.count
        try kill(sender)
        #expect(try database.number("SELECT COUNT(*) FROM webhook_attempts") == 0)
        #expect(try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE status = 'succeeded'") == 0)
        // The last ones may have been read only after that.
        #expect(sent > 0)
        try expectAll(events, repeated: try sent...claims())
    }

    @Test("in the midst of recording what failed: the next attempt follows in order, at once")
    func recordingFailure() throws {
        let down = try Receiver.answering("HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n")
        let events = try begin(to: down.url)
        let sender = try hold("BEFORE INSERT ON webhook_attempts", when: "NEW.status = 503") { try start() }
        try kill(sender)
        #expect(try database.number("SELECT failures FROM webhook_lanes WHERE lane = 0") == 0)
        try database.connect().execute("UPDATE webhooks SET url = \(receiver.url)")
        let begun = try claims()
        try expectAll(events, repeated: 0...0, attempts: [1: Self.count - begun, 2: begun])
    }

    // MARK: What they share

    private func begin(to url: String? = nil) throws -> [Event] {
        try database.makeWebhook(of: tenant, to: url ?? receiver.url)
        return try database.makeEvents(Self.count, of: tenant)
    }

    private func claims() throws -> Int {
        try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE claim IS NOT NULL")
    }

    /// The sender's: all that the database has had since before it began.
    private func sessions(_ condition: String = "TRUE") throws -> Int {
        // Only root sees what other accounts do.
        try Connection(TestServers.mariaDB()).query("""
            SELECT COUNT(*) FROM information_schema.PROCESSLIST
            WHERE DB = \(database.name) AND ID > \(Int(connection.threadID)) AND \(unsafeText: condition)
            """)[0].integer(0)
    }

    /// Starts a sender and lets it stand where it changes a row for which a condition holds. The lock is free again when it
    /// has been killed, see ``kill(_:_:)``.
    private func hold(_ event: String, when condition: String, _ start: () throws -> Process) throws -> Process {
        let name = "'\(database.name)'"
        try connection.run("DO GET_LOCK(\(name), 0)")
        try connection.run("""
            CREATE TRIGGER stand \(event) FOR EACH ROW
            SET @stood = IF(\(condition), GET_LOCK(\(name), 60) + RELEASE_LOCK(\(name)), 0)
            """)
        let sender = try start()
        try wait { try sessions("STATE = 'User lock'") == 1 }
        return sender
    }

    private func start() throws -> Process {
        guard case .socket(let socket) = database.configuration.address else { throw TestFailure("no socket") }
        let sender = Process()
        let folder = ProcessInfo.processInfo.environment["MASK_BIN"].map { URL(filePath: $0) }
        let programs = folder ?? URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        sender.executableURL = programs.appending(path: "mask-webhooks")
        sender.arguments = ["--for", "55"]
        sender.environment = [
            "MASK_MARIADB_SOCKET": socket, "MASK_MARIADB_USER": database.sender.user, "MASK_DATABASE": database.name,
            "MASK_REDIS_SOCKET": try TestServers.redis().socket ?? "", "MASK_SECRET_KEY": TestDatabase.secretKey,
            "MASK_WEBHOOK_ADDRESSES": "127.0.0.0/8", "MASK_WEBHOOK_PORTS": "*", "MASK_WEBHOOK_HTTP": "yes",
        ]
        sender.standardError = FileHandle.nullDevice
        try sender.run()
        return sender
    }

    /// Kills a sender where it stands, and waits until MariaDB has rolled back what it had begun.
    /// - Parameter release: gives the locks back once it is dead.
    private func kill(_ sender: Process, release: () throws -> Void = {}) throws {
        Foundation.kill(sender.processIdentifier, SIGKILL)
        sender.waitUntilExit()
        try release()
        try connection.run("DO RELEASE_ALL_LOCKS()")
        try wait { try sessions() == 0 }
        try connection.run("DROP TRIGGER IF EXISTS stand")
    }

    /// Lets another sender work until nothing is due; leases have ended by then.
    /// - Parameters:
    ///   - repeated: how many requests are for events that had arrived before.
    ///   - attempts: how many deliveries have had so many.
    private func expectAll(_ events: [Event], repeated: ClosedRange<Int>, attempts: [Int: Int]? = nil) throws {
        isSilent.isSet = false
        try database.connect().execute("UPDATE webhook_deliveries SET due_at = UTC_TIMESTAMP(3) WHERE due_at IS NOT NULL")
        try database.connect().execute("""
            UPDATE webhook_lanes SET due_at = UTC_TIMESTAMP(3), not_before = NULL WHERE waiting > 0
            """)
        try database.makeSender().runOnce()
        let bodies = try receiver.requests.map { request in
            try #require(request.range(of: "\r\n\r\n").map { String(request[$0.upperBound...]) })
        }
        #expect(repeated.contains(bodies.count - Self.count), "\(bodies.count)")
        // The same event is the same bytes, its sequence too.
        let json = try Set(bodies).map { try JSON.parse(Array($0.utf8)) }
        #expect(Set(json.compactMap { $0["id"]?.stringValue }) == Set(events.map(\.id.description)))
        let sequences = try database.texts("SELECT HEX(id), CAST(sequence AS CHAR) FROM events ORDER BY sequence")
        #expect(sequences.map { Int($0[1]) } == (1...Self.count).map { $0 })
        #expect(json.count == Self.count && Set(json.compactMap { $0["sequence"]?.serialized() }).count == Self.count)
        #expect(try database.texts("SELECT DISTINCT status, claim FROM webhook_deliveries") == [["succeeded", "NULL"]])
        try expectAttempts(attempts)
    }

    /// The log's last attempt at each delivery is the one that its count tells.
    private func expectAttempts(_ wanted: [Int: Int]?) throws {
        #expect(try database.number("""
            SELECT COUNT(*) FROM webhook_deliveries d
            WHERE attempts <> (SELECT MAX(number) FROM webhook_attempts a
                               WHERE a.workspace_id = d.workspace_id AND a.delivery_id = d.id)
            """) == 0)
        guard let wanted else { return }
        let rows = try database.texts("""
            SELECT CAST(attempts AS CHAR), CAST(COUNT(*) AS CHAR) FROM webhook_deliveries GROUP BY attempts
            """)
        #expect(Dictionary(uniqueKeysWithValues: rows.map { (Int($0[0]) ?? 0, Int($0[1]) ?? 0) }) == wanted)
    }

    private func wait(_ condition: () throws -> Bool) throws {
        for _ in 0..<3000 {
            if try condition() { return }
            usleep(10_000)
        }
        throw TestFailure("it did not come")
    }
}
