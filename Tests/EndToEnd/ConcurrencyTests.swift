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
                usleep(20_000)
                let locations = Set((0..<4).map { _ in stack.answer("http://mask.localhost/\(slug)").fields["location"] })
                #expect(locations == ["https://example.com/\(number)"])
            }
            #expect(stack.call("DELETE", "/links/\(id)").status == 204)
            usleep(20_000)
            #expect(stack.answer("http://mask.localhost/\(slug)").status == 404)
        }
    }
}
