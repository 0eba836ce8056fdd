import Foundation
import Support
import Testing

extension EndToEndTests {
    /// Keys, idempotency, usage and the audit log while processes die.
    @Suite("The platform around the API", .serialized)
    struct Platform {
        let stack = Stack.shared

        private struct Key {
            let id: String
            let options: [String]
        }

        private func newKey(_ scopes: String = "all") throws -> Key {
            let made = stack.maskctl("key", "create", "--workspace", "demo", "--name", "platform", "--scopes", scopes, "--json")
            let json = made.json
            let facts = try #require(try JSONSerialization.jsonObject(with: Data(made.text.utf8)) as? [String: Any])
            #expect(facts["scopes"] is [String] && facts["expires_at"] is NSNull)
            return Key(id: try #require(json["id"]), options: ["-H", "Authorization: Bearer \(try #require(json["key"]))"])
        }

        private func call(_ method: String, _ path: String, _ key: Key, _ more: String...) -> Stack.Answer {
            stack.answer(
                stack["MASK_API_URL"] + path, key.options + ["-X", method, "-H", "Content-Type: application/json"] + more)
        }

        @Test("a workspace that the sysadmin deletes is gone for visitors and clients, its pages' files too")
        func deletedWorkspace() throws {
            let slug = "gone-\(UInt32.random(in: 0 ... .max))"
            #expect(stack.maskctl("workspace", "create", slug).status == 0)
            let made = stack.maskctl("key", "create", "--workspace", slug, "--name", "first", "--scopes", "all", "--json").json
            let key = Key(id: try #require(made["id"]), options: ["-H", "Authorization: Bearer \(try #require(made["key"]))"])
            #expect(call("POST", "/links", key, "-d", #"{"url": "https://example.com/", "slug": "\#(slug)"}"#).status == 201)
            let page = call("POST", "/bio-pages", key, "-d", #"{"title": "Gone", "slug": "p-\#(slug)"}"#)
            let id = try #require(page.json["id"] as? String, "\(page.body)")
            #expect(call("POST", "/bio-pages/\(id)/publish", key).status == 200)
            let (link, shown) = ("https://mask.localhost/\(slug)", "https://mask.localhost/p-\(slug)")
            #expect(stack.answer(link).status == 302 && stack.answer(shown).status == 200)

            func delete(_ options: String...) -> Stack.Output {
                Stack.run(
                    stack["MASK_BIN"] + "/maskctl", ["workspace", "delete", slug] + options,
                    environment: ["MASK_CONFIG": stack["MASK_CONFIG"], "MASK_MARIADB_USER": "mask-admin"])
            }
            #expect(delete().status != 0, "nobody has typed its name")
            let deleted = delete("--yes")
            #expect(deleted.status == 0 && deleted.text.hasPrefix("Deleted \(slug): "), "\(deleted.errors)")
            for _ in 0..<6 { #expect(stack.answer(link).status == 404) }
            #expect(call("GET", "/workspace", key).status == 401)
            #expect(stack.eventually { stack.answer(shown).status == 404 })
            #expect(stack.maskctl("workspace", "show", slug).status != 0)
        }

        @Test("workers killed while links are created under Idempotency-Keys: retried until answered, each is made once")
        func retries() throws {
            let key = try newKey()
            let tag = "retry-\(UInt32.random(in: 0 ... .max))"
            let body = #"{"url": "https://example.com/", "tags": ["\#(tag)"]}"#
            let killer = DispatchQueue(label: "killer")
            let isDone = DispatchSemaphore(value: 0)
            killer.async {
                var turn = 0
                while isDone.wait(timeout: .now() + 0.3) == .timedOut {
                    stack.killNow(turn % 2 == 0 ? "worker-a" : "worker-b")
                    turn += 1
                }
            }
            let made = try inParallel(4, upTo: 160) { number -> String? in
                for _ in 0..<100 {
                    let answer = call("POST", "/links", key, "-H", "Idempotency-Key: \(tag)-\(number)", "-d", body)
                    if answer.status == 201 { return answer.json["id"] as? String }
                    usleep(50_000)
                }
                return nil
            }
            isDone.signal()
            killer.sync {}
            #expect(Set(made.compactMap(\.self)).count == 160)
            var stored: [String] = []
            var cursor = ""
            repeat {
                let page = call("GET", "/links?limit=100&tag=\(tag)\(cursor)", key).json
                stored += (page["data"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
                cursor = (page["next_cursor"] as? String).map { "&starting_after=" + $0 } ?? ""
            } while !cursor.isEmpty
            #expect(stored.count == 160)
            #expect(Set(stored) == Set(made.compactMap(\.self)))
        }

        @Test("usage counts every request once, workers killed or not")
        func usage() throws {
            let key = try newKey()
            var lines = [
                #"header = "\#(key.options[1])""#, "cacert = \(stack["MASK_CACERT"])", "silent",
                #"connect-to = "::127.0.0.1:\#(stack.httpsPort)""#, #"write-out = "%{http_code}\n""#,
            ]
            for _ in 0..<1500 { lines += ["url = \(stack["MASK_API_URL"])/workspace", "output = /dev/null"] }
            let file = stack.folder + "/usage.curl"
            try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let killer = Thread {
                for pool in ["a", "b"] {
                    usleep(300_000)
                    stack.killNow("worker-" + pool)
                    // The other one is killed once this one is back: with both away nobody is left to ask.
                    stack.eventually { stack.listens(pool) }
                }
            }
            killer.start()
            let output = Stack.run("curl", ["-Z", "--parallel-max", "20", "-K", file])
            let counts = Dictionary(grouping: output.text.split(separator: "\n"), by: { $0 }).mapValues(\.count)
            #expect(counts == ["200": 1500])
            let usage = {
                stack.call("GET", "/analytics/usage?interval=1h&key_id=\(key.id)&group_by=endpoint").json["total"] as? [String: Any]
            }
            stack.eventually { usage()?["requests"] as? Int == 1500 }
            sleep(1)
            #expect(usage()?["requests"] as? Int == 1500)
            #expect(usage()?["client_errors"] as? Int == 0)
        }

        @Test("without Redis a revoked and a rotated key are refused as soon as the call has returned, on both workers")
        func revocationWithoutRedis() throws {
            let (admin, revoked, rotated) = (try newKey("all,keys:write"), try newKey(), try newKey())
            stack.without("redis") {
                for key in [revoked, rotated] {
                    for _ in 0..<6 { #expect(call("GET", "/workspace", key).status == 200) }
                }
                #expect(call("DELETE", "/api-keys/\(revoked.id)", admin).status == 204)
                for _ in 0..<6 { #expect(call("GET", "/workspace", revoked).status == 401) }
                #expect(call("POST", "/api-keys/\(rotated.id)/rotate", admin).status == 201)
                for _ in 0..<6 { #expect(call("GET", "/workspace", rotated).status == 401) }
            }
        }

        @Test("the audit log goes out as a file, and its chain holds")
        func audit() throws {
            let key = try newKey("all,audit:read")
            #expect(call("POST", "/links", key, "-d", #"{"url": "https://example.com/", "title": "=1+1"}"#).status == 201)
            let file = call("GET", "/audit-log/export?format=csv", key)
            #expect(file.status == 200)
            #expect(file.fields["content-type"] == "text/csv; charset=utf-8; header=present")
            #expect(file.fields["transfer-encoding"] == "chunked")
            #expect(file.body.hasPrefix("id,created_at,actor,action,resource,outcome,"))
            #expect(file.body.contains("link.created"))
            #expect(stack.maskctl("audit", "seal").status == 0)
            let report = stack.maskctl("audit", "verify", "--workspace", "demo")
            #expect(report.status == 0, "\(report.text)\(report.errors)")
            #expect(report.text.contains("holds"))
            let other = stack.maskctl("audit", "verify", "--workspace", "demo", "--head", String(repeating: "ab", count: 32))
            #expect(other.status == 1)
            #expect(other.errors.contains("is not in the chain any more"))
        }

        @Test("a new plan holds for the next request")
        func plan() throws {
            let name = "plan-\(UInt32.random(in: 0 ... .max))"
            #expect(stack.maskctl("workspace", "create", name).status == 0)
            let made = stack.maskctl("key", "create", "--workspace", name, "--name", "plan", "--scopes", "team:read", "--json")
            let json = made.json
            let key = Key(id: json["id"] ?? "", options: ["-H", "Authorization: Bearer \(json["key"] ?? "")"])
            #expect(call("GET", "/workspace", key).fields["x-ratelimit-limit"] == "60")
            #expect(stack.maskctl("workspace", "plan", name, "pro").status == 0)
            for _ in 0..<4 { #expect(call("GET", "/workspace", key).fields["x-ratelimit-limit"] == "600") }
        }
    }
}
