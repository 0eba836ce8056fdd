import AnalyticsStore
import Model
import Store
import Text

/// One line of the journal: fields divided by TAB, the last a checksum over all before it.
///
/// The first field is the kind of record: C for a click, V for a view of a page, with a Q behind it where a QR code was
/// scanned; R for an API request.
///
/// A newline stands before each line and after it, so that one that a full disk cut short does not spoil the next.
///
///     C  time  request-id  workspace  link  visitor  country  city  referrer  utm_source  utm_medium  utm_campaign  user-agent  sum
///     V  as C, of a page in place of a link
///     R  time  request-id  workspace  caller  endpoint  resource  status  microseconds  changed  address  user-agent  sum
///
/// A caller is a key or a member, see ``Caller``. Times are milliseconds since 1970. Control characters in what visitors sent
/// become spaces, so nothing needs escaping.
public enum JournalRecord {
    case click(Click)
    /// A page was looked at: a click whose `link` is the page's id.
    case view(Click)
    case request(APIRequest)
}

/// A click as the redirect knows it, before the loader classifies it.
public struct ClickLine {
    public var at: Int64
    public var requestID: String
    public var workspace: WorkspaceID
    public var link: LinkID
    public var visitor: UInt64
    public var country: String
    public var city: String
    public var referrer: String
    public var utmSource: String
    public var utmMedium: String
    public var utmCampaign: String
    public var userAgent: String
    public var trigger: ClickTrigger
    /// A page was looked at; `link` is its id.
    public var isView: Bool

    public init(
        at: Int64, requestID: String, workspace: WorkspaceID, link: LinkID, visitor: UInt64, country: String, city: String,
        referrer: String, utmSource: String, utmMedium: String, utmCampaign: String, userAgent: String,
        trigger: ClickTrigger = .click, isView: Bool = false
    ) {
        self.at = at
        self.requestID = requestID
        self.workspace = workspace
        self.link = link
        self.visitor = visitor
        self.country = country
        self.city = city
        self.referrer = referrer
        self.utmSource = utmSource
        self.utmMedium = utmMedium
        self.utmCampaign = utmCampaign
        self.userAgent = userAgent
        self.trigger = trigger
        self.isView = isView
    }

    public var bytes: [UInt8] {
        // A loader that knows no scans reads the first letter alone, and takes a scan for a click.
        let kind: StaticString = switch (isView, trigger) {
        case (false, .click): "C"
        case (false, .qr): "CQ"
        case (true, .click): "V"
        case (true, .qr): "VQ"
        }
        var line = LineBuilder(kind: kind)
        line.append(String(at), limit: 20)
        line.append(requestID, limit: 32)
        line.append(workspace.ulid)
        line.append(link.ulid)
        line.append(hexadecimal: visitor)
        line.append(country, limit: 2)
        line.append(city, limit: 100)
        line.append(referrer, limit: 253)
        line.append(utmSource, limit: 128)
        line.append(utmMedium, limit: 128)
        line.append(utmCampaign, limit: 128)
        line.append(userAgent, limit: 400)
        return line.finished()
    }
}

extension APIRequest {
    /// As it stands in the journal.
    public var line: [UInt8] {
        var line = LineBuilder(kind: "R")
        line.append(String(at.milliseconds), limit: 20)
        line.append(id)
        line.append(workspace.ulid)
        line.append(caller.stored)
        line.append(endpoint, limit: 100)
        line.append(resource, limit: 64)
        line.append(String(status), limit: 3)
        line.append(String(min(microseconds, 4_000_000_000)), limit: 10)
        line.append(changed ? "1" : "0", limit: 1)
        line.append(address, limit: 45)
        line.append(userAgent, limit: 400)
        return line.finished()
    }
}

private struct LineBuilder {
    private var bytes: [UInt8] = []

    init(kind: StaticString) {
        bytes.reserveCapacity(512)
        bytes.append(UInt8(ascii: "\n"))
        kind.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// As ``ULID/description``, without a string in between.
    mutating func append(_ ulid: ULID) {
        bytes.append(UInt8(ascii: "\t"))
        let start = bytes.count
        var rest = ulid.value
        for _ in 0..<26 {
            bytes.append(Self.digits[Int(truncatingIfNeeded: rest) & 31])
            rest >>= 5
        }
        bytes[start...].reverse()
    }

    /// Crockford's base 32, lower case.
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// At most `limit` bytes, never half a character; control characters become spaces.
    mutating func append(_ text: String, limit: Int) {
        bytes.append(UInt8(ascii: "\t"))
        guard !text.isEmpty else { return }
        let start = bytes.count
        var text = text
        text.withUTF8 { utf8 in
            let kept = UnsafeBufferPointer(rebasing: utf8[..<Self.end(of: utf8, limit)])
            bytes.append(contentsOf: kept)
            guard kept.hasControl else { return }
            for index in start..<bytes.count where bytes[index] < 0x20 || bytes[index] == 0x7F { bytes[index] = 0x20 }
        }
    }

    /// Where a text ends that is no longer than the limit, before the character that would be cut.
    private static func end(of text: UnsafeBufferPointer<UInt8>, _ limit: Int) -> Int {
        var end = min(limit, text.count)
        while end > 0, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    mutating func append(hexadecimal number: UInt64) {
        bytes.append(UInt8(ascii: "\t"))
        appendDigits(number)
    }

    /// A request's id.
    mutating func append(_ id: UInt128) {
        append(hexadecimal: UInt64(truncatingIfNeeded: id >> 64))
        appendDigits(UInt64(truncatingIfNeeded: id))
    }

    private mutating func appendDigits(_ number: UInt64) {
        for shift in stride(from: 60, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(shift)) & 15
            bytes.append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }

    consuming func finished() -> [UInt8] {
        let sum = checksum(bytes[1...])
        append(hexadecimal: sum)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}

/// FNV-1a, 64 bits: tells a torn or damaged line, nothing more.
func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.withUnsafeBufferPointer { $0.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
}
