import Foundation
import Testing

extension EndToEndTests {
    /// What a test key makes, through nginx and mask-webhooks.
    @Suite("Test keys", .serialized)
    struct Sandbox {
        let stack = Stack.shared
        let test: Stack

        init() throws {
            let made = stack.maskctl("key", "create", "--workspace", "demo", "--name", "test", "--scopes", "all,domains:write", "--test", "--json")
            test = stack.with(key: try #require(made.json["key"], "\(made.errors)"))
            #expect(test.key.hasPrefix("mk_test_"))
        }

        @Test("a link of the test host leads on who finds it, without TLS and with, and its events arrive marked; others see none")
        func exchange() throws {
            let (real, receiver) = (try WebhookReceiver(stack), try WebhookReceiver(test))
            sleep(3)  // who loads clicks learns of a new subscription within two seconds
            let link = test.call("POST", "/links", body: #"{"url": "https://example.com/long-url"}"#).json
            let slug = try #require(link["slug"] as? String, "\(link)")
            #expect(link["short_url"] as? String == "https://mask.localhost.test:\(stack.httpsPort)/\(slug)")
            let visit = stack.answer("http://mask.localhost.test/\(slug)")
            #expect(visit.status == 302 && visit.fields["location"] == "https://example.com/long-url")
            // No authority is asked for its certificate.
            #expect(stack.answer("https://mask.localhost.test/\(slug)").status == 0)
            #expect(stack.answer("http://mask.localhost/\(slug)").status == 404)
            let arrivals = receiver.arrivals(2)
            #expect(arrivals.map(\.type).sorted() == ["click.recorded", "link.created"])
            #expect(arrivals.allSatisfy { $0.json["test"] as? Bool == true })
            #expect(try WebhookReceiver.verdicts(arrivals, receiver.secret) == ["ok", "ok"])
            #expect(try real.test().json["test"] == nil)
            #expect(real.arrivals.map(\.type) == ["webhook.test"])
        }

        @Test("a page is shown at the test host by nginx, and gone when it is deleted")
        func page() throws {
            let page = test.call("POST", "/bio-pages", body: #"{"title": "Ada of the sandbox", "slug": "sandbox-ada"}"#).json
            let path = "/bio-pages/\(page["id"] as? String ?? "")"
            #expect(test.call("POST", path + "/publish").status == 200)
            #expect(stack.answer("http://mask.localhost.test/sandbox-ada").body.contains("Ada of the sandbox"))
            #expect(test.call("DELETE", path + "?purge=true").status == 204)
            #expect(stack.answer("http://mask.localhost.test/sandbox-ada").status == 404)
        }
    }
}
