/// One request as the application sees it: plain values, copied out of whatever carried them.
public struct Request: Sendable {
    public var method: Method
    /// The request target's path as it was sent, not decoded, from the first `/` up to `?`.
    public var path: String
    /// The query as it was sent, without `?`; empty where there is none.
    public var query: String
    /// The host asked for, lower case, without port.
    public var host: String
    /// Whether the client spoke TLS.
    public var isSecure: Bool
    /// It came in where only this host's monitoring can ask. nginx says so; no header of a client can.
    public var isMonitoring: Bool
    /// The client's address: what the web server says, never what a header claims.
    public var remoteAddress: String
    /// The request's identity, the same on every attempt to answer it: 32 hexadecimal digits.
    public var id: String
    /// When the web server received it, in milliseconds since 1970 UTC; the same on every attempt.
    public var receivedMilliseconds: Int64
    /// ISO 3166-1 alpha-2 code and name of the client's place; empty where unknown.
    public var country: String
    public var city: String
    public var fields: RequestFields
    public var body: [UInt8]
    /// There was a long body, which nobody was entitled to send when it came: ``body`` is empty, and means nothing.
    public var isBodyUnread = false

    public init(
        method: Method = .get, path: String = "/", query: String = "", host: String = "localhost", isSecure: Bool = true,
        isMonitoring: Bool = false,
        remoteAddress: String = "127.0.0.1", id: String = "00000000000000000000000000000000",
        receivedMilliseconds: Int64 = 0, country: String = "", city: String = "", fields: RequestFields = .init(),
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.host = host
        self.isSecure = isSecure
        self.isMonitoring = isMonitoring
        self.remoteAddress = remoteAddress
        self.id = id
        self.receivedMilliseconds = receivedMilliseconds
        self.country = country
        self.city = city
        self.fields = fields
        self.body = body
    }

    /// ``id`` as clients, journald and nginx's log have it.
    public var publicID: String { "req_" + id }
}

/// The request header fields that MASK reads; all others are ignored. `nil` where not sent.
public struct RequestFields: Sendable {
    public var accept: String?
    public var authorization: String?
    public var contentEncoding: String?
    public var contentType: String?
    public var cookie: String?
    public var idempotencyKey: String?
    public var ifMatch: String?
    public var ifNoneMatch: String?
    /// `Mask-Client`: the program that asks. No form can send it, and no page of another origin may.
    public var maskClient: String?
    /// `Mask-Workspace`: the workspace or sandbox that a session's request is for.
    public var maskWorkspace: String?
    public var origin: String?
    /// `Access-Control-Request-Method`: a browser asks whether a page may send such a request.
    public var preflightMethod: String?
    /// `Purpose`, `Sec-Purpose`, `X-Purpose` or `X-Moz`: a browser or an app says that it only prefetches or previews.
    public var purpose: String?
    /// `Sec-GPC: 1` or `DNT: 1`: the visitor does not want to be tracked.
    public var optsOutOfTracking = false
    public var referer: String?
    /// `Sec-Fetch-Site`: the browser says whose page asks (Fetch Metadata Request Headers, section 2.3).
    public var secFetchSite: String?
    public var userAgent: String?

    public init() {}
}

/// A request method (RFC 9110 section 9). Case matters.
public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    /// Any other word, known to RFC 9110 or not.
    case other = ""

    public init(name: String) { self = Method(rawValue: name) ?? .other }
}
