import Foundation
import Testing

extension EndToEndTests {
    /// A page from the API to the browser, through nginx.
    @Suite("Bio pages")
    struct Pages {
        let stack = Stack.shared

        private func api(_ method: String, _ path: String, _ body: String = "{}") -> Stack.Answer {
            stack.answer(
                stack["MASK_API_URL"] + path, "-X", method, "-H", "Authorization: Bearer \(stack.key)", "-H",
                "Content-Type: application/json", "-d", body)
        }

        /// A published page and its slug.
        private func page(_ body: String) throws -> (id: String, slug: String) {
            let made = api("POST", "/bio-pages", body)
            let (id, slug) = (
                try #require(made.json["id"] as? String, "\(made.body)"), try #require(made.json["slug"] as? String)
            )
            try #require(api("POST", "/bio-pages/\(id)/publish").status == 200)
            return (id, slug)
        }

        private func upstreams(of slug: String) -> [String] {
            usleep(1_200_000)  // nginx writes its log once a second
            let log = (try? String(contentsOfFile: stack.accessLog, encoding: .utf8)) ?? ""
            return log.split(separator: "\n").filter { $0.contains("/\(slug).html ") }.map(String.init)
        }

        @Test("a published page is a file: entity tag, ranges, gzip, a strict policy, and no worker is asked")
        func serving() throws {
            let (_, slug) = try page(
                #"{"title": "<b>Ada</b>", "blocks": [{"type": "text", "text": "\#(String(repeating: "long ", count: 200))"}]}"#
            )
            let url = stack["MASK_LINK_URL"] + "/" + slug
            let plain = stack.answer(url)
            #expect(plain.status == 200 && plain.body.contains("&lt;b&gt;Ada&lt;/b&gt;"))
            #expect(
                plain.fields["content-type"] == "text/html; charset=utf-8" && plain.fields["accept-ranges"] == "bytes")
            let policy = plain.fields["content-security-policy"] ?? ""
            #expect(policy.hasPrefix("script-src 'none'; ") && !policy.contains("unsafe"))
            #expect(plain.body.contains("content=\"default-src 'none'; img-src 'self' data:; style-src 'sha256-"), "its own, for its styles")
            let tag = try #require(plain.fields["etag"])
            #expect(stack.answer(url, "-H", "If-None-Match: \(tag)").status == 304)
            #expect(
                stack.answer(url, "-r", "0-14").body == "<!doctype html>"
                    || stack.answer(url, "-r", "0-14").status == 206)
            let zipped = stack.answer(url, "-H", "Accept-Encoding: gzip", "--compressed")
            #expect(zipped.fields["content-encoding"] == "gzip" && zipped.body == plain.body)
            #expect(stack.answer(url, "-X", "POST").status == 405)
            #expect(stack.answer(stack["MASK_LINK_URL"] + "//" + slug).status == 404, "an address has one answer")
            let lines = upstreams(of: slug)
            #expect(
                lines.count >= 4
                    && lines.filter { $0.contains(" 200 ") || $0.contains(" 304 ") }.allSatisfy {
                        $0.contains("upstream=- ")
                    })
        }

        @Test(
            "a host that has lost its files has them again after one request, and views survive kill -9 of the worker")
        func recovery() throws {
            let (id, slug) = try page(#"{"title": "Ada"}"#)
            let url = stack["MASK_LINK_URL"] + "/" + slug
            let before = stack.answer(url)
            let folder = stack.folder + "/pages/mask.localhost/"
            for name in [".html", ".html.gz"] { try FileManager.default.removeItem(atPath: folder + slug + name) }
            #expect(stack.answer(url).body == before.body)
            #expect(FileManager.default.fileExists(atPath: folder + slug + ".html"))
            #expect(stack.answer(url).fields["etag"] == before.fields["etag"], "the same entity tag on every host")
            for round in 0..<20 {
                if round == 10 { stack.killNow("worker-a") }
                #expect(stack.answer(stack["MASK_LINK_URL"] + "/_/view/\(slug).gif").status == 200)
            }
            #expect(stack.eventually { api("GET", "/bio-pages/\(id)").json["views"] as? Int == 20 })
            #expect(stack.maskctl("page", "sync", "--verbose").status == 0)
            #expect(api("POST", "/bio-pages/\(id)/unpublish").status == 200)
            #expect(stack.answer(url).status == 404)
        }

        @Test("the page of a bare host is a file too, and changes with the domain, its slug and its publication")
        func root() throws {
            let names = try Domains.server.get()
            let domain = try Domains(names).verified()
            let made = api("POST", "/bio-pages", #"{"title": "Root", "domain": "\#(domain.host)"}"#)
            let id = try #require(made.json["id"] as? String, "\(made.body)")
            try #require(api("POST", "/bio-pages/\(id)/publish").status == 200)
            let url = "http://\(domain.host)/"
            #expect(stack.answer(url).fields["location"] == "https://example.com/root")
            #expect(api("PATCH", "/domains/\(domain.id)", #"{"root_page_id": "\#(id)"}"#).status == 200)
            let shown = stack.answer(url)
            #expect(shown.status == 200 && shown.body.contains("Root") && shown.fields["etag"] != nil, "served by nginx")
            #expect(stack.answer(url, "-H", "Accept-Encoding: gzip", "--compressed").fields["content-encoding"] == "gzip")
            #expect(stack.answer(url + "_root").status == 404)
            #expect(api("PATCH", "/bio-pages/\(id)", #"{"slug": "moved"}"#).status == 200)
            #expect(stack.answer(url).fields["etag"] != nil)
            stack.without("mariadb") { #expect(stack.answer(url).status == 200) }
            #expect(api("POST", "/bio-pages/\(id)/unpublish").status == 200)
            #expect(stack.answer(url).fields["location"] == "https://example.com/root")
        }

        @Test("an image of a few MiB comes through, one of nine is a problem document")
        func images() throws {
            let file = stack.folder + "/large.png"
            try Data(repeating: 0x20, count: 9 << 20).write(to: URL(fileURLWithPath: file))
            func upload(_ path: String) -> Stack.Answer {
                stack.answer(
                    stack["MASK_API_URL"] + "/images", "-H", "Authorization: Bearer \(stack.key)", "-H",
                    "Content-Type: image/png",
                    "-H", "Expect:", "--data-binary", "@\(path)")
            }
            #expect(upload(file).status == 413)
            try Data(repeating: 0x20, count: 3 << 20).write(to: URL(fileURLWithPath: file))
            #expect(upload(file).json["code"] as? String == "invalid_image")
        }
    }
}
