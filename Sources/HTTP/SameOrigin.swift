/// Whether a request that carries a cookie comes from a page of this origin (OWASP, Cross-Site Request Forgery Prevention:
/// Fetch Metadata with `Origin` behind it).
public struct SameOrigin: Sendable {
    private let origin: String

    /// - Parameter origin: `https://app.example.com`, with a port where it is not 443.
    public init(_ origin: String) { self.origin = origin }

    /// - Returns: nil where it may go on.
    public func refusal(of request: Request) -> Problem? {
        isOwn(request) ? nil : Problem(
            status: 403, code: "cross_site_request", title: "Cross-site request",
            detail: "Send the request from a page of \(origin). Programs use an API key at the API's own host.")
    }

    private func isOwn(_ request: Request) -> Bool {
        // Who only reads may come from the address bar or a bookmark: `none`. Another origin may not, and a sibling host is one.
        let reads = [.get, .head].contains(request.method)
        let site = request.fields.secFetchSite
        if reads { return site == nil || site == "same-origin" || site == "none" }
        guard request.fields.maskClient != nil else { return false }
        if let site { return site == "same-origin" }
        return request.fields.origin == origin
    }
}
