import Testing

@testable import HTTP

@Suite("Whose page asks")
struct SameOriginTests {
    private static let own = "https://app.example.com"

    private func isRefused(_ method: Method, site: String?, origin: String?, client: String? = "dashboard") -> Bool {
        var request = Request(method: method)
        (request.fields.secFetchSite, request.fields.origin, request.fields.maskClient) = (site, origin, client)
        return SameOrigin(Self.own).refusal(of: request) != nil
    }

    @Test("what changes something is of this origin's pages alone", arguments: [Method.post, .put, .patch, .delete, .other])
    func changes(method: Method) {
        #expect(!isRefused(method, site: "same-origin", origin: Self.own))
        #expect(!isRefused(method, site: nil, origin: Self.own), "a browser without Fetch Metadata")
        for (site, origin) in [
            ("same-site", Self.own), ("cross-site", Self.own), ("none", Self.own), ("", Self.own), ("Same-Origin", Self.own),
            (nil, nil), (nil, "null"), (nil, "http://app.example.com"), (nil, "https://app.example.com:8443"),
            (nil, "https://app.example.com.evil.example"), (nil, "https://evil.example"), (nil, ""),
        ] as [(String?, String?)] { #expect(isRefused(method, site: site, origin: origin), "\(site ?? "-") \(origin ?? "-")") }
        #expect(isRefused(method, site: "same-origin", origin: Self.own, client: nil), "a form can send no such field")
    }

    @Test("reading is of this origin's pages, or of nobody's", arguments: [Method.get, .head])
    func reading(method: Method) {
        for site in [nil, "same-origin", "none"] { #expect(!isRefused(method, site: site, origin: nil, client: nil)) }
        for site in ["same-site", "cross-site", ""] { #expect(isRefused(method, site: site, origin: nil)) }
    }
}
