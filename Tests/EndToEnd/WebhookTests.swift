import Foundation
import Support
import Testing

extension EndToEndTests {
    /// Through nginx, the outbox and mask-webhooks to a receiver; verified by the official library of Standard Webhooks.
    @Suite("Webhooks arrive", .serialized)
    struct Webhooks {
        let stack = Stack.shared

        private func create(_ url: String = "https://example.com/hook") throws -> (id: String, slug: String) {
            let made = stack.call("POST", "/links", body: #"{"url": "\#(url)"}"#).json
            return (try #require(made["id"] as? String), try #require(made["slug"] as? String))
        }

        // MARK: Events

        @Test("every event arrives once, as the API tells it, with a signature that holds")
        func everyEvent() throws {
            let receiver = try WebhookReceiver(stack)
            sleep(3)  // who loads clicks learns of a new subscription within two seconds
            let link = try create()
            _ = stack.call("PATCH", "/links/\(link.id)", body: #"{"title": "Ü / </script> 😀"}"#)
            _ = stack.call("POST", "/links/bulk", body: #"{"links": [{"url": "https://example.com/1"}, {"url": "https://example.com/2"}]}"#)
            #expect(stack.answer("http://mask.localhost/\(link.slug)").status == 302)
            stack.eventually { receiver.arrivals.contains { $0.type == "click.recorded" } }
            _ = stack.call("DELETE", "/links/\(link.id)")
            for plan in ["pro", "enterprise"] { #expect(stack.maskctl("workspace", "plan", "demo", plan).status == 0) }
            _ = try receiver.test()

            let arrivals = receiver.arrivals(9)
            #expect(arrivals.map(\.type).sorted() == [
                "click.recorded", "link.created", "link.created", "link.created", "link.deleted", "link.updated",
                "subscription.updated", "subscription.updated", "webhook.test",
            ])
            #expect(Set(arrivals.map(\.id)).count == 9, "each once")
            #expect(try WebhookReceiver.verdicts(arrivals, receiver.secret) == Array(repeating: "ok", count: 9))
            let sequences = arrivals.compactMap { $0.json["sequence"] as? Int }.sorted()
            #expect(sequences == Array(sequences[0]..<sequences[0] + 9), "without gaps")
            for arrival in arrivals {
                #expect(arrival.fields["webhook-id"] == arrival.id && arrival.fields["content-type"] == "application/json")
                let told = stack.call("GET", "/events/\(arrival.id)").json
                #expect(NSDictionary(dictionary: told) == NSDictionary(dictionary: arrival.json))
            }
            let click = try #require(arrivals.first { $0.type == "click.recorded" })
            #expect(click.data["link_id"] as? String == link.id && click.data["slug"] as? String == link.slug)
            let update = try #require(arrivals.first { $0.type == "link.updated" })
            #expect((update.json["previous"] as? [String: Any])?.keys.sorted() == ["title"])
        }

        @Test("the time from a request to the arrival of its event is told")
        func latency() throws {
            let receiver = try WebhookReceiver(stack, events: ["link.created"])
            _ = try receiver.test()
            var asked: [String: Double] = [:]
            for _ in 0..<30 {
                let now = Date().timeIntervalSince1970
                asked[try create().id] = now
                usleep(50_000)
            }
            let arrivals = receiver.arrivals(31)
            let times = arrivals.compactMap { arrival in
                (arrival.data["id"] as? String).flatMap { asked[$0] }.map { Int((arrival.at - $0) * 1000) }
            }.sorted()
            #expect(times.count == 30)
            print("webhooks: milliseconds from request to arrival: median \(times[times.count / 2]), longest \(times.last ?? 0)")
        }

        // MARK: Signatures

        @Test("the official library accepts a delivery for five minutes, and nothing else as it")
        func tolerance() throws {
            let receiver = try WebhookReceiver(stack)
            let arrival = try receiver.test()
            for offset in [-299, 0, 299] { #expect(try WebhookReceiver.verdict(arrival, receiver.secret, offset: offset) == "ok") }
            #expect(try WebhookReceiver.verdict(arrival, receiver.secret, offset: 301) == "Message timestamp too old")
            #expect(try WebhookReceiver.verdict(arrival, receiver.secret, offset: -301) == "Message timestamp too new")
            var altered = arrival
            altered.body = arrival.body.replacingOccurrences(of: "webhook.test", with: "webhook.tess")
            #expect(try WebhookReceiver.verdict(altered, receiver.secret) == "No matching signature found")
            var other = arrival
            other.fields["webhook-id"] = "evt_other"
            #expect(try WebhookReceiver.verdict(other, receiver.secret) == "No matching signature found")
        }

        @Test("while a rotation overlaps both secrets verify, after it only the new one")
        func rotation() throws {
            let receiver = try WebhookReceiver(stack)
            func rotate(_ overlap: Int) throws -> String {
                let answer = stack.call("POST", "/webhooks/\(receiver.webhook)/rotate-secret", body: #"{"overlap_seconds": \#(overlap)}"#)
                return try #require(answer.json["secret"] as? String, "\(answer)")
            }
            func verdicts(_ secrets: String...) throws -> [String] {
                let arrival = try receiver.test()
                return try secrets.map { try WebhookReceiver.verdict(arrival, $0) }
            }
            let no = "No matching signature found"
            let second = try rotate(4)
            #expect(try verdicts(receiver.secret, second) == ["ok", "ok"])
            sleep(5)
            #expect(try verdicts(receiver.secret, second) == [no, "ok"])
            let third = try rotate(0)
            #expect(try verdicts(second, third) == [no, "ok"])
        }

        // MARK: Faults

        /// Kills what sends, as often as it can, and starts it again as cron would.
        private final class Killer: Sendable {
            private let stack: Stack
            private let isDone = DispatchSemaphore(value: 0)
            private let queue = DispatchQueue(label: "killer")

            init(_ stack: Stack) {
                self.stack = stack
                queue.async { [self] in
                    var turn = 0
                    while isDone.wait(timeout: .now() + 0.4) == .timedOut {
                        turn += 1
                        senders.forEach { kill($0, SIGKILL) }
                        if turn == 3 { stack.killNow("mariadb") }
                        start(seconds: 5)
                    }
                }
            }

            /// Those of this stack: that cron's stand-in has started, and our own.
            private var senders: [pid_t] {
                let parents = [stack.process("webhooks"), getpid()].compactMap(\.self).map { "\($0)" }.joined(separator: ",")
                return Stack.run("pgrep", ["-P", parents, "-x", "mask-webhooks"]).text.split(separator: "\n").compactMap { pid_t($0) }
            }

            func start(seconds: Int) {
                let process = Process()
                process.executableURL = URL(filePath: stack["MASK_BIN"] + "/mask-webhooks")
                process.arguments = ["--for", "\(seconds)"]
                process.environment = ProcessInfo.processInfo.environment.merging([
                    "MASK_CONFIG": stack["MASK_CONFIG"], "MASK_MARIADB_USER": "mask-webhooks",
                ]) { $1 }
                process.standardError = FileHandle.nullDevice
                try? process.run()
            }

            func end() {
                isDone.signal()
                queue.sync {}
                start(seconds: 60)
            }
        }

        @Test("senders killed all the time and MariaDB once while 200 links are made: every event arrives at least once")
        func kills() throws {
            let receiver = try WebhookReceiver(stack, events: ["link.created"])
            let mark = "https://example.com/kills-\(UInt32.random(in: 0 ... .max))"
            let killer = Killer(stack)
            let made = try inParallel(4, upTo: 200) { number -> String? in
                usleep(UInt32(number % 20) * 10_000)
                for _ in 0..<150 {
                    let options = [
                        "-X", "POST", "-H", "Authorization: Bearer \(stack.key)", "-H", "Content-Type: application/json",
                        "-H", "Idempotency-Key: \(mark.suffix(20))-\(number)", "-d", #"{"url": "\#(mark)"}"#,
                    ]
                    let answer = stack.answer(stack["MASK_API_URL"] + "/links", options)
                    if answer.status == 201 { return answer.json["id"] as? String }
                    usleep(100_000)
                }
                return nil
            }
            killer.end()
            let wanted = Set(made.compactMap(\.self))
            #expect(wanted.count == 200)
            var arrived: [String] = []
            for _ in 0..<100 {  // what a dead sender had claimed comes back when its lease has ended, after a minute
                arrived = receiver.arrivals.filter { $0.data["url"] as? String == mark }.compactMap { $0.data["id"] as? String }
                if wanted.isSubset(of: arrived) { break }
                sleep(1)
            }
            #expect(wanted.subtracting(arrived).isEmpty, "lost: \(wanted.subtracting(arrived).count)")
            #expect(Set(arrived) == wanted, "nothing of what was not made")
            print("webhooks: \(wanted.count) events, \(arrived.count - wanted.count) of them sent twice by senders that were killed")
            #expect(try WebhookReceiver.verdicts(receiver.arrivals, receiver.secret).allSatisfy { $0 == "ok" })
        }

        @Test("MariaDB killed while 3,000 events are delivered: each arrives, and hardly one twice")
        func killedDatabase() throws {
            let receiver = try WebhookReceiver(stack, events: ["link.created"])
            let mark = "https://example.com/database-\(UInt32.random(in: 0 ... .max))"
            func arrived() -> [String] {
                receiver.arrivals.filter { $0.data["url"] as? String == mark }.compactMap { $0.data["id"] as? String }
            }
            let start = ISO8601DateFormatter().string(from: Date(timeIntervalSinceNow: -60))
            // Discarded while the endpoint is disabled, so that they wait together when they are recovered.
            let path = "/webhooks/\(receiver.webhook)"
            #expect(stack.call("PATCH", path, body: #"{"enabled": false}"#).status == 200)
            let items = Array(repeating: #"{"url": "\#(mark)"}"#, count: 100).joined(separator: ", ")
            let made = (0..<30).flatMap { _ -> [String] in
                let results = stack.call("POST", "/links/bulk", body: #"{"links": [\#(items)]}"#).json["results"] as? [[String: Any]]
                return (results ?? []).compactMap { ($0["link"] as? [String: Any])?["id"] as? String }
            }
            #expect(made.count == 3000)
            #expect(stack.eventually {
                let discarded = stack.maskctl("webhook", "deliveries", receiver.webhook, "--status", "discarded", "--limit", "4000")
                return discarded.text.split(separator: "\n").count { $0.contains("dlv_") } == 3000
            })
            #expect(stack.call("PATCH", path, body: #"{"enabled": true}"#).status == 200)
            let recovered = stack.call("POST", path + "/recover", body: #"{"since": "\#(start)"}"#)
            #expect(recovered.json["recovered"] as? Int == 3000, "\(recovered)")
            var rest = [100, 1500][...]
            for _ in 0..<1200 {
                let count = Set(arrived()).count
                if count == 3000 { break }
                if let next = rest.first, count > next {
                    stack.killNow("mariadb")
                    rest.removeFirst()
                }
                usleep(50_000)
            }
            let kills = 2 - rest.count
            #expect(kills > 0)
            let ids = arrived()
            #expect(Set(ids) == Set(made), "lost: \(Set(made).subtracting(ids).count)")
            // In flight, and answered but not recorded.
            #expect(ids.count - 3000 <= kills * (5 + 256), "\(ids.count - 3000) twice")
            print("webhooks: 3000 events over \(kills) ends of MariaDB, \(ids.count - 3000) of them sent twice")
        }
    }
}
