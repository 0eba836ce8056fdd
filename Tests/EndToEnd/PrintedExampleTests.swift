import Foundation
import Testing

extension EndToEndTests {
    @Suite("The printed examples")
    struct PrintedExamples {
        let stack = Stack.shared

        @Test("the API reference's example answers as printed")
        func reference() {
            let slug = "my-link-\(UInt32.random(in: 0 ... .max))"
            let created = stack.call("POST", "/links", body: """
                {
                    "url": "https://example.com/long-page",
                    "slug": "\(slug)",
                    "domain": "go.yourbrand.com",
                    "tags": ["campaign-q1"],
                    "utm_source": "twitter",
                    "utm_medium": "social",
                    "expires_at": "2026-12-31T23:59:59Z"
                }
                """)
            #expect(created.status == 201)
            let link = created.json
            #expect((link["id"] as? String)?.hasPrefix("lnk_") == true)
            #expect(link["url"] as? String == "https://example.com/long-page")
            #expect(link["short_url"] as? String == "https://go.yourbrand.com:\(stack.httpsPort)/\(slug)")
            #expect(link["slug"] as? String == slug)
            #expect(link["domain"] as? String == "go.yourbrand.com")
            #expect(link["tags"] as? [String] == ["campaign-q1"])
            #expect(link["clicks"] as? Int == 0)
            #expect(link["utm_source"] as? String == "twitter")
            #expect(link["utm_medium"] as? String == "social")
            #expect(link["expires_at"] as? String == "2026-12-31T23:59:59Z")
            #expect((link["created_at"] as? String)?.hasSuffix("Z") == true)
        }

        @Test("the quick start's example answers as printed, and the link can be followed and counted")
        func quickStart() throws {
            let created = stack.answer(
                stack["MASK_QUICKSTART_URL"] + "/links", "-X", "POST", "-H", "Authorization: Bearer \(stack.key)", "-H",
                "Content-Type: application/json", "-d", #"{"url": "https://example.com/long-url"}"#)
            #expect(created.status == 201)
            let link = try #require(created.json["data"] as? [String: Any])
            #expect(link["originalUrl"] as? String == "https://example.com/long-url")
            let (id, slug) = (try #require(link["id"] as? String), try #require(link["slug"] as? String))

            for url in ["https://mask.localhost/\(slug)", "http://mask.localhost/\(slug)"] {
                let followed = stack.answer(url)
                #expect(followed.status == 302)
                #expect(followed.fields["location"] == "https://example.com/long-url")
                #expect(followed.fields["cache-control"] == "private, no-store")
                #expect(followed.fields["x-mask-click"] == nil, "nginx keeps it to itself")
                #expect(followed.fields["x-ratelimit-limit"] == nil, "no limits on redirects")
            }
            #expect(stack.eventually { stack.call("GET", "/links/\(id)").json["clicks"] as? Int == 2 })
        }

        @Test("every answer of the API carries its request id and both families of rate limit fields")
        func fields() {
            for answer in [stack.call("GET", "/workspace"), stack.call("GET", "/nothing"), stack.answer(stack["MASK_API_URL"] + "/links")] {
                #expect(answer.fields["request-id"]?.hasPrefix("req_") == true)
                for name in ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "ratelimit", "ratelimit-policy"] {
                    #expect(answer.fields[name] != nil, "\(name)")
                }
            }
        }
    }
}
