import Crypto
import DeliveryStore
import Glibc
import MariaDB
import Model
import Store
import Support
import Synchronization
import Testing

@testable import Webhooks

@Suite("The sender", .database)
struct SenderTests {
    private let database = TestDatabase.current
    private let tenant: Tenant

    init() throws {
        signal(SIGPIPE, SIG_IGN)
        tenant = try database.makeTenant()
    }

    private static func answer(_ status: String, _ fields: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: 2\r\n\(fields)\r\nok"
    }

    private static func ids(_ receiver: Receiver) -> [String] {
        receiver.requests.compactMap { request in
            request.split(separator: "\r\n").first { $0.hasPrefix("webhook-id: ") }.map { String($0.dropFirst(12)) }
        }
    }

    private func statuses(_ webhook: Webhook) throws -> [[String]] {
        try database.texts("""
            SELECT status, CAST(COUNT(*) AS CHAR), CAST(MAX(attempts) AS CHAR) FROM webhook_deliveries
            WHERE webhook_id = \(webhook.id) GROUP BY status ORDER BY status
            """)
    }

    private func failures(_ webhook: Webhook) throws -> Int {
        try database.number("SELECT failures FROM webhook_lanes WHERE webhook_id = \(webhook.id) AND lane = 0")
    }

    @Test("every event is delivered once to every endpoint, signed, with its sequence, and in the log")
    func delivery() throws {
        let secret = WebhookSecret.random()
        let receivers = try (0..<3).map { _ in try Receiver.answering(Self.answer("200 OK")) }
        for receiver in receivers { try database.makeWebhook(of: tenant, to: receiver.url, secret: secret) }
        let events = try database.makeEvents(300, of: tenant)
        let sender = try database.makeSender()
        try sender.runOnce()
        #expect(sender.sent == 900 && sender.succeeded == 900)
        for receiver in receivers { #expect(Self.ids(receiver).sorted() == events.map(\.id.description).sorted()) }
        #expect(try database.texts("SELECT status, CAST(COUNT(*) AS CHAR) FROM webhook_deliveries GROUP BY status") == [["succeeded", "900"]])
        #expect(try database.number("SELECT COUNT(*) FROM webhook_attempts WHERE status = 200 AND body = 'ok' AND address = '127.0.0.1' AND http_version = '1.1'") == 900)
        let request = try #require(receivers[0].requests.first)
        let parts = request.components("\r\n\r\n")
        let field = { (name: String) in parts[0].components("\r\n").first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) } ?? "" }
        let signed = Array("\(field("webhook-id")).\(field("webhook-timestamp")).\(parts[1])".utf8)
        #expect(field("webhook-signature") == "v1," + base64(hmacSHA256(key: secret.bytes, signed)))
        #expect(parts[1].contains("\"sequence\":"))
    }

    @Test("410 disables at once; what failed otherwise is tried again")
    func gone() throws {
        let receiver = try Receiver.answering(Self.answer("410 Gone"))
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(3, of: tenant)
        try database.makeSender().runOnce()
        #expect(try database.texts("SELECT CAST(enabled AS CHAR), disabled_reason FROM webhooks") == [["0", "The endpoint answered 410 Gone."]])
        #expect(try database.number("SELECT COUNT(*) FROM audit_log WHERE action = 'webhook.disabled'") == 1)
        let before = receiver.requests.count
        try database.connect().execute("UPDATE webhook_deliveries SET due_at = UTC_TIMESTAMP(3)")
        try database.makeEvents(1, of: tenant)
        try database.makeSender().runOnce()
        #expect(receiver.requests.count == before && before <= 3)
        #expect(try statuses(webhook).map { $0[0] } == ["waiting", "discarded"].sorted { $0 > $1 })
    }

    @Test("after five days and ten failures an endpoint is disabled, with the reason and an audit entry")
    func dead() throws {
        let receiver = try Receiver.answering(Self.answer("500 Oops"))
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(1, of: tenant)
        try database.connect().execute("UPDATE webhook_lanes SET failures = 9, failing_since = UTC_TIMESTAMP(3) - INTERVAL 6 DAY WHERE lane = 0")
        try database.makeSender().runOnce()
        #expect(try database.texts("SELECT disabled_reason FROM webhooks") == [["No delivery has succeeded for five days, in 10 attempts."]])
        #expect(try database.texts("SELECT resource, changes FROM audit_log WHERE action = 'webhook.disabled'") == [[
            webhook.id.description,
            #"{"after":{"enabled":false,"disabled_reason":"No delivery has succeeded for five days, in 10 attempts."}}"#,
        ]])
    }

    /// One attempt of an endpoint whose failures began so many hours ago.
    private func fail(since hours: Int, _ webhook: Webhook) throws {
        try database.connect().execute("UPDATE webhook_deliveries SET due_at = UTC_TIMESTAMP(3), attempts = 1")
        try database.connect().execute("""
            UPDATE webhook_lanes SET failures = 4, failing_since = UTC_TIMESTAMP(3) - INTERVAL \(hours) HOUR,
              due_at = UTC_TIMESTAMP(3), not_before = NULL
            WHERE webhook_id = \(webhook.id) AND lane = 0
            """)
        try database.makeSender().runOnce()
    }

    private func notices() throws -> [String] {
        try database.texts("""
            SELECT CONCAT(resource, ' ', JSON_VALUE(changes, '$.after.days')) FROM audit_log WHERE action = 'webhook.failing' ORDER BY id
            """).map { $0[0] }
    }

    @Test("a day and three days without a success are noted once each in the audit log, and again only after a recovery")
    func failingForDays() throws {
        let receiver = try Receiver.answering(Self.answer("500 Oops"))
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(1, of: tenant)
        let noted = { (days: Int...) in days.map { "\(webhook.id) \($0)" } }
        var last = 0
        for (hours, wanted) in [(23, noted()), (25, noted(1)), (26, noted(1)), (71, noted(1)), (73, noted(1, 3)), (100, noted(1, 3))] {
            // As time passes, what was noted lies further back.
            try database.connect().execute("UPDATE webhooks SET noticed_at = noticed_at - INTERVAL \(hours - last) HOUR")
            try fail(since: hours, webhook)
            #expect(try notices() == wanted, "\(hours)")
            last = hours
        }
        #expect(try database.texts("SELECT CAST(enabled AS CHAR) FROM webhooks") == [["1"]])
        // It was well meanwhile, in the other lane too, and fails again for a day.
        try database.connect().execute("UPDATE webhooks SET noticed_at = UTC_TIMESTAMP(3) - INTERVAL 50 HOUR")
        try database.connect().execute("UPDATE webhook_lanes SET last_success_at = UTC_TIMESTAMP(3) - INTERVAL 20 HOUR WHERE lane = 1")
        try fail(since: 30, webhook)
        #expect(try notices() == noted(1, 3), "a success twenty hours ago in the other lane")
        try database.connect().execute("UPDATE webhook_lanes SET last_success_at = UTC_TIMESTAMP(3) - INTERVAL 28 HOUR WHERE lane = 1")
        try fail(since: 30, webhook)
        #expect(try notices() == noted(1, 3, 1))
        let listed = try database.store.read { try FailingEndpoints.list(since: Timestamp.now().adding(days: -1), limit: 9, on: $0) }
        #expect(listed.map(\.webhook) == [webhook.id])
        #expect(try database.store.read { try FailingEndpoints.list(since: Timestamp.now().adding(days: -2), limit: 9, on: $0) }.isEmpty)
    }

    @Test("five failures open the breaker: one probe at a time; a success closes it, and the rest follows at once")
    func breaker() throws {
        let isWell = Atomic(false)
        let inFlight = Atomic(0), most = Atomic(0)
        let receiver = try Receiver { visitor in
            while visitor.read() != nil {
                most.max(inFlight.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
                usleep(20_000)
                inFlight.subtract(1, ordering: .relaxed)
                visitor.send(Self.answer(isWell.load(ordering: .relaxed) ? "200 OK" : "500 Oops"))
            }
        }
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(200, of: tenant)
        try database.makeSender().runOnce()
        let first = receiver.requests.count
        #expect((5...9).contains(first))
        #expect(try failures(webhook) == first)
        most.store(0, ordering: .relaxed)
        for probe in 1...3 {
            try database.connect().execute("UPDATE webhook_lanes SET due_at = UTC_TIMESTAMP(3), not_before = NULL WHERE lane = 0")
            let database = database
            _ = try inParallel(2) { _ in try database.makeSender().runOnce() }
            #expect(receiver.requests.count == first + probe && most.load(ordering: .relaxed) == 1)
        }
        isWell.store(true, ordering: .relaxed)
        try database.connect().execute("UPDATE webhook_deliveries SET due_at = UTC_TIMESTAMP(3)")
        try database.connect().execute("UPDATE webhook_lanes SET due_at = UTC_TIMESTAMP(3), not_before = NULL WHERE lane = 0")
        try database.makeSender().runOnce()
        #expect(try statuses(webhook).map { [$0[0], $0[1]] } == [["succeeded", "200"]] && failures(webhook) == 0)
        #expect((2...5).contains(most.load(ordering: .relaxed)))
    }

    @Test("10,000 due deliveries of a dead endpoint cost ten healthy ones no turn")
    func deadBesideHealthy() throws {
        let dead = try database.makeWebhook(of: tenant, to: "http://127.0.0.1:1/", events: ["page.published"])
        for _ in 0..<20 { try database.makeEvents(500, of: tenant, type: .pagePublished) }
        try database.pickUpAll()
        let healthy = try Receiver.answering(Self.answer("200 OK"))
        for _ in 0..<10 { try database.makeWebhook(of: tenant, to: healthy.url, events: ["link.created"]) }
        try database.makeEvents(20, of: tenant)
        let sender = try database.makeSender()
        var turns = 0
        while healthy.requests.count < 200, turns < 1000 {
            try sender.turn(longest: 20)
            turns += 1
        }
        #expect(healthy.requests.count == 200)
        #expect(try database.number("SELECT COUNT(*) FROM webhook_attempts a JOIN webhook_deliveries d ON d.workspace_id = a.workspace_id AND d.id = a.delivery_id WHERE d.webhook_id = \(dead.id)") < 15)
        #expect(try statuses(dead)[0][1] == "10000")
    }

    @Test("changes go out while an endpoint's clicks are stuck")
    func lanes() throws {
        let slow = try Receiver { visitor in
            visitor.read()
            visitor.waitForEnd()
        }
        for _ in 0..<40 { try database.makeWebhook(of: tenant, to: slow.url, events: ["click.recorded"]) }
        try database.makeEvents(10, of: tenant, type: .clickRecorded)
        let receiver = try Receiver.answering(Self.answer("200 OK"))
        try database.makeWebhook(of: tenant, to: receiver.url, events: ["link.*"])
        let sender = try database.makeSender(whole: 3000)
        for _ in 0..<1000 where slow.connections == 0 { try sender.turn(longest: 5) }
        for _ in 0..<10 { try sender.turn(longest: 5) }
        #expect((1...Sender.clickTransfers).contains(slow.connections))
        try database.makeEvents(100, of: tenant)
        var turns = 0
        while receiver.requests.count < 100, turns < 300 {
            try sender.turn(longest: 10)
            turns += 1
        }
        #expect(receiver.requests.count == 100 && slow.connections <= Sender.clickTransfers)
    }

    @Test("a port that is not allowed any more is not connected to, and the attempt says so")
    func closedPort() throws {
        let receiver = try Receiver.answering(Self.answer("200 OK"))
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(1, of: tenant)
        try database.makeSender(ports: AddressPolicy.usualPorts).runOnce()
        #expect(try database.texts("SELECT error, address FROM webhook_attempts") == [["blocked_address", ""]])
        #expect(try failures(webhook) == 1 && receiver.connections == 0)
    }

    @Test("a delivery that only a newer version can read keeps its own endpoint waiting, and no other")
    func unreadable() throws {
        let receiver = try Receiver.answering(Self.answer("200 OK"))
        let (odd, other) = (try database.makeWebhook(of: tenant, to: receiver.url), try database.makeWebhook(of: tenant, to: receiver.url))
        try database.makeEvents(3, of: tenant)
        try database.pickUpAll()
        try database.connect().execute("UPDATE webhook_deliveries SET event_type = 'link.archived' WHERE webhook_id = \(odd.id) LIMIT 1")
        try database.makeSender().runOnce()
        #expect(try statuses(other) == [["succeeded", "3", "1"]])
        #expect(try statuses(odd) == [["waiting", "3", "0"]])
    }

    @Test("what fails on this side is not charged to the endpoint")
    func localFault() throws {
        let receiver = try Receiver.answering(Self.answer("200 OK"))
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(20, of: tenant)
        try database.makeSender(key: "another key, after which no secret can be read").runOnce()
        #expect(try statuses(webhook) == [["waiting", "20", "0"]] && failures(webhook) == 0 && receiver.requests.isEmpty)
        #expect(try database.number("SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), due_at) FROM webhook_lanes WHERE lane = 0") > 50)
        try database.connect().execute("UPDATE webhook_lanes SET due_at = UTC_TIMESTAMP(3), not_before = NULL WHERE lane = 0")
        try database.makeSender().runOnce()
        #expect(try statuses(webhook) == [["succeeded", "20", "1"]])
    }

    @Test("slow endpoints of one workspace, however many, hold eight requests and delay nobody else's")
    func slowEndpoints() throws {
        let slow = try Receiver { visitor in
            visitor.read()
            visitor.waitForEnd()
        }
        for _ in 0..<20 { try database.makeWebhook(of: tenant, to: slow.url) }
        try database.makeEvents(5, of: tenant)
        let other = try database.makeTenant(slug: "other")
        let healthy = try Receiver.answering(Self.answer("200 OK"))
        try database.makeWebhook(of: other, to: healthy.url)
        // Longer than the test takes: none of them ends.
        let sender = try database.makeSender(whole: 120_000)
        let began = ContinuousClock.now
        while slow.requests.count < 8, ContinuousClock.now - began < .seconds(20) { try sender.turn(longest: 20) }
        let events = try database.makeEvents(40, of: other)
        while sender.succeeded < 40, ContinuousClock.now - began < .seconds(60) { try sender.turn(longest: 20) }
        #expect(Set(Self.ids(healthy)) == Set(events.map(\.id.description)))
        #expect(slow.requests.count == 8 && slow.connections == 8)
    }

    @Test("an endpoint that is deleted or disabled while a request is under way gets no other", arguments: [true, false])
    func endedInFlight(isDeleted: Bool) throws {
        let receiver = try Receiver { visitor in
            while visitor.read() != nil {
                usleep(300_000)
                visitor.send(Self.answer("500 Oops"))
            }
        }
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(1, of: tenant)
        let sender = try database.makeSender()
        while receiver.requests.isEmpty { try sender.turn(longest: 10) }
        if isDeleted {
            let webhook = try #require(try database.store.read { try WebhookEndpoints.find(webhook.id, in: tenant.workspace.id, on: $0) })
            try database.store.write { connection in try connection.transaction { try WebhookEndpoints.delete(webhook, at: .now(), on: $0) } }
        } else {
            try database.connect().execute("UPDATE webhooks SET enabled = FALSE")
        }
        while sender.sent == 0 { try sender.turn(longest: 50) }
        try sender.runOnce()
        #expect(try database.number("SELECT COUNT(*) FROM webhook_attempts WHERE status = 500") == 1)
        try database.connect().execute("UPDATE webhook_deliveries SET due_at = UTC_TIMESTAMP(3)")
        try database.connect().execute("UPDATE webhook_lanes SET due_at = UTC_TIMESTAMP(3)")
        try sender.runOnce()
        #expect(receiver.requests.count == 1)
    }

    @Test("a sender that goes at any moment loses nothing, and repeats what was in flight at the most", arguments: [1, 2, 3, 5, 8])
    func dropped(turns: Int) throws {
        let receiver = try Receiver.answering(Self.answer("200 OK"))
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        let events = try database.makeEvents(100, of: tenant)
        do {
            let sender = try database.makeSender()
            for _ in 0..<turns { try sender.turn(longest: 3) }
        }
        let sentBefore = receiver.requests.count
        let recorded = try database.number("SELECT COUNT(*) FROM webhook_deliveries WHERE status = 'succeeded'")
        try endLeases()
        try database.makeSender().runOnce()
        let ids = Self.ids(receiver)
        #expect(Set(ids) == Set(events.map(\.id.description)))
        // Those under way when it went have not all been read by then.
        #expect(ids.count - 100 <= sentBefore - recorded + Sender.transfersPerEndpoint(.changes))
        #expect(try statuses(webhook).map { [$0[0], $0[1]] } == [["succeeded", "100"]])
        #expect(try database.number("SELECT COUNT(*) FROM webhook_attempts") >= 100)
    }

    private func endLeases() throws {
        try database.connect().execute("UPDATE webhook_deliveries SET due_at = UTC_TIMESTAMP(3) WHERE due_at IS NOT NULL")
        try database.connect().execute("UPDATE webhook_lanes SET due_at = UTC_TIMESTAMP(3) WHERE waiting > 0")
    }

    @Test("a sender that is killed with kill -9 loses nothing, and repeats what was in flight at the most")
    func killed() async throws {
        let receiver = try Receiver.answering(Self.answer("200 OK"))
        try database.makeWebhook(of: tenant, to: receiver.url)
        let events = try database.makeEvents(5000, of: tenant)
        let name = database.name
        guard case .socket(let socket) = database.configuration.address else { return }
        for delay in [60, 150, 250] {
            await #expect(processExitsWith: .signal(SIGKILL)) { [
                name = name as String, socket = socket as String, user = database.sender.user as String, delay = delay as Int
            ] in
                signal(SIGPIPE, SIG_IGN)
                let store = Store(.init(address: .socket(path: socket), user: user, database: name), connections: 2)
                let addresses = AddressPolicy(opened: [try AddressRange(validating: "127.0.0.0/8")], ports: nil)
                let policy = WebhookPolicy(allowsHTTP: true, addresses: addresses, key: TestDatabase.secretKey)
                let sender = try Sender(store: store, policy: policy, logger: .init(label: "sender"))
                let own = getpid()
                var killer = pthread_t()
                let argument = UnsafeMutableRawPointer(bitPattern: delay * 1000)
                pthread_create(&killer, nil, { delay in
                    usleep(UInt32(UInt(bitPattern: delay)))
                    kill(getpid(), SIGKILL)
                    return nil
                }, argument)
                _ = own
                sender.run { false }
            }
            try endLeases()
        }
        try database.makeSender().runOnce()
        let ids = Self.ids(receiver)
        #expect(Set(ids) == Set(events.map(\.id.description)))
        #expect(ids.count - 5000 <= 3 * (Sender.transfers + 2 * 256))
        #expect(try database.texts("SELECT DISTINCT status FROM webhook_deliveries") == [["succeeded"]])
    }

    @Test("MariaDB that is gone while results wait loses none")
    func withoutMariaDB() throws {
        let receiver = try Receiver.answering(Self.answer("200 OK"))
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(1000, of: tenant)
        let (sender, killer) = (try database.makeSender(), try database.connect())
        var turns = 0
        sender.run {
            turns += 1
            if turns % 3 == 0, turns < 60 {
                // Every connection of the sender, as a restart does.
                for row in (try? killer.query("""
                    SELECT ID FROM information_schema.PROCESSLIST WHERE DB = \(database.name) AND ID <> CONNECTION_ID()
                    """)) ?? [] { _ = try? killer.run("KILL \(row.integer(0))") }
            }
            return turns > 3000 || (try? statuses(webhook).map { [$0[0], $0[1]] }) == [["succeeded", "1000"]]
        }
        #expect(try statuses(webhook) == [["succeeded", "1000", "1"]])
        #expect(Self.ids(receiver).count == 1000)
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        var (parts, current, rest) = ([String](), "", self[...])
        while let first = rest.first {
            if rest.utf8.starts(with: separator.utf8) {
                parts.append(current)
                current = ""
                rest = Substring(rest.unicodeScalars.dropFirst(separator.unicodeScalars.count))
            } else {
                current.append(first)
                rest.removeFirst()
            }
        }
        return parts + [current]
    }
}
