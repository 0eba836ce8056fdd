import Glibc
import HTTP
import Text

/// nginx sends some twenty (nginx/snippets/mask-fastcgi.conf, mask-redirect.conf); a peer can send any number.
private let parameterLimit = 64

/// Makes a request of the FastCGI parameters, which have nginx's own names (nginx/snippets/mask-fastcgi.conf,
/// mask-redirect.conf), in one pass.
///
/// `nil` where a parameter that nginx always sends is missing, there are too many, they cannot be read, or the address is none that
/// anybody would write (`String.hasEndlessMarks`); the length is `nil` where CONTENT_LENGTH is not a number. Their size was bounded when they were read (``FastCGIConnection``).
func requestHead(_ parameters: consuming ParameterReader) -> (Request, length: Int?)? {
    var request = Request(host: "", isSecure: false, remoteAddress: "", id: "")
    var length: Int? = 0
    var target = ""
    var count = 0
    do throws(ParameterReader.Malformed) {
        while let (name, bytes) = try parameters.next() {
            count += 1
            guard count <= parameterLimit else { return nil }
            if name.equals("REQUEST_ID"), !isRequestID(bytes) { return nil }
            take(name, bytes, into: &request, &target, &length)
        }
    } catch {
        return nil
    }
    guard target.utf8.first == UInt8(ascii: "/"), !request.id.isEmpty, !target.hasEndlessMarks else { return nil }
    split(target, into: &request)
    return (request, length)
}

/// It goes into columns, logs and header fields as it is.
private func isRequestID(_ text: ParameterReader.Text) -> Bool {
    (1...36).contains(text.count) && text.allSatisfy { $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "-") }
}

private func take(
    _ name: ParameterReader.Text, _ bytes: ParameterReader.Text, into request: inout Request, _ target: inout String,
    _ length: inout Int?
) {
    var text: String { String(decoding: bytes, as: UTF8.self) }
    if name.equals("REQUEST_URI") { target = text }
    else if name.equals("REQUEST_METHOD") { request.method = Method(name: text) }
    else if name.equals("REQUEST_ID") { request.id = text }
    else if name.equals("REQUEST_MSEC") { request.receivedMilliseconds = milliseconds(bytes) }
    else if name.equals("REMOTE_ADDR") { request.remoteAddress = text }
    else if name.equals("MASK_HOST") { request.host = text }
    else if name.equals("HTTPS") { request.isSecure = bytes.equals("on") }
    else if name.equals("MASK_MONITORING") { request.isMonitoring = bytes.equals("on") }
    else if name.equals("CONTENT_LENGTH") { length = text.isEmpty ? 0 : Int(text).flatMap { $0 < 0 ? nil : $0 } }
    else if name.equals("COUNTRY") { request.country = text }
    else if name.equals("CITY") { request.city = text }
    else { set(name, text, in: &request.fields) }
}

private func set(_ name: ParameterReader.Text, _ text: @autoclosure () -> String, in fields: inout RequestFields) {
    if name.equals("HTTP_USER_AGENT") { fields.userAgent = text() }
    else if name.equals("HTTP_REFERER") { fields.referer = text() }
    else if name.equals("HTTP_ACCEPT") { fields.accept = text() }
    else if name.equals("HTTP_AUTHORIZATION") { fields.authorization = text() }
    else if name.equals("HTTP_IDEMPOTENCY_KEY") { fields.idempotencyKey = text() }
    else if name.equals("HTTP_IF_MATCH") { fields.ifMatch = text() }
    else if name.equals("HTTP_IF_NONE_MATCH") { fields.ifNoneMatch = text() }
    else if name.equals("HTTP_ORIGIN") { fields.origin = text() }
    else if name.equals("HTTP_COOKIE") { fields.cookie = text() }
    else if name.equals("HTTP_SEC_FETCH_SITE") { fields.secFetchSite = text() }
    else if name.equals("HTTP_MASK_CLIENT") { fields.maskClient = text() }
    else if name.equals("HTTP_MASK_WORKSPACE") { fields.maskWorkspace = text() }
    else if name.equals("HTTP_ACCESS_CONTROL_REQUEST_METHOD") { fields.preflightMethod = text() }
    else if name.equals("HTTP_CONTENT_ENCODING") { fields.contentEncoding = text() }
    else if name.equals("CONTENT_TYPE") { fields.contentType = text().isEmpty ? nil : text() }
    else if name.equals("HTTP_SEC_GPC") || name.equals("HTTP_DNT") {
        if text() == "1" { fields.optsOutOfTracking = true }
    } else if isPurpose(name), !text().isEmpty {
        fields.purpose = text()
    }
}

private func isPurpose(_ name: ParameterReader.Text) -> Bool {
    name.equals("HTTP_SEC_PURPOSE") || name.equals("HTTP_PURPOSE") || name.equals("HTTP_X_PURPOSE") || name.equals("HTTP_X_MOZ")
}

extension UnsafeRawBufferPointer {
    fileprivate func equals(_ name: StaticString) -> Bool {
        guard let baseAddress, count == name.utf8CodeUnitCount else { return false }
        return memcmp(baseAddress, name.utf8Start, count) == 0
    }
}

/// nginx's `$msec`: seconds with three decimals.
private func milliseconds(_ text: ParameterReader.Text) -> Int64 {
    text.reduce(0) { sum, byte in byte == UInt8(ascii: ".") ? sum : sum &* 10 &+ Int64(byte &- 48) }
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
