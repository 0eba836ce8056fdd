import Foundation
import Testing

extension EndToEndTests {
    @Suite("Faults", .serialized)
    struct Faults {
        let stack = Stack.shared

        func newLink() throws -> String {
            let created = stack.call("POST", "/links", body: #"{"url": "https://example.com/fault"}"#)
            return try #require(created.json["slug"] as? String, "\(created)")
        }

        /// Follows a new link with wrk while `body` does its worst, and expects that every visitor was led on.
        func underLoad(connections: Int, seconds: Int, _ body: () throws -> Void) throws {
            let url = "http://127.0.0.1:\(stack.httpPort)/\(try newLink())"
            let load = try stack.startLoad(url, connections: connections, seconds: seconds)
            try body()
            let report = load.report()
            #expect(report.contains("requests in"), "\(report)")
            #expect(!report.contains("Non-2xx"), "\(report)")
            #expect(!report.contains("Socket errors"), "\(report)")
        }

        /// Stops a process where it stands for as long as `body` runs.
        func frozen(_ service: String, _ body: () throws -> Void) throws {
            let process = try #require(stack.process(service))
            kill(process, SIGSTOP)
            defer { kill(process, SIGCONT) }
            try body()
        }

        /// The log is written once a second, the journal loaded four times a second.
        func eachClickIsStored() {
            var result = Stack.Output(status: 1, text: "", errors: "")
            stack.eventually {
                result = stack.maskctl("journal", "reconcile", "--access-log", stack.accessLog)
                return result.status == 0
            }
            #expect(result.status == 0, "\(result.text)\(result.errors)")
        }

        @Test("workers killed every two seconds, MariaDB and Redis once: no visitor sees an error, each click is stored once")
        func kills() throws {
            try underLoad(connections: 64, seconds: 20) {
                for turn in 1...9 {
                    sleep(2)
                    stack.killNow(turn % 2 == 0 ? "worker-a" : "worker-b")
                    if turn == 3 { stack.killNow("redis") }
                    if turn == 6 { stack.killNow("mariadb") }
                }
            }
            eachClickIsStored()
        }

        @Test("while MariaDB is away known links lead on, their clicks wait, and writes are told to come back")
        func databaseAway() throws {
            let slug = try newLink()
            for _ in 0..<8 { #expect(stack.answer("http://mask.localhost/\(slug)").status == 302) }
            stack.without("mariadb") {
                for _ in 0..<8 { #expect(stack.answer("http://mask.localhost/\(slug)").status == 302) }
                let refused = stack.call("POST", "/links", body: #"{"url": "https://example.com/"}"#)
                #expect(refused.status == 503)
                #expect(refused.fields["retry-after"] != nil)
                #expect(refused.json["code"] as? String == "unavailable")
            }
            #expect(stack.eventually {
                (stack.call("GET", "/links?search=\(slug)").json["data"] as? [[String: Any]])?.first?["clicks"] as? Int == 16
            })
        }

        @Test("while MariaDB is silent known links lead on, also when nothing in memory is trusted any more")
        func databaseSilent() throws {
            let slug = try newLink()
            for _ in 0..<8 { #expect(stack.answer("http://mask.localhost/\(slug)").status == 302) }
            defer {
                stack.eventually { stack.answer("http://127.0.0.1:\(stack.httpPort)/readyz").body.contains(#""status":"pass""#) }
            }
            try frozen("mariadb") {
                stack.killNow("redis")  // whatever may have changed meanwhile, nobody has heard of it
                usleep(500_000)
                let load = try stack.startLoad("http://127.0.0.1:\(stack.httpPort)/\(slug)", connections: 64, seconds: 8)
                let report = load.report()
                #expect(!report.contains("Non-2xx") && !report.contains("Socket errors"), "\(report)")
                // Those that came first may have waited two seconds for MariaDB, none for the five after which nginx asks elsewhere.
                let longest = try #require(load.longestMilliseconds, "\(report)")
                #expect(longest < 4500, "\(report)")
                // A hundred a second and more are not what waits for a database of thirty seconds.
                #expect(try #require(load.requests, "\(report)") > 800, "\(report)")
                let unknown = stack.answer("http://mask.localhost/silent-\(UInt32.random(in: 0 ... .max))")
                #expect(unknown.status == 503 && unknown.fields["retry-after"] != nil)
                #expect(stack.call("POST", "/links", body: #"{"url": "https://example.com/"}"#).status == 503)
            }
        }

        @Test("while MariaDB takes connections and its statements hang known links lead on, and what is new comes when they go again")
        func databaseHanging() throws {
            let slug = try newLink()
            for _ in 0..<8 { #expect(stack.answer("http://mask.localhost/\(slug)").status == 302) }
            func sql(_ text: String) -> String {
                Stack.run("mariadb", ["--no-defaults", "-uroot", "-S", stack["MASK_MARIADB_SOCKET"], "-NBe", text]).text
            }
            let lock = try Stack.Load([
                "mariadb", "--no-defaults", "-uroot", "-S", stack["MASK_MARIADB_SOCKET"], "-e",
                "LOCK TABLES mask.links WRITE; DO SLEEP(600)",
            ])
            var holder = ""
            stack.eventually {
                holder = sql("SELECT ID FROM information_schema.PROCESSLIST WHERE INFO = 'DO SLEEP(600)'")
                return !holder.isEmpty
            }
            do {
                defer {
                    _ = sql("KILL \(holder)")
                    lock.end()
                }
                stack.killNow("redis")  // whatever may have changed meanwhile, nobody has heard of it
                usleep(500_000)
                let load = try stack.startLoad("http://127.0.0.1:\(stack.httpPort)/\(slug)", connections: 64, seconds: 8)
                let report = load.report()
                #expect(!report.contains("Non-2xx") && !report.contains("Socket errors"), "\(report)")
                // Sixty-four that wait two seconds each would be 256.
                #expect(try #require(load.requests, "\(report)") > 800, "\(report)")
                let unknown = stack.answer("http://mask.localhost/hanging-\(UInt32.random(in: 0 ... .max))")
                #expect(unknown.status == 503 && unknown.fields["retry-after"] != nil)
            }
            #expect(stack.eventually {
                let new = stack.call("POST", "/links", body: #"{"url": "https://example.com/new"}"#).json["slug"] as? String
                return new.map { stack.answer("http://mask.localhost/\($0)").status } == 302
            })
        }

        @Test("workers killed while a budget is given out: visitors get all of it, and not one more")
        func budget() throws {
            let created = stack.call("POST", "/links", body: #"{"url": "https://example.com/", "max_clicks": 3000}"#)
            let slug = try #require(created.json["slug"] as? String, "\(created)")
            let lines = (0..<4000).flatMap { _ in ["url = http://mask.localhost/\(slug)", "output = /dev/null"] }
            let file = stack.folder + "/budget.curl"
            try (lines + [#"connect-to = "::127.0.0.1:\#(stack.httpPort)""#, #"write-out = "%{http_code}\n""#, "silent"])
                .joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let load = try Stack.Load(["curl", "-Z", "--parallel-max", "16", "-K", file])
            for service in ["worker-a", "worker-b"] {
                usleep(400_000)
                stack.killNow(service)
                // The other one is not killed before this one is back: then nobody would be there.
                stack.eventually { stack.process(service).map { kill($0, 0) == 0 } ?? false }
                sleep(1)
            }
            let counts = Dictionary(grouping: load.report().split(separator: "\n"), by: { $0 }).mapValues(\.count)
            #expect(counts == ["302": 3000, "410": 1000])
        }

        @Test("while Redis is away nothing changes for visitors, and the API goes on under a local limit")
        func redisAway() throws {
            let slug = try newLink()
            stack.without("redis") {
                for _ in 0..<8 { #expect(stack.answer("http://mask.localhost/\(slug)").status == 302) }
                let answer = stack.call("GET", "/workspace")
                #expect(answer.status == 200)
                #expect(answer.fields["x-ratelimit-limit"] == "6000")
                #expect(stack.call("POST", "/links", body: #"{"url": "https://example.com/"}"#).status == 201)
            }
        }

        @Test("a frozen Redis changes nothing either")
        func redisFrozen() throws {
            let slug = try newLink()
            try frozen("redis") {
                for _ in 0..<4 { #expect(stack.answer("http://mask.localhost/\(slug)").status == 302) }
                #expect(stack.call("GET", "/workspace").status == 200)
            }
        }

        @Test("a revoked key is refused from the next request on, on both workers")
        func revocation() throws {
            let made = stack.maskctl("key", "create", "--workspace", "demo", "--name", "doomed", "--scopes", "all", "--json")
            let json = made.json
            let options = ["-H", "Authorization: Bearer \(try #require(json["key"]))"]
            for _ in 0..<8 { #expect(stack.answer(stack["MASK_API_URL"] + "/workspace", options).status == 200) }
            #expect(stack.maskctl("key", "revoke", try #require(json["id"])).status == 0)
            for _ in 0..<8 { #expect(stack.answer(stack["MASK_API_URL"] + "/workspace", options).status == 401) }
        }

        @Test("both pools restarted under load: no redirect fails")
        func restart() throws {
            try underLoad(connections: 32, seconds: 6) {
                for service in ["worker-a", "worker-b", "worker-a", "worker-b"] {
                    sleep(1)
                    if let process = stack.process(service) { kill(process, SIGTERM) }
                }
            }
        }
    }

    @Suite("The programs' words")
    struct Programs {
        let stack = Stack.shared

        @Test("the doctor finds everything well")
        func doctor() {
            let output = stack.maskctl("doctor")
            #expect(output.status == 0, "\(output.text)")
            #expect(output.text.split(separator: "\n").allSatisfy { $0.hasPrefix("ok ") })
        }

        @Test("a worker refuses an older schema and names the command")
        func olderSchema() {
            let name = "empty_\(UInt32.random(in: 0 ... .max))"
            let sql = { (text: String) in
                _ = Stack.run("mariadb", ["--no-defaults", "-uroot", "-S", stack["MASK_MARIADB_SOCKET"], "-e", text])
            }
            sql("CREATE DATABASE \(name)")
            defer { sql("DROP DATABASE \(name)") }
            let output = Stack.run(
                stack["MASK_BIN"] + "/mask-worker", ["--listen", stack.folder + "/sockets/none.sock"],
                environment: ["MASK_CONFIG": stack["MASK_CONFIG"], "MASK_DATABASE": name])
            #expect(output.status == 78)
            #expect(output.errors.contains("Run: maskctl migrate"), "\(output.errors)")
        }

        @Test("a wrong variable is named with what to set it to", arguments: [
            ("MASK_THREADS", "many", "MASK_THREADS is many; set it to a number from 1 to 4096"),
            ("MASK_WEBHOOK_PORTS", "9000, https", "MASK_WEBHOOK_PORTS has https; list numbers from 1 to 65535, or set it to * for any port"),
        ])
        func wrongVariable(name: String, value: String, refusal: String) {
            let output = Stack.run(
                stack["MASK_BIN"] + "/mask-worker", [],
                environment: ["MASK_CONFIG": stack["MASK_CONFIG"], name: value])
            #expect(output.status == 78)
            #expect(output.errors == "mask-worker: \(refusal)\n")
        }
    }
}
