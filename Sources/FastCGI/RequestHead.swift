import CFastCGI
import Glibc
import HTTP

/// A peer can send any number of parameters of any size: more than nginx ever sends is refused.
private let parameterLimit = 64
private let parameterBytesLimit = 65_536

/// Makes a request of the FastCGI parameters (`NAME=value`, in nginx's own names, see nginx/snippets/mask-fastcgi.conf), in one pass.
///
/// `nil` where a parameter that nginx always sends is missing or there are too many; the length is `nil` where
/// CONTENT_LENGTH is not a number.
func requestHead(_ parameters: FCGX_ParamArray) -> (Request, length: Int?)? {
    var request = Request(host: "", isSecure: false, remoteAddress: "", id: "")
    var length: Int? = 0
    var target = ""
    var (count, bytes) = (0, 0)
    var next = parameters
    while let entry = next.pointee {
        next += 1
        count += 1
        bytes += strlen(entry)
        guard count <= parameterLimit, bytes <= parameterBytesLimit else { return nil }
        if let text = value(entry, "REQUEST_URI=") { target = text }
        else if let text = value(entry, "REQUEST_METHOD=") { request.method = Method(name: text) }
        else if let text = value(entry, "REQUEST_ID=") { request.id = text }
        else if let text = value(entry, "REQUEST_MSEC=") { request.receivedMilliseconds = milliseconds(text) }
        else if let text = value(entry, "REMOTE_ADDR=") { request.remoteAddress = text }
        else if let text = value(entry, "MASK_HOST=") { request.host = text }
        else if let text = value(entry, "HTTPS=") { request.isSecure = text == "on" }
        else if let text = value(entry, "MASK_MONITORING=") { request.isMonitoring = text == "on" }
        else if let text = value(entry, "CONTENT_LENGTH=") { length = text.isEmpty ? 0 : Int(text).flatMap { $0 < 0 ? nil : $0 } }
        else if let text = value(entry, "COUNTRY=") { request.country = text }
        else if let text = value(entry, "CITY=") { request.city = text }
        else { set(entry, in: &request.fields) }
    }
    guard target.utf8.first == UInt8(ascii: "/"), !request.id.isEmpty else { return nil }
    split(target, into: &request)
    return (request, length)
}

private func set(_ entry: UnsafePointer<CChar>, in fields: inout RequestFields) {
    if let text = value(entry, "HTTP_USER_AGENT=") { fields.userAgent = text }
    else if let text = value(entry, "HTTP_REFERER=") { fields.referer = text }
    else if let text = value(entry, "HTTP_ACCEPT=") { fields.accept = text }
    else if let text = value(entry, "HTTP_ACCEPT_LANGUAGE=") { fields.acceptLanguage = text }
    else if let text = value(entry, "HTTP_AUTHORIZATION=") { fields.authorization = text }
    else if let text = value(entry, "HTTP_COOKIE=") { fields.cookie = text }
    else if let text = value(entry, "HTTP_IDEMPOTENCY_KEY=") { fields.idempotencyKey = text }
    else if let text = value(entry, "HTTP_IF_MATCH=") { fields.ifMatch = text }
    else if let text = value(entry, "HTTP_IF_NONE_MATCH=") { fields.ifNoneMatch = text }
    else if let text = value(entry, "HTTP_CONTENT_ENCODING=") { fields.contentEncoding = text }
    else if let text = value(entry, "CONTENT_TYPE=") { fields.contentType = text.isEmpty ? nil : text }
    else if let text = value(entry, "HTTP_SEC_PURPOSE=") ?? value(entry, "HTTP_PURPOSE=") ?? value(entry, "HTTP_X_MOZ="),
        !text.isEmpty { fields.purpose = text }
}

/// The value of `NAME=value` if this is the name, copied.
private func value(_ entry: UnsafePointer<CChar>, _ name: StaticString) -> String? {
    name.withUTF8Buffer { wanted in
        // Stops at the first difference, at the latest at the entry's final zero.
        for (place, byte) in wanted.enumerated() where entry[place] != CChar(bitPattern: byte) { return nil }
        return String(cString: entry + wanted.count)
    }
}

/// nginx's `$msec`: seconds with three decimals.
private func milliseconds(_ text: String) -> Int64 {
    text.utf8.reduce(0) { sum, byte in byte == UInt8(ascii: ".") ? sum : sum &* 10 &+ Int64(byte &- 48) }
}

private func split(_ target: String, into request: inout Request) {
    let bytes = target.utf8
    guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else {
        request.path = target
        return
    }
    request.path = String(target[..<mark])
    request.query = String(target[bytes.index(after: mark)...])
}
