import MariaDB
import Model

/// The partitions of the tables that grow with time: made ahead, dropped by age.
///
/// Each table ends in a partition `later` that takes whatever has none of its own yet, so that a maintenance that did not
/// run in time loses nothing.
public enum Partitions {
    public enum Unit: Sendable { case day, month }

    public struct Table: Sendable {
        public var name: String
        public var unit: Unit
        /// The column is an identifier, which begins with its time, instead of a time.
        public var isByID = false
        /// The table whose place it takes.
        public var former: String?
        /// Whole days that are kept; nil for as long as the workspace is there.
        public var keepDays: Int?

        /// A day as the column has it.
        func bound(_ day: Int) -> String {
            guard isByID else { return "'\(CivilDate(day: day).sql)'" }
            let milliseconds = String(day * 86_400_000, radix: 16)
            return "x'" + String(repeating: "0", count: 12 - milliseconds.count) + milliseconds + String(repeating: "0", count: 20) + "'"
        }
    }

    public static let tables = [
        Table(name: "recorded_clicks", unit: .day, former: "clicks", keepDays: 400),
        Table(name: "click_visits", unit: .day, keepDays: 2),
        Table(name: "click_facts", unit: .month),
        Table(name: "page_views", unit: .day, keepDays: 31),
        Table(name: "api_requests", unit: .month, keepDays: longestAudit),
        Table(name: "audit_log", unit: .month, keepDays: longestAudit),
        Table(name: "events", unit: .day, isByID: true, keepDays: 30),
        Table(name: "webhook_deliveries", unit: .day, isByID: true, keepDays: 30),
        Table(name: "webhook_attempts", unit: .day, isByID: true, keepDays: 30),
        Table(name: "api_usage_minutes", unit: .day, keepDays: 8),
        Table(name: "api_usage_quarters", unit: .month, keepDays: 730),
    ]

    /// ``AuditChain/prune(_:plan:at:on:)`` takes away what the plans do not keep; the partitions that it leaves empty follow.
    private static let longestAudit = (Plan.allCases.map(\.auditDays).max() ?? 0) + 62

    /// Days that have a partition before they begin.
    static let daysAhead = 7

    /// Brings all tables up to date and returns what was done, a line each; nothing while another host does so.
    public static func maintainAll(today: Int, isRehearsal: Bool = false, on connection: Connection) throws -> [String] {
        try NamedLock.hold("maintain", on: connection) {
            let (day, forgets) = try day(today, on: connection)
            return try tables.flatMap {
                try maintain($0, today: day, forgets: forgets, isRehearsal: isRehearsal, on: connection)
            }
        } ?? []
    }

    /// The day to maintain the tables for, and whether what is old may go.
    ///
    /// The partitions tell of which day the last maintenance was. After a pause, or where a clock has jumped ahead, each
    /// goes on by one day, and nothing is forgotten until today is reached: a clock that is wrong by days must have been so
    /// for as many runs before anything goes too early.
    public static func day(_ today: Int, on connection: Connection) throws(MariaDBError) -> (day: Int, forgets: Bool) {
        var newest: String?
        for table in tables where table.unit == .day && newest == nil { newest = try partitions(of: table, on: connection).last }
        guard let newest, let date = Int(newest.dropFirst()) else { return (today, true) }
        let last = CivilDate(year: date / 10_000, month: date / 100 % 100, day: date % 100).dayNumber - daysAhead
        return today > last + 1 ? (last + 1, false) : (today, true)
    }

    private static func partitions(of table: Table, on connection: Connection) throws(MariaDBError) -> [String] {
        try partitions(of: table.name, on: connection)
    }

    private static func partitions(of name: String, on connection: Connection) throws(MariaDBError) -> [String] {
        try connection.query("""
            SELECT PARTITION_NAME FROM information_schema.PARTITIONS
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = \(name) AND PARTITION_NAME <> 'later'
            ORDER BY PARTITION_ORDINAL_POSITION
            """).map { row throws(MariaDBError) in try row.string(0) }
    }

    /// Brings a table's partitions up to date and returns what was done, a line each.
    /// - Parameters:
    ///   - forgets: false only makes partitions.
    ///   - isRehearsal: only says what would be done.
    public static func maintain(
        _ table: Table, today: Int, forgets: Bool = true, isRehearsal: Bool = false, on connection: Connection
    ) throws(MariaDBError) -> [String] {
        let existing = try partitions(of: table, on: connection)
        let added = try add(to: table, existing, today, isRehearsal, on: connection)
        return try added + (forgets ? drop(from: table, existing, today, isRehearsal, on: connection) : [])
    }

    private static func add(
        to table: Table, _ existing: [String], _ today: Int, _ isRehearsal: Bool, on connection: Connection
    ) throws(MariaDBError) -> [String] {
        let first = existing.isEmpty ? try firstDay(of: table, today, on: connection) : today
        let wanted = bounds(table.unit, from: first, to: today + daysAhead).filter { name($0.first) > existing.last ?? "" }
        guard !wanted.isEmpty else { return [] }
        if isRehearsal { return wanted.map { "\(table.name): would add \(name($0.first))" } }
        let parts = wanted.map { "PARTITION \(name($0.first)) VALUES LESS THAN (\(table.bound($0.end)))" }
        try connection.run("""
            ALTER TABLE \(table.name) REORGANIZE PARTITION later INTO (
              \(parts.joined(separator: ",\n  ")),
              PARTITION later VALUES LESS THAN (MAXVALUE))
            """)
        return wanted.map { "\(table.name): added \(name($0.first))" }
    }

    /// Where the first partition begins: of a table that takes the place of another, with that one's, as its rows move.
    private static func firstDay(of table: Table, _ today: Int, on connection: Connection) throws(MariaDBError) -> Int {
        guard let former = table.former, let keepDays = table.keepDays,
            let oldest = try partitions(of: former, on: connection).first, let date = Int(oldest.dropFirst())
        else { return today }
        let day = CivilDate(year: date / 10_000, month: date / 100 % 100, day: date % 100).dayNumber
        return min(today, max(day, today - keepDays))
    }

    private static func drop(
        from table: Table, _ existing: [String], _ today: Int, _ isRehearsal: Bool, on connection: Connection
    ) throws(MariaDBError) -> [String] {
        guard let keepDays = table.keepDays else { return [] }
        let first = bounds(table.unit, from: today - keepDays, to: today - keepDays)[0].first
        let old = existing.filter { $0 < name(first) }
        guard !old.isEmpty else { return [] }
        if isRehearsal { return old.map { "\(table.name): would drop \($0)" } }
        try connection.run("ALTER TABLE \(table.name) DROP PARTITION \(old.joined(separator: ", "))")
        return old.map { "\(table.name): dropped \($0)" }
    }

    /// First day and the day after the last of each partition that a range of days touches.
    private static func bounds(_ unit: Unit, from first: Int, to last: Int) -> [(first: Int, end: Int)] {
        switch unit {
        case .day:
            return (first...last).map { ($0, $0 + 1) }
        case .month:
            var (months, day) = ([(first: Int, end: Int)](), first)
            while day <= last {
                let date = CivilDate(day: day)
                let start = CivilDate(year: date.year, month: date.month, day: 1).dayNumber
                let end = start + CivilDate.days(inMonth: date.month, of: date.year)
                months.append((start, end))
                day = end
            }
            return months
        }
    }

    /// `p20261121`: sorts as its day does.
    private static func name(_ day: Int) -> String { "p" + CivilDate(day: day).sql.filter { $0 != "-" } }
}
