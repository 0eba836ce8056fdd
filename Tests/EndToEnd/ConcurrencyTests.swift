import Foundation
import Testing

extension EndToEndTests {
    @Suite("At the same time")
    struct Concurrency {
        let stack = Stack.shared

        @Test("a thousand parallel creates of one slug make exactly one link")
        func oneSlug() throws {
            let slug = "race-\(UInt32.random(in: 0 ... .max))"
            var lines = [
                "request = POST", #"header = "Authorization: Bearer \#(stack.key)""#, #"header = "Content-Type: application/json""#,
                #"data = "{\"url\":\"https://example.com/\",\"slug\":\"\#(slug)\"}""#, "cacert = \(stack["MASK_CACERT"])",
                #"connect-to = "::127.0.0.1:\#(stack.httpsPort)""#, #"write-out = "%{http_code}\n""#, "silent",
            ]
            for _ in 0..<1000 { lines += ["url = \(stack["MASK_API_URL"])/links", "output = /dev/null"] }
            let file = stack.folder + "/race.curl"
            try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let output = Stack.run("curl", ["-Z", "--parallel-max", "100", "-K", file])
            let counts = Dictionary(grouping: output.text.split(separator: "\n"), by: { $0 }).mapValues(\.count)
            #expect(counts == ["201": 1, "409": 999])
        }

        @Test("max_clicks gives out not one redirect too many")
        func budget() throws {
            let created = stack.call("POST", "/links", body: #"{"url": "https://example.com/", "max_clicks": 25}"#)
            let slug = try #require(created.json["slug"] as? String)
            let lines = (0..<200).flatMap { _ in ["url = http://mask.localhost/\(slug)", "output = /dev/null"] }
            let file = stack.folder + "/budget.curl"
            try (lines + [#"connect-to = "::127.0.0.1:\#(stack.httpPort)""#, #"write-out = "%{http_code}\n""#, "silent"])
                .joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let output = Stack.run("curl", ["-Z", "--parallel-max", "50", "-K", file])
            let counts = Dictionary(grouping: output.text.split(separator: "\n"), by: { $0 }).mapValues(\.count)
            #expect(counts == ["302": 25, "410": 175])
        }

        @Test("a change is seen by the very next visitor, whichever worker answers")
        func change() throws {
            let created = stack.call("POST", "/links", body: #"{"url": "https://example.com/0"}"#)
            let (id, slug) = (try #require(created.json["id"] as? String), try #require(created.json["slug"] as? String))
            for number in 1...20 {
                for _ in 0..<4 { _ = stack.answer("http://mask.localhost/\(slug)") }  // now both workers know it
                #expect(stack.call("PATCH", "/links/\(id)", body: #"{"url": "https://example.com/\#(number)"}"#).status == 200)
                let locations = Set((0..<4).map { _ in stack.answer("http://mask.localhost/\(slug)").fields["location"] })
                #expect(locations == ["https://example.com/\(number)"])
            }
            #expect(stack.call("DELETE", "/links/\(id)").status == 204)
            #expect(stack.answer("http://mask.localhost/\(slug)").status == 404)
        }

        /// Changes in a row; `MASK_TEST_CHANGES=17000` makes it a hundred thousand visits.
        private static let changes = ProcessInfo.processInfo.environment["MASK_TEST_CHANGES"].flatMap { Int($0) } ?? 300

        @Test("under load no visit that begins after a change was answered is led to where the link led before")
        func changesUnderLoad() throws {
            let created = stack.call("POST", "/links", body: #"{"url": "https://example.com/0"}"#)
            let (id, slug) = (try #require(created.json["id"] as? String), try #require(created.json["slug"] as? String))
            let load = try stack.startLoad("http://127.0.0.1:\(stack.httpPort)/\(slug)", connections: 16, seconds: 600)
            defer { load.end() }
            // Few enough a second for the workspace's limit.
            for start in stride(from: 1, through: Self.changes, by: 75) {
                let numbers = start...min(start + 74, Self.changes)
                let began = Date.now
                let lines = numbers.flatMap { number in change(id, number) + visits(slug, number) }
                let file = stack.folder + "/changes.curl"
                try lines.dropLast().joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
                let wrong = Stack.run("curl", ["-sS", "-K", file]).text.split(separator: "\n").filter { line in
                    let parts = line.split(separator: " ")
                    return parts.count != 3 || parts[1] != (parts[0] == "patch" ? "200" : "302")
                        || parts[0] != "patch" && parts[2] != "https://example.com/\(parts[0])"
                }
                #expect(wrong == [], "\(wrong.prefix(5))")
                Thread.sleep(until: began + 1.5)
            }
        }

        private func change(_ id: String, _ number: Int) -> [String] {
            [
                "url = \(stack["MASK_API_URL"])/links/\(id)", "request = PATCH", "cacert = \(stack["MASK_CACERT"])",
                #"header = "Authorization: Bearer \#(stack.key)""#, #"header = "Content-Type: application/json""#,
                #"data = "{\"url\":\"https://example.com/\#(number)\"}""#, #"connect-to = "::127.0.0.1:\#(stack.httpsPort)""#,
                "output = /dev/null", #"write-out = "patch %{http_code} -\n""#, "next",
            ]
        }

        /// More than there are pools, one after the other.
        private func visits(_ slug: String, _ number: Int) -> [String] {
            (0..<6).flatMap { _ in
                [
                    "url = http://mask.localhost/\(slug)", #"connect-to = "::127.0.0.1:\#(stack.httpPort)""#,
                    "output = /dev/null", #"write-out = "\#(number) %{http_code} %{redirect_url}\n""#, "next",
                ]
            }
        }
    }
}
