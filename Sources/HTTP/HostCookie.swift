/// A cookie that counts on one host alone (RFC 6265bis, section 4.1.3.2): the prefix `__Host-` makes browsers refuse it from any
/// other host, a parent domain included. Scripts do not see it, and it goes out with requests of this host's own pages only.
public struct HostCookie: Sendable {
    private let name: String

    /// - Parameter name: without the prefix.
    public init(_ name: String) { self.name = "__Host-" + name }

    /// Its value in a request; nil where it is absent, empty or there twice.
    public func value(in fields: RequestFields) -> String? {
        let values = (fields.cookie ?? "").split(separator: ";").compactMap { pair -> Substring? in
            let pair = pair.drop { $0 == " " }
            guard pair.hasPrefix(name + "=") else { return nil }
            return pair.dropFirst(name.count + 1)
        }
        guard values.count == 1, let value = values.first, !value.isEmpty else { return nil }
        return String(value)
    }

    /// Sets it.
    /// - Parameters:
    ///   - value: of characters that a cookie may have, such as base64url.
    ///   - seconds: how long it lives; nil: until the browser ends.
    public func setting(_ value: String, seconds: Int?) -> Response.Field {
        Response.Field(.setCookie, "\(name)=\(value); Path=/; Secure; HttpOnly; SameSite=Strict" + (seconds.map { "; Max-Age=\($0)" } ?? ""))
    }

    /// Takes it away.
    public var removal: Response.Field { setting("", seconds: 0) }
}
