import AnalyticsStore
import Glibc
import Model
import Store
import Text

/// Reads lines of the journal. Remembers how user agents classify: a few hundred of them make most of the traffic.
struct JournalParser {
    private var agents: [ArraySlice<UInt8>: UserAgent] = [:]
    private static let agentLimit = 2000

    /// The record on a line (without its newline); nil where the line is damaged.
    mutating func record(_ line: ArraySlice<UInt8>) -> JournalRecord? {
        guard let end = line.lastIndex(of: UInt8(ascii: "\t")),
            hexadecimalValue(line[(end + 1)...], digits: 16) == UInt128(checksum(line[..<end]))
        else { return nil }
        let fields = line[..<end].pieces(dividedBy: UInt8(ascii: "\t"))
        switch (line.first, fields.count) {
        case (UInt8(ascii: "C"), 13): return click(fields).map(JournalRecord.click)
        case (UInt8(ascii: "V"), 13): return click(fields).map(JournalRecord.view)
        case (UInt8(ascii: "R"), 12): return request(fields).map(JournalRecord.request)
        default: return nil
        }
    }

    private mutating func click(_ fields: [ArraySlice<UInt8>]) -> Click? {
        guard let at = Int64(text(fields[1])), let id = hexadecimalValue(fields[2], digits: 32),
            let workspace = ULID(text(fields[3])), let link = ULID(text(fields[4])),
            let visitor = hexadecimalValue(fields[5], digits: 16)
        else { return nil }
        return Click(
            workspace: WorkspaceID(workspace), link: LinkID(link), id: id, at: Timestamp(milliseconds: at),
            visitor: UInt64(visitor), agent: agent(fields[12]), country: text(fields[6]), city: text(fields[7]),
            referrer: text(fields[8]), utmSource: text(fields[9]), utmMedium: text(fields[10]), utmCampaign: text(fields[11]),
            trigger: fields[0].last == UInt8(ascii: "Q") ? .qr : .click)
    }

    private func request(_ fields: [ArraySlice<UInt8>]) -> APIRequest? {
        guard let at = Int64(text(fields[1])), let id = hexadecimalValue(fields[2], digits: 32),
            let workspace = ULID(text(fields[3])), let key = ULID(text(fields[4])), let status = Int(text(fields[7])),
            let microseconds = Int(text(fields[8]))
        else { return nil }
        return APIRequest(
            workspace: WorkspaceID(workspace), key: APIKeyID(key), id: id, at: Timestamp(milliseconds: at),
            endpoint: text(fields[5]), resource: text(fields[6]), status: status, microseconds: microseconds,
            changed: text(fields[9]) == "1", address: text(fields[10]), userAgent: text(fields[11]))
    }

    private mutating func agent(_ field: ArraySlice<UInt8>) -> UserAgent {
        if let known = agents[field] { return known }
        if agents.count >= Self.agentLimit { agents.removeAll() }
        let agent = UserAgent(parsing: text(field))
        agents[ArraySlice(Array(field))] = agent
        return agent
    }

    private func text(_ field: ArraySlice<UInt8>) -> String {
        field.isEmpty ? "" : String(decoding: field, as: UTF8.self)
    }

    private func hexadecimalValue(_ field: ArraySlice<UInt8>, digits: Int) -> UInt128? {
        guard field.count == digits else { return nil }
        var value: UInt128 = 0
        for byte in field {
            guard let digit = byte.hexadecimalValue else { return nil }
            value = value << 4 | UInt128(digit)
        }
        return value
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
