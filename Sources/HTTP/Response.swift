import Text

/// One answer: a status, header fields of a fixed set, and a body.
public struct Response: Sendable {
    public var status: Int
    public var fields: [Field]
    public var body: [UInt8]
    /// Makes the body piece by piece while it is sent, in place of ``body``: for answers that are too long for memory. It
    /// hands each piece to `send`, which throws where nobody takes it any more. When it throws itself, the connection is
    /// broken off, so that the client sees that the answer is not whole.
    public var stream: (@Sendable (_ send: ([UInt8]) throws -> Void) throws -> Void)?

    /// What `send` throws where nobody takes the body any more.
    public struct ClientGone: Error {
        public init() {}
    }

    public init(status: Int, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Code and reason phrase (RFC 9110 section 15), as in `404 Not Found`.
    public var statusLine: String {
        switch status {
        case 200: "200 OK"
        case 201: "201 Created"
        case 202: "202 Accepted"
        case 204: "204 No Content"
        case 301: "301 Moved Permanently"
        case 302: "302 Found"
        case 303: "303 See Other"
        case 304: "304 Not Modified"
        case 307: "307 Temporary Redirect"
        case 308: "308 Permanent Redirect"
        case 400: "400 Bad Request"
        case 401: "401 Unauthorized"
        case 403: "403 Forbidden"
        case 404: "404 Not Found"
        case 405: "405 Method Not Allowed"
        case 409: "409 Conflict"
        case 410: "410 Gone"
        case 412: "412 Precondition Failed"
        case 413: "413 Content Too Large"
        case 415: "415 Unsupported Media Type"
        case 422: "422 Unprocessable Content"
        case 429: "429 Too Many Requests"
        case 500: "500 Internal Server Error"
        case 503: "503 Service Unavailable"
        case 508: "508 Loop Detected"
        default: "\(status) Status"
        }
    }

    /// Sets a field, in place of an earlier one of that name.
    public mutating func set(_ name: FieldName, _ value: String) {
        if let place = fields.firstIndex(where: { $0.name == name }) {
            fields[place].value = value
        } else {
            fields.append(Field(name, value))
        }
    }

    public subscript(_ name: FieldName) -> String? {
        fields.first { $0.name == name }?.value
    }

    public struct Field: Sendable {
        public var name: FieldName
        public var value: String

        public init(_ name: FieldName, _ value: String) {
            self.name = name
            self.value = value
        }

        /// A value with a control character could end the field and begin another: it must never reach the wire.
        public var isSafe: Bool {
            var value = value
            return value.withUTF8 { !$0.hasControl }
        }
    }

    /// Every header field that MASK ever sends.
    public enum FieldName: String, Sendable {
        case accessControlAllowHeaders = "Access-Control-Allow-Headers"
        case accessControlAllowMethods = "Access-Control-Allow-Methods"
        case accessControlAllowOrigin = "Access-Control-Allow-Origin"
        case accessControlExposeHeaders = "Access-Control-Expose-Headers"
        case accessControlMaxAge = "Access-Control-Max-Age"
        case allow = "Allow"
        /// For nginx alone, which logs it and passes it on to nobody: this answer is a click and stands in the journal.
        case click = "X-Mask-Click"
        case cacheControl = "Cache-Control"
        case clearSiteData = "Clear-Site-Data"
        case contentDisposition = "Content-Disposition"
        case contentLanguage = "Content-Language"
        case contentSecurityPolicy = "Content-Security-Policy"
        case contentType = "Content-Type"
        /// RFC 9745.
        case deprecation = "Deprecation"
        case eTag = "ETag"
        case idempotentReplayed = "Idempotent-Replayed"
        case link = "Link"
        case location = "Location"
        case rateLimit = "RateLimit"
        case rateLimitPolicy = "RateLimit-Policy"
        case referrerPolicy = "Referrer-Policy"
        case requestID = "Request-Id"
        case retryAfter = "Retry-After"
        case setCookie = "Set-Cookie"
        /// RFC 8594.
        case sunset = "Sunset"
        case vary = "Vary"
        case wwwAuthenticate = "WWW-Authenticate"
        case xContentTypeOptions = "X-Content-Type-Options"
        case xRateLimitLimit = "X-RateLimit-Limit"
        case xRateLimitRemaining = "X-RateLimit-Remaining"
        case xRateLimitReset = "X-RateLimit-Reset"
        case xRobotsTag = "X-Robots-Tag"
    }
}
