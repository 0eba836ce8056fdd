import Foundation
import Support
import Testing

extension EndToEndTests {
    @Suite("What nginx refuses")
    struct WebServer {
        let stack = Stack.shared

        @Test("plain HTTP to the API is refused, never redirected", arguments: [
            "http://api.mask.localhost/v1/links", "http://mask.localhost/api/v1/links",
        ])
        func plainHTTP(url: String) {
            let answer = stack.answer(url, "-H", "Authorization: Bearer \(stack.key)")
            #expect(answer.status == 403)
            #expect(answer.fields["location"] == nil)
            #expect(answer.fields["content-type"] == "application/problem+json")
            #expect(answer.json["code"] as? String == "https_required")
        }

        @Test("the request id of an answer stands in nginx's log, as it is")
        func requestID() throws {
            let id = try #require(stack.answer(stack["MASK_API_URL"] + "/workspace").fields["request-id"])
            #expect(id.hasPrefix("req_"))
            #expect(stack.eventually { (try? String(contentsOfFile: stack.accessLog, encoding: .utf8))?.contains(" id=\(id)\n") == true })
        }

        @Test("a link's password is asked for over TLS only")
        func password() throws {
            let slug = "safe-\(UInt32.random(in: 0 ... .max))"
            let made = stack.answer(
                stack["MASK_API_URL"] + "/links", "-H", "Authorization: Bearer \(stack.key)", "-H", "Content-Type: application/json",
                "-d", #"{"url": "https://example.com/", "slug": "\#(slug)", "domain": "mask.localhost", "password": "open sesame"}"#)
            #expect(made.status == 201, "\(made.body)")
            let url = "://mask.localhost"
            for (form, status) in [([], 302), (["-d", "password=open+sesame"], 303)] {
                let answer = stack.answer("http\(url)/\(slug)?a=b", form)
                #expect(answer.status == status)
                #expect(answer.fields["location"] == "https\(url):\(stack.httpsPort)/\(slug)?a=b")
            }
            #expect(stack.answer("https\(url):\(stack.httpsPort)/\(slug)").status == 200)
        }

        @Test("browsers that have come over TLS are told to go on so: the API's for a year, visitors of links for a month", arguments: [
            ("https://api.mask.localhost/v1/workspace", 401, "max-age=31536000"), ("https://api.mask.localhost/v1/images", 401, "max-age=31536000"),
            ("https://api.mask.localhost/v1/openapi.json", 200, "max-age=31536000"), ("https://api.mask.localhost/healthz", 200, "max-age=31536000"),
            ("https://api.mask.localhost/v1/links?\(long)", 414, "max-age=31536000"),
            ("https://mask.localhost/", 200, "max-age=2592000"), ("https://mask.localhost/nothing-here", 404, "max-age=2592000"),
            ("https://mask.localhost/\(long)", 414, "max-age=2592000"), ("https://mask.localhost/api/v1/links?\(long)", 414, "max-age=2592000"),
            ("https://mask.localhost/api/v1/images", 401, "max-age=2592000"),
            ("https://api.mask.localhost/v1/audit-log/export", 401, "max-age=31536000"),
            ("https://mask.localhost/api/v1/audit-log/export", 401, "max-age=2592000"),
            ("http://mask.localhost/nothing-here", 404, nil), ("http://mask.localhost/\(long)", 414, nil),
            ("http://api.mask.localhost/v1/workspace", 403, nil),
        ] as [(String, Int, String?)])
        func strictTransport(url: String, status: Int, term: String?) {
            let answer = stack.answer(url, url.hasSuffix("/images") ? ["-X", "POST"] : [])
            #expect(answer.status == status)
            #expect(answer.fields["strict-transport-security"] == term)
        }

        private static let long = String(repeating: "a", count: 9000)

        @Test("its certificates have all that RFC 5280 wants: clients such as Python 3.13 take nothing less", arguments: ["api.mask", "mask"])
        func strictCertificates(host: String) {
            let tls = stack.folder + "/tls"
            let verified = Stack.run(
                "openssl", ["verify", "-x509_strict", "-CAfile", tls + "/ca.crt", "\(tls)/\(host).localhost.crt"])
            #expect(verified.status == 0, "\(verified.text)\(verified.errors)")
        }

        @Test("a published page and its picture say so, too")
        func strictPages() throws {
            let slug = "strict-\(UInt32.random(in: 0 ... .max))"
            let page = stack.call("POST", "/bio-pages", body: #"{"slug": "\#(slug)", "title": "Strict", "domain": "mask.localhost"}"#)
            let id = try #require(page.json["id"] as? String, "\(page.body)")
            #expect(stack.call("POST", "/bio-pages/\(id)/publish").status == 200)
            for (scheme, term) in [("https", "max-age=2592000"), ("http", nil)] {
                let answer = stack.answer("\(scheme)://mask.localhost/\(slug)")
                #expect(answer.status == 200 && answer.fields["strict-transport-security"] == term)
            }
        }

        @Test("a name in the handshake is taken in whatever case it is typed", arguments: ["API.mask.localhost", "Mask.LOCALHOST"])
        func capitals(name: String) {
            let shown = Stack.run("sh", ["-c", """
                openssl s_client -connect 127.0.0.1:\(stack.httpsPort) -servername "$1" </dev/null 2>/dev/null |
                  openssl x509 -noout -checkhost "$1"
                """, "sh", name])
            #expect(shown.text.contains("does match"), "\(shown.text)")
        }

        @Test("a name in the handshake that is no host's opens no file of certificates", arguments: [
            "../tls/ca", "../../../../etc/ssl/x", "ca", "./api.mask.localhost", "a/b.c", "a..b",
        ])
        func serverName(name: String) {
            let shown = Stack.run("sh", ["-c", """
                openssl s_client -connect 127.0.0.1:\(stack.httpsPort) -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -subject
                """, "sh", name])
            #expect(shown.text.contains("mask.localhost"), "\(shown.text)")
        }

        @Test("a body over 1 MiB is 413 with a problem document")
        func tooLarge() throws {
            let file = stack.folder + "/large.json"
            try Data(repeating: 0x20, count: 1_048_577).write(to: URL(fileURLWithPath: file))
            let answer = stack.answer(
                stack["MASK_API_URL"] + "/links", "-H", "Authorization: Bearer \(stack.key)", "-H",
                "Content-Type: application/json", "--data-binary", "@\(file)")
            #expect(answer.status == 413)
            #expect(answer.json["status"] as? Int == 413)
            #expect((answer.json["request_id"] as? String)?.hasPrefix("req_") == true)
        }

        @Test("an upload without a key is refused before it is read, as a worker would", arguments: [
            "https://api.mask.localhost/v1/images", "https://mask.localhost/api/v1/images",
        ])
        func keylessUpload(url: String) throws {
            let file = stack.folder + "/large.png"
            try Data(repeating: 0x20, count: 4_000_000).write(to: URL(fileURLWithPath: file))
            func upload(_ options: String...) -> Stack.Answer {
                stack.answer(url, ["-X", "POST", "-H", "Content-Type: image/png", "-H", "Expect:", "--data-binary", "@\(file)"] + options)
            }
            let (refused, unknown) = (upload(), upload("-H", "Authorization: Bearer mk_live_x"))
            for answer in [refused, unknown] {
                #expect(answer.status == 401)
                #expect(answer.fields["content-type"] == "application/problem+json")
                #expect(answer.fields["www-authenticate"] == #"Bearer realm="MASK""#)
                #expect(answer.json["code"] as? String == "unauthorized")
            }
            #expect(refused.json["title"] as? String == unknown.json["title"] as? String)
            // A worker has seen the one that came with a key, and nothing of its body.
            #expect(refused.fields["x-ratelimit-limit"] == nil && unknown.fields["x-ratelimit-limit"] == "600")
            #expect(upload("-H", "Authorization: Bearer \(stack.key)").status == 422)
        }

        @Test("limits and log take the /64 of an IPv6 address for one visitor, however it is written")
        func networks() throws {
            let folder = try TemporaryFolder.make("networks")
            let snippets = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../nginx/snippets").standardized.path
            try """
                daemon off; master_process off; pid \(folder.path)/pid; error_log \(folder.path)/error.log; events {}
                http {
                  access_log off;
                  geo $mask_limited { default 1; }
                  map $host $mask_documentation { default x; }
                  include \(snippets)/mask-tables.conf;
                  set_real_ip_from unix:; real_ip_header X-Forwarded-For;
                  limit_req_zone $mask_limit_key zone=once:1m rate=1r/m;
                  server {
                    listen unix:\(folder.path)/s;
                    limit_req_status 429;
                    location / { limit_req zone=once; try_files /none =204; }
                    location /net { return 200 $mask_network_text; }
                  }
                }
                """.write(toFile: folder.path + "/nginx.conf", atomically: true, encoding: .utf8)
            let server = try ServerProcess(
                "/usr/bin/env", ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "nginx", "-p", folder.path, "-c", folder.path + "/nginx.conf"],
                folder: folder)
            defer { server.end() }
            try server.wait("nginx") { FileManager.default.fileExists(atPath: folder.path + "/s") }
            func ask(_ path: String, from address: String) -> String {
                Stack.run("curl", [
                    "-sS", "-w", "%{http_code}", "--unix-socket", folder.path + "/s", "-H", "X-Forwarded-For: " + address, "http://x" + path,
                ]).text
            }
            for (address, status, network) in [
                ("2001:db8::1", "204", "2001:db8::/64"), ("2001:db8::ffff:2", "429", "2001:db8::/64"),
                ("2001:db8:0:0:a:b:c:d", "429", "2001:db8::0:0:0:0/64"), ("2001:db8:0:1::1", "204", "2001:db8:0:1::/64"),
                ("1:2:3:4:5:6:7:8", "204", "1:2:3:4:0:0:0:0/64"), ("1:2:3:4::9", "429", "1:2:3:4::/64"),
                // Line feeds within.
                ("a0a:a0a:a0a:a0a::1", "204", "a0a:a0a:a0a:a0a::/64"), ("a0a:a0a:a0a:a0a:a0a:a0a:a0a:a0a", "429", "a0a:a0a:a0a:a0a:0:0:0:0/64"),
                ("192.0.2.9", "204", "192.0.2.9"), ("::ffff:192.0.2.9", "429", "192.0.2.9"), ("192.0.2.8", "204", "192.0.2.8"),
            ] {
                #expect(ask("/", from: address).hasSuffix(status), "\(address)")
                #expect(ask("/net", from: address) == network + "200", "\(address)")
            }
        }

        @Test("the API's description goes compressed, may be shown by any page, and is not sent to who has it", arguments: [
            "https://api.mask.localhost/v1", "https://mask.localhost/api/v1",
        ])
        func document(base: String) throws {
            let answer = stack.answer(base + "/openapi.json", "--compressed")
            #expect(answer.status == 200 && answer.fields["content-encoding"] == "gzip")
            #expect(answer.fields["access-control-allow-origin"] == "*" && answer.fields["vary"]?.contains("Accept-Encoding") == true)
            let tag = try #require(answer.fields["etag"])
            #expect(stack.answer(base + "/openapi.json", "-H", "If-None-Match: \(tag)").status == 304)
        }

        @Test("an error that nginx answers leads to a section of the page of errors")
        func errorPage() throws {
            let long = String(repeating: "a", count: 9000)
            let problem = stack.answer(stack["MASK_API_URL"] + "/links?" + long).json
            let place = try #require(problem["doc_url"] as? String)
            #expect(place.hasPrefix(stack["MASK_API_URL"].replacing("/v1", with: "/docs") + "/errors#") && problem["type"] as? String == place)
            let code = try #require(problem["code"] as? String)
            #expect(stack.answer(stack["MASK_API_URL"].replacing("/v1", with: "/docs") + "/errors").body.contains(" id=\"\(code)\""))
        }

        @Test("a page of the documentation says itself whether search engines may list it; nothing else of it is listed")
        func listedDocumentation() {
            let docs = stack["MASK_API_URL"].replacing("/v1", with: "/docs")
            for path in ["/", "/errors"] {
                let page = stack.answer(docs + path)
                #expect(page.fields["x-robots-tag"] == nil && page.body.contains(#"<meta name="robots" content="noindex">"#))
            }
            for path in ["/errors.md", "/llms.txt", "/search.json", "/postman.json", "/errors.html.gz"] {
                #expect(stack.answer(docs + path).fields["x-robots-tag"] == "noindex", "\(path)")
            }
        }

        @Test("what a header claims is neither the visitor's address nor a proxy", arguments: [
            "X-Forwarded-For: 203.0.113.9", "X_Forwarded_For: 203.0.113.9", "Proxy: http://evil.example",
        ])
        func claims(header: String) {
            let answer = stack.answer(stack["MASK_API_URL"] + "/workspace", "-H", header, "-H", "Authorization: Bearer \(stack.key)")
            #expect(answer.status == 200)
        }

        @Test("odd methods are refused", arguments: ["TRACE", "CONNECTX", "PUT", "DELETE"])
        func methods(method: String) {
            #expect([400, 405, 501].contains(stack.answer("https://mask.localhost/anything", "-X", method).status))
        }

        @Test("what nginx refuses of the API is a problem document on either host", arguments: [
            "https://api.mask.localhost/v1/links", "https://mask.localhost/api/v1/links",
        ])
        func problems(url: String) {
            let long = String(repeating: "a", count: 9000)
            for (status, answer) in [
                (414, stack.answer(url + "?search=" + long)), (431, stack.answer(url, "-H", "X-Long: " + long)),
                (400, stack.answer(url, "-H", "Host: a b")),
            ] {
                #expect(answer.status == status)
                #expect(answer.fields["content-type"] == "application/problem+json")
                #expect(answer.json["status"] as? Int == status)
            }
        }

        @Test("TRACE is refused with the methods that the address has", arguments: [
            ("https://api.mask.localhost/v1/workspace", "GET, PATCH"), ("https://mask.localhost/api/v1/links", "POST, GET"),
            ("https://mask.localhost/anything", "GET, HEAD"),
        ])
        func trace(url: String, allow: String) {
            let answer = stack.answer(url, "-X", "TRACE", "-H", "Authorization: Bearer \(stack.key)")
            #expect(answer.status == 405)
            #expect(answer.fields["allow"] == allow)
        }

        @Test("two Authorization headers are refused")
        func twoKeys() {
            let answer = stack.answer(
                stack["MASK_API_URL"] + "/workspace", "-H", "Authorization: Bearer \(stack.key)", "-H", "Authorization: Bearer x")
            #expect([400, 401].contains(answer.status))
        }

        @Test("odd paths of link hosts have one answer each, and it is no 5xx", arguments: [
            "/%ff", "//slug", "/slug/", "/slug;x", "/slug%0a", "/%00", "/a/b", "/..%2f..%2fetc/passwd", "/%2e%2e",
        ])
        func paths(path: String) {
            let answers = (0..<4).map { _ in stack.answer("https://mask.localhost" + path).status }
            #expect(Set(answers).count == 1)
            #expect(answers[0] == 404 || answers[0] == 400)
        }

        @Test("the bare link host says what it is")
        func bareHost() {
            let answer = stack.answer("https://mask.localhost/")
            #expect(answer.status == 200 && answer.body.contains("mask.localhost"))
        }

        @Test("no input gives a 5xx", arguments: [
            #"{"url":"#, "[]", "null", "", "\u{FEFF}{}", #"{"url":1e999}"#, #"{"url":"https://a.example","url":"https://b.example"}"#,
            #"{"url":"\#(String(repeating: "x", count: 9000))"}"#, String(repeating: "[", count: 10_000),
        ])
        func bodies(body: String) {
            let status = stack.call("POST", "/links", body: body).status
            #expect((400...422).contains(status), "\(status)")
        }
    }
}
