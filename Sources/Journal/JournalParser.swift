import AnalyticsStore
import Glibc
import Model
import Store
import Text

/// Reads lines of the journal. Remembers by their bytes what clicks have in common, and how user agents classify: a few hundred
/// make most of the traffic.
struct JournalParser {
    private var traits: [Bytes: ClickTraits] = [:]
    private var agents: [Bytes: UserAgent] = [:]
    private static let limit = 2000

    /// The record on a line (without its newline); nil where the line is damaged.
    mutating func record(_ line: ArraySlice<UInt8>) -> JournalRecord? {
        guard let end = line.lastIndex(of: UInt8(ascii: "\t")), number(line[(end + 1)...]) == checksum(line[..<end]) else { return nil }
        switch line.first {
        case UInt8(ascii: "C"): return click(line[..<end]).map(JournalRecord.click)
        case UInt8(ascii: "V"): return click(line[..<end]).map(JournalRecord.view)
        case UInt8(ascii: "R"): return request(line[..<end].pieces(dividedBy: UInt8(ascii: "\t"))).map(JournalRecord.request)
        default: return nil
        }
    }

    private mutating func click(_ line: ArraySlice<UInt8>) -> Click? {
        var rest = line
        guard let kind = rest.nextField(), let at = rest.nextField().flatMap(milliseconds), let id = rest.nextField().flatMap(requestID),
            let workspace = rest.nextField().flatMap(ulid), let link = rest.nextField().flatMap(ulid),
            let visitor = rest.nextField().flatMap(number), let traits = traits(rest)
        else { return nil }
        return Click(
            workspace: WorkspaceID(workspace), link: LinkID(link), id: id, at: at, visitor: visitor, traits: traits,
            trigger: kind.last == UInt8(ascii: "Q") ? .qr : .click)
    }

    /// Of the fields from the country to the user agent.
    private mutating func traits(_ bytes: ArraySlice<UInt8>) -> ClickTraits? {
        if let known = traits[Bytes(slice: bytes)] { return known }
        let fields = bytes.pieces(dividedBy: UInt8(ascii: "\t"))
        guard fields.count == 7 else { return nil }
        let made = ClickTraits(
            agent: agent(fields[6]), country: text(fields[0]), city: text(fields[1]), referrer: text(fields[2]),
            utmSource: text(fields[3]), utmMedium: text(fields[4]), utmCampaign: text(fields[5]))
        if traits.count >= Self.limit { traits.removeAll() }
        traits[Bytes(copying: bytes)] = made
        return made
    }

    private mutating func agent(_ field: ArraySlice<UInt8>) -> UserAgent {
        if let known = agents[Bytes(slice: field)] { return known }
        if agents.count >= Self.limit { agents.removeAll() }
        let agent = UserAgent(parsing: text(field))
        agents[Bytes(copying: field)] = agent
        return agent
    }

    private func request(_ fields: [ArraySlice<UInt8>]) -> APIRequest? {
        guard fields.count == 12, let at = milliseconds(fields[1]), let id = requestID(fields[2]),
            let workspace = ulid(fields[3]), let caller = ulid(fields[4]), let status = Int(text(fields[7])),
            let microseconds = Int(text(fields[8]))
        else { return nil }
        return APIRequest(
            workspace: WorkspaceID(workspace), by: Caller(stored: caller), id: id, at: at,
            endpoint: text(fields[5]), resource: text(fields[6]), status: status, microseconds: microseconds,
            changed: text(fields[9]) == "1", address: text(fields[10]), userAgent: text(fields[11]))
    }

    private func text(_ field: ArraySlice<UInt8>) -> String {
        field.isEmpty ? "" : String(decoding: field, as: UTF8.self)
    }

    /// Of nginx's clock: never before 1970.
    private func milliseconds(_ field: ArraySlice<UInt8>) -> Timestamp? {
        Int64(text(field)).flatMap { $0 >= 0 ? Timestamp(milliseconds: $0) : nil }
    }

    private func ulid(_ field: ArraySlice<UInt8>) -> ULID? { field.withUnsafeBufferPointer { ULID(utf8: $0) } }

    private func requestID(_ field: ArraySlice<UInt8>) -> UInt128? {
        guard let high = number(field.prefix(16)), let low = number(field.dropFirst(16)) else { return nil }
        return UInt128(high) << 64 | UInt128(low)
    }

    /// Of sixteen hexadecimal digits.
    private func number(_ field: ArraySlice<UInt8>) -> UInt64? {
        guard field.count == 16 else { return nil }
        var value: UInt64 = 0
        for byte in field {
            guard let digit = byte.hexadecimalValue else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }
}

/// Bytes as a key that is hashed and compared as a whole, not one by one.
private struct Bytes: Hashable {
    private let slice: ArraySlice<UInt8>

    /// To look up: it keeps all that it is a slice of.
    init(slice: ArraySlice<UInt8>) { self.slice = slice }

    /// To be kept.
    init(copying slice: ArraySlice<UInt8>) { self.slice = Array(slice)[...] }

    func hash(into hasher: inout Hasher) { slice.withUnsafeBytes { hasher.combine(bytes: $0) } }

    static func == (one: Bytes, other: Bytes) -> Bool {
        one.slice.withUnsafeBytes { one in
            other.slice.withUnsafeBytes { other in
                guard one.count == other.count else { return false }
                guard let start = one.baseAddress, let otherStart = other.baseAddress else { return true }
                return memcmp(start, otherStart, one.count) == 0
            }
        }
    }
}

extension ArraySlice<UInt8> {
    /// Takes what is before the next TAB, and the TAB; nil where there is none.
    fileprivate mutating func nextField() -> ArraySlice<UInt8>? {
        guard let end = firstIndex(of: UInt8(ascii: "\t")) else { return nil }
        defer { self = self[(end + 1)...] }
        return self[..<end]
    }
}

extension ArraySlice<UInt8> {
    /// The pieces between dividers, empty ones too: `split` at the speed of memchr(3), for every line of the journal.
    func pieces(dividedBy divider: UInt8) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        pieces.reserveCapacity(16)
        var start = startIndex
        withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            while let found = memchr(base + (start - startIndex), Int32(divider), endIndex - start) {
                let position = startIndex + (UnsafeRawPointer(found) - base)
                pieces.append(self[start..<position])
                start = position + 1
            }
        }
        pieces.append(self[start...])
        return pieces
    }
}
