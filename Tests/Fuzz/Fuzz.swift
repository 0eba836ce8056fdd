// libFuzzer's entry: reads what it is given with one of the readers of bytes that come from outside. See Tests/fuzz.sh.
// What does not hold traps: that is how libFuzzer is told.

import JSON
import Crypto
import Foundation
import Glibc
import HTTP
import Model
import Text

@testable import DNS
@testable import FastCGI
@testable import Images
@testable import SignIn

/// The reader that `MASK_FUZZ` names, and what has to hold of what it makes.
private let reader: @Sendable ([UInt8]) -> Void = {
    let name = ProcessInfo.processInfo.environment["MASK_FUZZ"] ?? ""
    guard let reader = readers[name] else { fatalError("MASK_FUZZ is \(name), not one of \(readers.keys.sorted())") }
    return reader
}()

private let readers: [String: @Sendable ([UInt8]) -> Void] = [
    "png": { readImage($0) }, "jpeg": { readImage($0) }, "webp": { readImage($0) },
    "json": readJSON, "dns": readDNS, "fastcgi": readRequests, "svg": readSVG, "passkey": readPasskey, "texts": readTexts,
]

/// What libFuzzer's own main calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    reader(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// An image that is read has the pixels that it promises, and can be written.
private func readImage(_ bytes: [UInt8]) {
    guard let bitmap = try? Bitmap(decoding: bytes, limits: ImageLimits(bytes: 1 << 20, side: 512)) else { return }
    precondition(bitmap.pixels.count == bitmap.width * bitmap.height * 4)
    guard let png = try? bitmap.png(), let again = try? Bitmap(decoding: png, limits: ImageLimits(bytes: 1 << 22, side: 512))
    else { fatalError("what was read cannot be written and read again") }
    precondition(again.width == bitmap.width && again.height == bitmap.height)
}

/// JSON that is read is written as JSON that is read as the same.
private func readJSON(_ bytes: [UInt8]) {
    guard let value = try? JSON.parse(bytes) else { return }
    let text = value.serialized()
    guard let again = try? JSON.parse(text) else { fatalError("what was written cannot be read") }
    precondition(again.serialized() == text)
}

private func readDNS(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { _ = try? Message($0).records() }
}

/// Everything that a connection brings, in pieces of sizes that the first byte chooses.
private func readRequests(_ bytes: [UInt8]) {
    struct Pieces: ByteSource {
        var rest: ArraySlice<UInt8>
        let size: Int

        mutating func begin() {}

        mutating func receive(into buffer: UnsafeMutableRawBufferPointer, isBegun: Bool) -> Int {
            let piece = rest.prefix(min(size, buffer.count))
            rest = rest.dropFirst(piece.count)
            buffer.copyBytes(from: piece)
            return piece.count
        }
    }
    var records = RecordReader(Pieces(rest: bytes.dropFirst(), size: Int(bytes.first ?? 0) + 1))
    while (try? records.readHead(limit: FastCGIConnection.parameterBytesLimit)) != nil {
        precondition(records.parameters.count <= FastCGIConnection.parameterBytesLimit)
        let head = records.parameters.withUnsafeBytes { requestHead(ParameterReader($0)) }
        guard let head, let length = head.length, length <= FastCGIConnection.bodyLimit else { return }
        guard let body = try? records.readBody(length) else { return }
        precondition(body.count == length)
    }
}

private func readSVG(_ bytes: [UInt8]) { try? SVG.requireSelfContained(bytes) }

/// What an authenticator and a browser answer: two bytes of length before each part, the rest is the key.
private func readPasskey(_ bytes: [UInt8]) {
    var rest = bytes[...]
    func part() -> [UInt8] {
        let length = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(2)
        defer { rest = rest.dropFirst(length) }
        return Array(rest.prefix(length))
    }
    guard let challenge = Challenge([UInt8](repeating: 7, count: Challenge.length)) else { fatalError("no challenge") }
    let (client, authenticator, id) = (part(), part(), part())
    _ = Challenge.bytes(inClientData: client)
    if let data = try? AuthenticatorData(authenticator) { _ = try? data.attestedCredential() }
    let answer = RegistrationAnswer(
        clientDataJSON: client, authenticatorData: authenticator, publicKey: Array(rest), algorithm: -7, credentialID: id, transports: [])
    _ = try? RelyingParty(host: "app.example").verify(answer, challenge: challenge)
    _ = PublicKey(subjectPublicKeyInfo: Array(rest))
}

/// Query, header fields, and what stands in the fields of a body. What is put in order stays as it is when it is read again.
private func readTexts(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    if text.hasEndlessMarks { return }
    readFields(text)
    if let destination = try? Destination(validating: text) {
        precondition((try? Destination(validating: destination.text))?.text == destination.text)
        precondition(!destination.location(utm: [("utm_source", text)], visitorQuery: text).isEmpty)
        _ = (destination.host, destination.port)
    }
    if let host = try? HostName(validating: text) { precondition(HostName.isOne(host.text)) }
    if let slug = try? Slug(validating: text) {
        precondition((try? Slug(validating: slug.text)) == slug && Slug.fromPath("/" + PercentEncoding.encode(slug.text)) == slug.text)
    }
    _ = Slug.fromPath("/" + text)
    if let tag = try? Tag(validating: text) { precondition((try? Tag(validating: tag.text)) == tag) }
    if let range = try? AddressRange(validating: text) { precondition((try? AddressRange(validating: range.description)) == range) }
    _ = (AddressRange.limitKey(text), AddressRange.coarse(text), QRColor(text), Color(text), LinkID(text), ULID(text))
    _ = (PageTexts.isLanguage(text), PageTexts.email(text), PageTexts.phone(text), Workspace.slug(from: text), Place(key: text))
    let search = SearchText(text)
    _ = (search.folded, search.destinations, search.slug, LinkText.of(slug: text, title: text, url: text))
    _ = (APIKeyText(text), APIKeyText(within: text), SecondFactorCode(text), RecoveryCode(text), JSONPointer.tokens(text))
}

private func readFields(_ text: String) {
    if let time = Timestamp(rfc3339: text) { precondition(Timestamp(rfc3339: time.rfc3339)?.seconds == time.seconds) }
    if let time = Timestamp(httpDate: text, now: Timestamp(milliseconds: 1_800_000_000_000)) {
        precondition(Timestamp(httpDate: time.httpDate, now: time) == time)
    }
    if let day = CivilDate(iso: text), let zone = TimeZoneRules(identifier: "Europe/Berlin") {
        precondition(zone.next(zone.start(of: day), .day) > zone.start(of: day))
    }
    _ = (TimeZoneRules(identifier: text), UserAgentReading(text), referrerHost(text), Accept(text).quality(of: "text/html"))
    if let media = MediaType(text) { precondition(MediaType(media.essence)?.essence == media.essence) }
    if case .tags(let tags)? = Precondition(text) {
        for tag in tags { precondition(Precondition(tag.description) == .tags([tag])) }
    }
    var fields = RequestFields()
    fields.cookie = text
    _ = HostCookie("mask_session").value(in: fields)
    if var query = try? Query(text) {
        _ = (try? query.integer("limit", in: 1...100), try? query.bool("purge"), query.values("tag"))
        try? query.finish()
    }
    _ = (Query.leniently(text), PercentEncoding.decodeLeniently(text), FoldedText.fold(text), base64URLDecoded(text), Base32.decode(text))
}
