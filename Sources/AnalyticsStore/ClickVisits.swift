import MariaDB
import Model
import Store

/// The tables `click_visits` and `click_visit_days`: who has been where on which UTC day.
package struct ClickVisits: Sendable {
    private struct Day: Hashable {
        var workspace: WorkspaceID
        var day: Int
    }

    /// Days that are complete in the table.
    private var complete: Set<Day> = []

    package init() {}

    /// Marks the first click of each human visitor on each link, or page, and UTC day. In the caller's transaction.
    package mutating func mark(_ clicks: inout [NumberedClick], on connection: Connection) throws(MariaDBError) {
        let humans = clicks.indices.filter { !clicks[$0].isBot }
        try complete(Set(humans.map { Day(workspace: clicks[$0].workspace, day: clicks[$0].day) }), on: connection)
        var byDay: [Int: Set<UInt64>] = [:]
        for index in humans { byDay[clicks[index].day, default: []].insert(clicks[index].visit) }
        for (day, visits) in byDay.sorted(by: { $0.key < $1.key }) {
            var fresh = try Self.note(visits, on: day, on: connection)
            guard !fresh.isEmpty else { continue }
            for index in humans where clicks[index].day == day {
                clicks[index].isFirstVisit = fresh.remove(clicks[index].visit) != nil
            }
        }
    }

    /// Notes first visits that were found elsewhere, as far as a later click can ask for them.
    static func noteMoved(_ clicks: [NumberedClick], on connection: Connection) throws(MariaDBError) {
        let today = Timestamp.now().day
        let recent = clicks.filter { $0.isFirstVisit && $0.day >= today - 1 }
        for (day, clicks) in Dictionary(grouping: recent, by: \.day) { _ = try note(Set(clicks.map(\.visit)), on: day, on: connection) }
    }

    /// Notes visits and returns those that had not been noted before. Sorted, so that two loaders never wait in a circle.
    private static func note(_ visits: Set<UInt64>, on day: Int, on connection: Connection) throws(MariaDBError) -> Set<UInt64> {
        var fresh: Set<UInt64> = []
        let date = CivilDate(day: day).sql
        for chunk in chunks(of: visits.sorted()) {
            var insertion: SQL = "INSERT IGNORE INTO click_visits (day, visit) VALUES "
            appendRows(chunk, to: &insertion) { "(\(date), \(Int64(bitPattern: $0)))" }
            insertion += " RETURNING visit"
            for row in try connection.query(insertion) { fresh.insert(UInt64(bitPattern: Int64(try row.integer(0)))) }
        }
        return fresh
    }

    /// Days whose visits are all there are trusted as long as nothing can have dropped them: today's and yesterday's. Of another
    /// the row is locked, so that ``forgetOld(before:on:)`` waits.
    private mutating func complete(_ days: Set<Day>, on connection: Connection) throws(MariaDBError) {
        let today = Timestamp.now().day
        for day in days.sorted(by: { ($0.day, $0.workspace) < ($1.day, $1.workspace) }) {
            if day.day >= today - 1, complete.contains(day) { continue }
            let date = CivilDate(day: day.day).sql
            let isComplete = try !connection.query("""
                SELECT 1 FROM click_visit_days WHERE workspace_id = \(day.workspace) AND day = \(date) LOCK IN SHARE MODE
                """).isEmpty
            if !isComplete {
                try connection.execute("INSERT IGNORE INTO click_visit_days (workspace_id, day) VALUES (\(day.workspace), \(date))")
                try Self.fill(day, on: connection)
            }
            complete.insert(day)
            if complete.count > Self.limit { complete = [] }
        }
    }

    private static let limit = 10_000

    /// Notes the visits of the clicks that are stored: of a day that the table had never, or has no longer.
    private static func fill(_ day: Day, on connection: Connection) throws(MariaDBError) {
        let (begin, end) = (Timestamp(day: day.day), Timestamp(day: day.day + 1))
        var visits: Set<UInt64> = []
        try connection.query("""
            SELECT link, visitor FROM recorded_clicks
            WHERE workspace_id = \(day.workspace) AND at >= \(begin) AND at < \(end) AND marks & 2
            """) { row in
            if case .integer(let link) = row[0], case .bytes(let visitor) = row[1] {
                visits.insert(visit(day.workspace, UInt32(truncatingIfNeeded: link), bigEndian(visitor)))
            }
        }
        try connection.query("""
            SELECT DISTINCT n.number, v.visitor FROM page_views v
            JOIN click_values n ON n.workspace_id = v.workspace_id AND n.kind = 'page' AND n.digest = v.page_id
            WHERE v.workspace_id = \(day.workspace) AND v.at >= \(begin) AND v.at < \(end)
            """) { row in
            if case .integer(let page) = row[0], case .bytes(let visitor) = row[1] {
                visits.insert(visit(day.workspace, UInt32(truncatingIfNeeded: page), bigEndian(visitor)))
            }
        }
        _ = try note(visits, on: day.day, on: connection)
    }

    /// Forgets the visits of days before one, as far as no partition goes with them.
    package static func forgetOld(before day: Int, on connection: Connection) throws(MariaDBError) {
        let date = CivilDate(day: day).sql
        try connection.execute("DELETE FROM click_visit_days WHERE day < \(date)")
        while try connection.execute("DELETE FROM click_visits WHERE day < \(date) LIMIT 10000") == 10_000 {}
    }

    private static func bigEndian(_ bytes: [UInt8]) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    /// A visitor on a link or page, as one number: of a hundred million visits in a day, one in four thousand days is taken for another.
    fileprivate static func visit(_ workspace: WorkspaceID, _ what: UInt32, _ visitor: UInt64) -> UInt64 {
        let value = workspace.ulid.value
        var hash = mixed(UInt64(truncatingIfNeeded: value >> 64))
        hash = mixed(hash ^ UInt64(truncatingIfNeeded: value))
        return mixed(mixed(hash ^ UInt64(what)) ^ visitor)
    }

    /// SplitMix64's finish.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}

extension NumberedClick {
    fileprivate var visit: UInt64 { ClickVisits.visit(workspace, what, visitor) }
}
