import MariaDB
import Model
import Store

/// The table `click_sums`: facts added up by one dimension, for a quarter of an hour, a UTC day and a calendar month.
enum ClickSums {
    enum Level: String, CaseIterable {
        case quarter, day, month
    }

    enum Dimension: String, CaseIterable {
        /// The quarters of a day, from 0 to 95; only of days.
        case quarter
        case place, agent, referrer, campaign, trigger
        /// Only of the whole workspace.
        case link, domain

        /// The number that a fact is counted under.
        func number(_ counted: CountedFact) -> UInt32 {
            let fact = counted.fact
            return switch self {
            case .quarter: fact.quarter
            case .place: fact.place
            case .agent: fact.agent
            case .referrer: fact.referrer
            case .campaign: fact.campaign
            case .trigger: fact.marks.trigger
            case .link: counted.link
            case .domain: counted.domain
            }
        }

        static let ofLink = allCases.filter { $0 != .link && $0 != .domain }
    }

    /// The number under which the whole workspace is counted.
    static let wholeWorkspace: UInt32 = 0

    /// A row.
    struct Key: Hashable {
        var link: UInt32
        var level: Level
        var dimension: Dimension
        /// Its first quarter of an hour since 1970.
        var period: Int
        /// Of links: so many thousand numbers, that a workspace with many does not write all of them each time.
        var block: UInt32

        fileprivate static func isOrdered(_ left: Key, _ right: Key) -> Bool {
            (left.link, left.period, left.block) < (right.link, right.period, right.block)
        }
    }

    static let blockBits: UInt32 = 16

    /// Adds to what is stored. Only one process at a time does so for a workspace.
    static func add(_ sums: [Key: Sums], in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        for level in Level.allCases {
            for dimension in Dimension.allCases {
                let rows = sums.filter { $0.key.level == level && $0.key.dimension == dimension }
                    .sorted { Key.isOrdered($0.key, $1.key) }
                for start in stride(from: 0, to: rows.count, by: level.rowsAtOnce) {
                    let rows = rows[start..<min(start + level.rowsAtOnce, rows.count)]
                    try add(rows, level, dimension, in: workspace, on: connection)
                }
            }
        }
    }

    private static func add(
        _ rows: ArraySlice<(key: Key, value: Sums)>, _ level: Level, _ dimension: Dimension, in workspace: WorkspaceID,
        on connection: Connection
    ) throws(MariaDBError) {
        var keys: SQL = ""
        for (index, row) in rows.enumerated() {
            let (link, period, block) = (Int(row.key.link), row.key.period, Int(row.key.block))
            appendUnion(
                index, "SELECT \(link) AS link, \(period) AS period, \(block) AS block", "(\(link), \(period), \(block))", to: &keys)
        }
        var stored: [Key: Sums] = [:]
        for row in try connection.query("""
            SELECT s.link, s.period, s.block, s.sums FROM (\(keys)) k
            STRAIGHT_JOIN click_sums s ON s.workspace_id = \(workspace) AND s.link = k.link
              AND s.level = \(unsafeText: level.sql) AND s.dimension = \(unsafeText: dimension.sql)
              AND s.period = k.period AND s.block = k.block
            """)
        {
            let key = Key(
                link: UInt32(try row.integer(0)), level: level, dimension: dimension, period: try row.integer(1),
                block: UInt32(try row.integer(2)))
            stored[key] = Sums(bytes: try row.bytes(3))
        }
        let sums = rows.map { (key: $0.key, bytes: (stored[$0.key] ?? Sums()).adding($0.value).bytes) }
        // Those of links are long: a packet has its end.
        let rowsAtOnce = max(1, packetBytes / max(1, sums.map(\.bytes.count).max() ?? 1))
        for start in stride(from: 0, to: sums.count, by: rowsAtOnce) {
            for chunk in chunks(of: Array(sums[start..<min(start + rowsAtOnce, sums.count)])) {
                var statement: SQL = "INSERT INTO click_sums (workspace_id, link, level, dimension, period, block, sums) VALUES "
                appendRows(chunk, to: &statement) { key, bytes in
                    """
                    (\(workspace), \(Int(key.link)), \(unsafeText: level.sql), \(unsafeText: dimension.sql), \(key.period),
                     \(Int(key.block)), \(bytes))
                    """
                }
                try connection.execute(statement + " ON DUPLICATE KEY UPDATE sums = VALUE(sums)")
            }
        }
    }

    /// Of one statement.
    private static let packetBytes = 4 << 20
}

extension ClickSums.Level {
    var sql: String { "'\(rawValue)'" }

    /// What is in memory together: a row of links has up to 65,536 of them, and those of a month many.
    fileprivate var rowsAtOnce: Int {
        switch self {
        case .quarter: 512
        case .day: 8
        case .month: 1
        }
    }

    /// The first quarter of the period of this level that a quarter is in.
    func floor(_ quarter: Int) -> Int {
        switch self {
        case .quarter: return quarter
        case .day: return quarter - quarter % Quarter.ofDay
        case .month:
            var date = CivilDate(day: quarter / Quarter.ofDay)
            date.day = 1
            return date.dayNumber * Quarter.ofDay
        }
    }
}

extension ClickSums.Dimension {
    var sql: String { "'\(rawValue)'" }
}
