/// A request that carries bytes somewhere: HTTP's POST.
public struct Post: Sendable {
    /// An absolute `http` or `https` URL, without a user in it.
    public var url: String
    /// The fields of the request's head besides `Host`, `Content-Length`, `Connection`, `Transfer-Encoding` and `Expect`,
    /// which are libcurl's to write. Without `User-Agent` it is `MASK-Webhooks`; without `Content-Type` there is none.
    public var fields: [(name: String, value: String)]
    /// Sent as it is.
    public var body: [UInt8]

    public init(url: String, fields: [(name: String, value: String)], body: [UInt8]) {
        self.url = url
        self.fields = fields
        self.body = body
    }

    /// Whether libcurl will read the URL as it is written: without a scheme it would guess one, and at a NUL it would stop.
    var hasWholeURL: Bool {
        let scheme = url.prefix(8).lowercased()
        return (scheme.hasPrefix("http://") || scheme.hasPrefix("https://")) && !url.utf8.contains(0)
    }
}
