import JSON
import MariaDB
import Model
import Store
import Text

/// Clicks as a file, oldest first, page by page in constant memory. No connection of the database is held while the client takes its
/// time. Visitors are not in it.
public struct ClickExport {
    /// Over the API: a client that takes its time holds a thread of the worker once nginx has kept 64 MB for it.
    package static let limit = 5_000_000

    private static let pageSize = 5000
    /// Values whose texts are kept.
    private static let knownLimit = 100_000

    private static let columns = [
        "id", "clicked_at", "link_id", "country", "city", "device", "browser", "os", "referrer", "utm_source", "utm_medium",
        "utm_campaign", "trigger", "bot", "first_visit",
    ]

    private let format: ExportFormat
    private let question: ClickQuestion
    /// A piece of a line for each value, by its number.
    private var pieces: [ClickValue.Kind: [UInt32: [UInt8]]] = [:]
    /// By the four bits of a click.
    private let marks: [[UInt8]]
    /// What is asked for, as it was when the export began; nil where nothing of it has been clicked.
    private var asked: (scope: ClickScope, filter: ClickFilter)?

    /// Writes the clicks that a question counts.
    /// - Parameter read: lends a connection for one page.
    package static func write(
        _ format: ExportFormat, _ question: ClickQuestion, reading read: (_ page: (Connection) throws -> Void) throws -> Void,
        to send: ([UInt8]) throws -> Void
    ) throws {
        var export = ClickExport(format, question)
        if format == .csv { try send(CSV.row(columns)) }
        try read { try export.prepare(on: $0) }
        var place: Place? = Place(at: question.start, id: ULID(value: 0))
        while let begin = place {
            var lines: [UInt8] = []
            try read { (place, lines) = try export.page(from: begin, on: $0) }
            if !lines.isEmpty { try send(lines) }
        }
    }

    public static func write(_ format: ExportFormat, _ question: ClickQuestion, from store: Store, to send: ([UInt8]) throws -> Void) throws {
        try write(format, question, reading: { page in try store.read { try page($0) } }, to: send)
    }

    private init(_ format: ExportFormat, _ question: ClickQuestion) {
        (self.format, self.question) = (format, question)
        marks = (0..<UInt32(16)).map { bits in
            let marks = ClickMarks(bits: bits)
            let trigger = ClickTrigger.allCases.first { $0.number == marks.trigger } ?? .click
            return Self.piece(
                ["trigger": .string(trigger.rawValue), "bot": .bool(marks.isBot), "first_visit": .bool(marks.isFirst)], format)
        }
    }

    /// Where a page begins: behind this click.
    private struct Place {
        var at: Timestamp
        var id: ULID
    }

    private struct Click {
        var id: [UInt8]
        var at: String
        var link: UInt32
        var numbers: [UInt32]
        var marks: UInt32
    }

    /// The lines of a page, and where the next begins; nil behind the last.
    private mutating func page(from place: Place, on connection: Connection) throws(MariaDBError) -> (Place?, [UInt8]) {
        guard let asked else { return (nil, []) }
        let (clicks, last, count) = try clicks(from: place, asked.scope, asked.filter, on: connection)
        try learn(clicks, on: connection)
        var lines: [UInt8] = []
        lines.reserveCapacity(clicks.count * 240)
        for click in clicks { append(click, to: &lines) }
        return (count < Self.pageSize ? nil : last, lines)
    }

    private mutating func prepare(on connection: Connection) throws(MariaDBError) {
        guard let scope = try ClickScope(question, on: connection) else { return }
        asked = (scope, try ClickFilter(question, on: connection))
    }

