import MariaDB
import Model
import Store

/// The tables `clicks` and `click_visitors`: every click, once.
public enum Clicks {
    package static let table = JournalTable<Click>(
        name: "clicks",
        columns: """
            link_id, visitor, first_visit, bot, country, city, device, browser, os, referrer, utm_source, utm_medium, utm_campaign,
            trigger_kind
            """
    ) { click, rows in
        rows.append(click.link)
        rows.append(click.visitor)
        rows.append(click.isFirstVisit)
        rows.append(click.agent.isBot)
        rows.append(click.country)
        rows.append(click.city)
        rows.append(click.agent.device.rawValue)
        rows.append(click.agent.browser)
        rows.append(click.agent.os)
        rows.append(click.referrer)
        rows.append(click.utmSource)
        rows.append(click.utmMedium)
        rows.append(click.utmCampaign)
        rows.append(click.trigger.rawValue)
    }

    /// How many clicks are stored with a time in a range, both ends included, over all workspaces.
    public static func count(from first: Timestamp, to last: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.query("SELECT COUNT(*) FROM clicks WHERE at BETWEEN \(first) AND \(last)").first?.integer(0) ?? 0
    }

    /// Calls `each` with the id of every click stored with a time in a range, in constant memory.
    public static func ids(
        from first: Timestamp, to last: Timestamp, on connection: Connection, each: (UInt128) -> Void
    ) throws(MariaDBError) {
        try connection.query("SELECT id FROM clicks WHERE at BETWEEN \(first) AND \(last)") { row in
            if case .bytes(let bytes) = row[0], let id = ULID(bytes: bytes) { each(id.value) }
        }
    }

    // MARK: Visitors

    /// A visitor on a link on a UTC day.
    public struct Visit: Hashable, Sendable {
        public var day: Int
        public var link: LinkID
        public var visitor: UInt64

        public init(day: Int, link: LinkID, visitor: UInt64) {
            self.day = day
            self.link = link
            self.visitor = visitor
        }
    }

    /// Notes visits and returns those that had not been noted before.
    public static func noteVisits(_ visits: [Visit], on connection: Connection) throws(MariaDBError) -> Set<Visit> {
        var fresh: Set<Visit> = []
        let sorted = visits.sorted { ($0.day, $0.link, $0.visitor) < ($1.day, $1.link, $1.visitor) }
        for chunk in chunks(of: sorted) {
            var insertion: SQL = "INSERT IGNORE INTO click_visitors (day, link_id, visitor) VALUES "
            appendRows(chunk, to: &insertion) { "(\(CivilDate(day: $0.day).sql), \($0.link), \(bigEndian($0.visitor)))" }
            insertion += " RETURNING day, link_id, visitor"
            for row in try connection.query(insertion) { fresh.insert(try visit(row)) }
        }
        return fresh
    }

    private static func visit(_ row: Row) throws(MariaDBError) -> Visit {
        guard let time = Timestamp(sql: try row.string(0) + " 00:00:00") else { throw row.wrong(0, "a date") }
        let visitor = try row.bytes(2).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Visit(day: time.day, link: try row.identifier(1), visitor: visitor)
    }

    private static func bigEndian(_ value: UInt64) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
}

extension Click: Journaled {}
