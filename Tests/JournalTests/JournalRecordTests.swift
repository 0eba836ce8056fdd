import AnalyticsStore
import Model
import Store
import Support
import Testing

@testable import Journal

@Suite("A record of the journal")
struct JournalRecordTests {
    private static let workspace = WorkspaceID.new()
    private static let link = LinkID.new()

    /// The line without the newlines around it.
    private func record(_ bytes: [UInt8]) -> JournalRecord? {
        var parser = JournalParser()
        return parser.record(bytes.dropFirst().dropLast())
    }

    private func click(city: String = "", referrer: String = "", source: String = "", agent: String = "") -> [UInt8] {
        ClickLine(
            at: 1_795_000_000_123, requestID: "00112233445566778899aabbccddeeff",
            workspace: Self.workspace, link: Self.link, visitor: .max, country: "DE", city: city,
            referrer: referrer, utmSource: source, utmMedium: "", utmCampaign: "", userAgent: agent).bytes
    }

    @Test("has every field of a click")
    func wholeClick() throws {
        let bytes = ClickLine(
            at: 1_795_000_000_123, requestID: "00112233445566778899aabbccddeeff",
            workspace: Self.workspace, link: Self.link, visitor: 0xFEDC, country: "DE", city: "Köln",
            referrer: "example.com", utmSource: "s", utmMedium: "m", utmCampaign: "c",
            userAgent: "Mozilla/5.0 (compatible; Googlebot/2.1)").bytes
        guard case .click(let click)? = record(bytes) else { throw TestFailure("no click") }
        #expect(click.at == Timestamp(milliseconds: 1_795_000_000_123) && click.id == 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF)
        #expect(click.workspace == Self.workspace && click.link == Self.link && click.visitor == 0xFEDC)
        #expect([click.country, click.city, click.referrer] == ["DE", "Köln", "example.com"])
        #expect([click.utmSource, click.utmMedium, click.utmCampaign] == ["s", "m", "c"] && click.agent.isBot)
    }

    @Test("tells a scan from a click, in a way that a loader that knows no scans takes for a click")
    func triggers() throws {
        for trigger in ClickTrigger.allCases {
            let bytes = ClickLine(
                at: 1_795_000_000_123, requestID: "00112233445566778899aabbccddeeff", workspace: Self.workspace,
                link: Self.link, visitor: 1, country: "", city: "", referrer: "", utmSource: "", utmMedium: "",
                utmCampaign: "", userAgent: "", trigger: trigger).bytes
            guard case .click(let click)? = record(bytes) else { throw TestFailure("no click") }
            #expect(click.trigger == trigger)
            // What such a loader looks at.
            #expect(bytes[1] == UInt8(ascii: "C") && bytes.filter { $0 == UInt8(ascii: "\t") }.count == 13)
        }
    }

    @Test("has every field of an API request")
    func wholeRequest() throws {
        let key = APIKeyID.new()
        let bytes = APIRequest(
            workspace: Self.workspace, by: .key(key), id: 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF,
            at: Timestamp(milliseconds: 1_795_000_000_123), endpoint: "GET /links/{id}", status: 404, microseconds: 1234).line
        #expect(String(decoding: bytes, as: UTF8.self).contains("\t00112233445566778899aabbccddeeff\t"))
        guard case .request(let request)? = record(bytes) else { throw TestFailure("no request") }
        #expect(request.at == Timestamp(milliseconds: 1_795_000_000_123) && request.id == 0x0011_2233_4455_6677_8899_AABB_CCDD_EEFF)
        #expect(request.workspace == Self.workspace && request.caller == .key(key) && request.endpoint == "GET /links/{id}")
        #expect(request.status == 404 && request.microseconds == 1234)
    }

    @Test("tells a member's request from a key's, in a way that a loader that knows no members takes for a key's")
    func memberRequest() throws {
        let member = MemberID.new()
        let bytes = APIRequest(
            workspace: Self.workspace, by: .member(member), id: 1, at: Timestamp(milliseconds: 1_795_000_000_123), endpoint: "GET /links",
            status: 200, microseconds: 1).line
        guard case .request(let request)? = record(bytes) else { throw TestFailure("no request") }
        #expect(request.caller == .member(member))
        // What such a loader looks at: the letter, the number of fields, and that the fifth is an id.
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
        #expect(fields[0] == "\nR" && fields.count == 13 && APIKeyID("key_" + fields[4]) != nil)
    }

    @Test("keeps what visitors send in its field: control characters become spaces, nothing else changes", arguments: [
        ("a\tb\nc\rd\u{0}e\u{7F}f\u{1F}g", "a b c d e f g"), ("\n\nC\t1\t2", "  C 1 2"), ("\\N \\t ' \" ; --", "\\N \\t ' \" ; --"),
        ("été 🦊 \u{85}", "été 🦊 \u{85}"), ("", ""), (" ", " "), ("\u{FEFF}x", "\u{FEFF}x"),
    ])
    func hostile(_ sent: String, _ stored: String) throws {
        let bytes = click(city: sent, referrer: sent, source: sent, agent: sent)
        #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 2)
        guard case .click(let click)? = record(bytes) else { throw TestFailure("no click") }
        #expect([click.city, click.referrer, click.utmSource] == [stored, stored, stored])
    }

    @Test("cuts what is too long, never in the middle of a character", arguments: ["x", "é", "€", "🦊"], 0...3)
    func long(_ character: String, _ shift: Int) throws {
        let text = String(repeating: "a", count: shift) + String(repeating: character, count: 1000)
        guard case .click(let click)? = record(click(city: text, referrer: text, source: text, agent: text)) else { throw TestFailure("no click") }
        for (field, limit) in [(click.city, 100), (click.referrer, 253), (click.utmSource, 128)] {
            #expect(text.hasPrefix(field) && field.utf8.count <= limit && field.utf8.count > limit - character.utf8.count)
        }
    }

    @Test("shares with others what it has in common with them, and nothing else")
    func traits() throws {
        var parser = JournalParser()
        func traits(_ line: [UInt8]) throws -> ClickTraits {
            guard case .click(let click)? = parser.record(line.dropFirst().dropLast()) else { throw TestFailure("no click") }
            return click.traits
        }
        let one = try traits(click(city: "Köln", agent: "curl/8"))
        #expect(try traits(click(city: "Köln", agent: "curl/8")) === one)
        for other in [click(city: "Köln", agent: "curl/9"), click(city: "Kölm", agent: "curl/8"), click(referrer: "Köln", agent: "curl/8")] {
            #expect(try traits(other) !== one)
        }
        // More than are remembered.
        for number in 0..<5000 {
            let found = try traits(click(city: "\(number)", source: "s\(number)", agent: "curl/8"))
            #expect(found.city == "\(number)" && found.utmSource == "s\(number)" && found.agent.browser == "curl")
        }
        let again = try traits(click(city: "Köln", agent: "curl/8"))
        #expect(again.city == "Köln" && again.agent == one.agent)
    }

    @Test("that is none is no record", arguments: [
        "", "C", "\t", "C\t1\t2\t3", "X\t1\t0000000000000000", "0000000000000000", String(repeating: "\t", count: 20),
    ])
    func none(_ line: String) {
        var parser = JournalParser()
        if case .some = parser.record(Array(line.utf8)[...]) { Issue.record("read without a checksum") }
        let bytes = Array(line.utf8)
        let sum = String(checksum(bytes[...]), radix: 16)
        let signed = Array("\(line)\t\(String(repeating: "0", count: 16 - sum.count))\(sum)".utf8)
        if case .some = parser.record(signed[...]) { Issue.record("read with a right checksum") }
    }
}