    private func clicks(
        from place: Place, _ scope: ClickScope, _ filter: ClickFilter, on connection: Connection
    ) throws(MariaDBError) -> (clicks: [Click], last: Place?, count: Int) {
        var (clicks, last, count) = ([Click](), ([UInt8](), ""), 0)
        try connection.query("""
            SELECT id, at, link, place, agent, referrer, campaign, marks FROM recorded_clicks
            WHERE workspace_id = \(question.workspace) AND at >= \(place.at) AND at < \(question.end)
              AND (at > \(place.at) OR id > \(place.id))
            ORDER BY at, id LIMIT \(Self.pageSize)
            """) { row in
            guard case .bytes(let id) = row[0], case .string(let at) = row[1] else { return }
            let numbers = (2...7).map { column -> UInt32 in
                guard case .integer(let number) = row[column] else { return 0 }
                return UInt32(truncatingIfNeeded: number)
            }
            (last, count) = ((id, at), count + 1)
            guard scope.contains(numbers[0]), filter.isAsked(numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]) else { return }
            clicks.append(Click(id: id, at: at, link: numbers[0], numbers: Array(numbers[1...4]), marks: numbers[5]))
        }
        guard let id = ULID(bytes: last.0), let at = Timestamp(sql: last.1) else { return (clicks, nil, count) }
        return (clicks, Place(at: at, id: id), count)
    }

    // MARK: Lines

    private static let kinds: [ClickValue.Kind] = [.place, .agent, .referrer, .campaign]

    private func append(_ click: Click, to lines: inout [UInt8]) {
        let isCSV = format == .csv
        lines += isCSV ? "req_".utf8 : #"{"id":"req_"#.utf8
        lines.append(hexadecimal: click.id)
        lines += isCSV ? ",".utf8 : #"","clicked_at":""#.utf8
        for byte in click.at.utf8 { lines.append(byte == UInt8(ascii: " ") ? UInt8(ascii: "T") : byte) }
        lines += isCSV ? "Z,".utf8 : #"Z","#.utf8
        lines += pieces[.link]?[click.link] ?? []
        for (kind, number) in zip(Self.kinds, click.numbers) {
            lines.append(UInt8(ascii: ","))
            lines += pieces[kind]?[number] ?? []
        }
        lines.append(UInt8(ascii: ","))
        lines += marks[Int(click.marks & 15)]
        lines += isCSV ? "\r\n".utf8 : "}\n".utf8
    }

    /// Makes the pieces that the lines need.
    private mutating func learn(_ clicks: [Click], on connection: Connection) throws(MariaDBError) {
        if pieces.values.reduce(0, { $0 + $1.count }) > Self.knownLimit { pieces = [:] }
        let values = ClickTexts(question.workspace, on: connection)
        let links = Set(clicks.map(\.link)).filter { pieces[.link]?[$0] == nil }
        for (number, id) in try values.links(Array(links)) {
            pieces[.link, default: [:]][number] = Self.piece(["link_id": .string(id.description)], format)
        }
        for (index, kind) in Self.kinds.enumerated() {
            let numbers = Set(clicks.map { $0.numbers[index] }).filter { pieces[kind]?[$0] == nil }
            let texts = try values.texts(kind, Array(numbers))
            for number in numbers {
                let parts = texts[number].map { $0.split(separator: ClickValue.separator, omittingEmptySubsequences: false) } ?? []
                var members = JSONObject()
                for (part, name) in Self.names(kind).enumerated() {
                    let text = part < parts.count ? String(parts[part]) : ""
                    members[name] = text.isEmpty ? .null : .string(text)
                }
                pieces[kind, default: [:]][number] = Self.piece(members, format)
            }
        }
    }

    private static func names(_ kind: ClickValue.Kind) -> [String] {
        switch kind {
        case .place: ["country", "city"]
        case .agent: ["device", "browser", "os"]
        case .referrer: ["referrer"]
        case .campaign: ["utm_source", "utm_medium", "utm_campaign"]
        case .link, .page, .domain: []
        }
    }

    /// Members as a part of a line, without what divides it from its neighbours.
    private static func piece(_ members: JSONObject, _ format: ExportFormat) -> [UInt8] {
        guard format == .csv else { return Array(JSON.object(members).serialized().dropFirst().dropLast()) }
        return CSV.row(members.members.map { member in
            switch member.value {
            case .null: ""
            case .string(let text): text
            default: String(decoding: member.value.serialized(), as: UTF8.self)
            }
        }).dropLast(2)
    }
}

extension ClickFilter {
    fileprivate func isAsked(_ place: UInt32, _ agent: UInt32, _ referrer: UInt32, _ campaign: UInt32, _ marks: UInt32) -> Bool {
        guard self.marks[Int(marks & 15)] else { return false }
        guard !columns.isEmpty else { return true }
        return [(FactColumn.places, place), (.agents, agent), (.referrers, referrer), (.campaigns, campaign)].allSatisfy { column, number in
            columns[column].map { Int(number) < $0.count && $0[Int(number)] } ?? true
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(hexadecimal bytes: [UInt8]) {
        for byte in bytes {
            for digit in [byte >> 4, byte & 15] { append(digit < 10 ? 48 + digit : 87 + digit) }
        }
    }
}
