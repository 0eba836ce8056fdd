import Foundation
import Support
import Testing

extension EndToEndTests {
    /// The app host as nginx serves it. What browsers make of it: Tests/Browser.
    @Suite("The dashboard's host")
    struct Dashboard {
        let stack = Stack.shared
        private static let host = "app.mask.localhost"
        private static let www = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../../nginx/www"

        private func get(_ path: String, _ options: String...) -> Stack.Answer {
            stack.answer("https://\(Self.host)\(path)", options)
        }

        @Test("each screen is a file that every browser keeps and asks after, under a policy that lets nothing in", arguments: [
            "/", "/sign-in", "/welcome", "/accept", "/reset", "/account", "/account/security", "/account/sessions", "/acme",
            "/acme/settings", "/acme/settings/api-keys", "/acme/settings/api-keys/new",
            "/acme/settings/api-keys/key_01kac7w8v0e3s5q9x2b4m6n8p1", "/acme/settings/members",
        ])
        func screens(path: String) throws {
            let answer = get(path)
            #expect(answer.status == 200)
            #expect(answer.fields["content-type"]?.hasPrefix("text/html") == true)
            #expect(answer.fields["cache-control"] == "no-cache")
            #expect(answer.fields["set-cookie"] == nil)
            let policy = answer.fields["content-security-policy"] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';") && !policy.contains("unsafe"))
            #expect(policy.hasSuffix("require-trusted-types-for 'script'; trusted-types 'none'"))
            #expect(answer.fields["strict-transport-security"] == "max-age=31536000")
            #expect(!answer.body.contains("<!--#") && !answer.body.contains(" style="))
            let time = try #require(answer.fields["last-modified"])
            #expect(get(path, "-H", "If-Modified-Since: \(time)").status == 304)
            for file in answer.body.matches(of: /(?:src|href)="(\/assets\/[^"]+)"/) {
                let asset = get(String(file.output.1))
                #expect(asset.status == 200, "\(file.output.1)")
                #expect(asset.fields["cache-control"] == "public, max-age=31536000, immutable")
                #expect(asset.fields["content-security-policy"] == policy)
                let types = ["js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "woff2": "font/woff2"]
                #expect(asset.fields["content-type"] == types[String(file.output.1.split(separator: ".").last ?? "")])
            }
        }

        @Test("what is no screen is not found, and no file beside them is served", arguments: [
            "/nothing/here", "/account/nothing", "/docs/x", "/README.md", "/version.sh", "/home.html", "/Acme", "/assets/",
            "/assets/0/../../README.md", "/assets/000000000000/js/../../sign-in.html", "/assets/000000000000/fonts/OFL.txt",
            "/assets/000000000000/js/%2e%2e/%2e%2e/sign-in.html",
        ])
        func notFound(path: String) {
            let answer = get(path)
            #expect(answer.status == 404)
            #expect(path.hasPrefix("/assets") || answer.body.contains("<!doctype html>"))
        }

        @Test("the version in the addresses is that of the files: whoever changes one runs nginx/www/version.sh")
        func version() {
            #expect(Stack.run("sh", [Self.www + "/version.sh", "--check"]).status == 0)
        }

        @Test("without TLS a browser is sent where it is safe")
        func plain() {
            let answer = stack.answer("http://\(Self.host)/acme?a=b")
            #expect(answer.status == 308)
            #expect(answer.fields["location"] == "https://\(Self.host):\(stack.httpsPort)/acme?a=b")
        }

        @Test("keys count for nothing here, and nginx passes on no cookie anywhere else")
        func keysAndCookies() throws {
            let answer = get("/v1/links", "-H", "Authorization: Bearer \(stack.key)")
            #expect(answer.status == 403 && answer.json["code"] as? String == "key_on_app_host")
            let signedOut = get("/v1/session")
            #expect(signedOut.status == 401 && signedOut.json["code"] as? String == "signed_out")
            #expect(signedOut.fields["mask-version"]?.wholeMatch(of: /[0-9a-f]{12}/) != nil)
            #expect(signedOut.fields["cache-control"] == "private, no-store")
        }

        @Test("nothing is read of an upload without a session")
        func uploads() {
            let image = "data:" + String(repeating: "x", count: 100_000)
            let answer = get("/v1/images", "-X", "POST", "-H", "Content-Type: image/png", "--data-binary", image)
            #expect(answer.status == 401)
        }

        @Test("from the link that maskctl prints to the first request with a key that its owner has made")
        func firstOwner() throws {
            let slug = "first-\(UInt32.random(in: 0 ... .max))"
            let printed = stack.maskctl("user", "invite", "\(slug)@example.com").text
            let token = try #require(printed.firstMatch(of: /https:\/\/app\.mask\.localhost:\d+\/welcome#([A-Za-z0-9_-]{43})/)?.output.1)
            let jar = FileManager.default.temporaryDirectory.appending(path: slug).path
            defer { try? FileManager.default.removeItem(atPath: jar) }
            func send(_ path: String, _ body: String) -> Stack.Answer {
                get(path, "-b", jar, "-c", jar, "-H", "Content-Type: application/json", "-H", "Origin: https://\(Self.host):\(stack.httpsPort)",
                    "-H", "Mask-Client: test", "-H", "Mask-Workspace: \(slug)", "-d", body)
            }
            let welcome = send("/v1/one-time-links/use", """
                {"token": "\(token)", "name": "Ada", "password": "correct horse battery staple 47", "workspace_name": "\(slug)"}
                """)
            #expect(welcome.status == 201, "\(welcome.body)")
            #expect(welcome.fields["set-cookie"]?.hasSuffix("; Path=/; Secure; HttpOnly; SameSite=Strict") == true)
            let made = send("/v1/api-keys", #"{"name": "first", "scopes": ["links:write"]}"#)
            let key = try #require(made.json["key"] as? String, "\(made.body)")
            let link = stack.answer(
                stack["MASK_API_URL"] + "/links", "-H", "Authorization: Bearer \(key)", "-H", "Content-Type: application/json",
                "-d", #"{"url": "https://example.com/"}"#)
            #expect(link.status == 201)
            #expect(stack.answer(try #require(link.json["short_url"] as? String)).status == 302)
            let log = try String(contentsOfFile: stack.accessLog, encoding: .utf8)
            #expect(!log.contains(token) && !log.contains(key))
        }
    }
}
