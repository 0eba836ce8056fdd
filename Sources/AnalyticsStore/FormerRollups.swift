import MariaDB
import Model
import Store

/// The table `click_rollups`, in which a row counted a value in a quarter of an hour until version 0.9.1.
///
/// Clicks that are kept are counted anew as they are moved (``FormerClicks``). For what is counted only here, views of pages
/// and clicks older than are kept, facts are made that add up to the same numbers: every value has its clicks, humans
/// and first visits, in every quarter. Which values came together is not known of these, so filters of several do not hold.
public enum FormerRollups {
    private struct Owner: Hashable {
        var workspace: WorkspaceID
        var link: LinkID
        /// Of views, in place of clicks.
        var isPage = false
    }

    public static func areThere(on connection: Connection) throws(MariaDBError) -> Bool {
        try !connection.query("SELECT 1 FROM click_rollups LIMIT 1").isEmpty
    }

    /// Moves all, a day of a link or page in a transaction each. What a worker of the version before adds meanwhile the next run
    /// moves.
    public static func move(in store: Store) throws {
        let firstDay = try store.read { try Clicks.firstDay(on: $0) }
        var numbers = ClickNumbers(isLimited: false)
        var links: [WorkspaceID: Set<LinkID>] = [:]
        var last = Owner(workspace: WorkspaceID(ULID(value: 0)), link: LinkID(ULID(value: 0)))
        while var owner = try store.read({ try next(after: last, on: $0) }) {
            if links[owner.workspace] == nil { links = [owner.workspace: try store.read { try clicked(in: owner.workspace, on: $0) }] }
            owner.isPage = links[owner.workspace]?.contains(owner.link) == false
            for day in try store.read({ [owner] in try days(of: owner, on: $0) }) {
                try move(owner, day, isCounted: firstDay.map { day >= $0 } ?? false, &numbers, in: store)
            }
            try ClickCompaction.run(owner.workspace, in: store)
            last = owner
        }
        // The whole workspaces' are sums of these; and visitors are known by now as visits.
        let wholeWorkspaces: SQL = "DELETE FROM click_rollups WHERE link_id = \(ULID(value: 0)) LIMIT 10000"
        while try store.write({ try $0.execute(wholeWorkspaces) }) > 0 {}
        while try store.write({ try $0.execute("DELETE FROM click_visitors LIMIT 10000") }) > 0 {}
    }

    private static func next(after last: Owner, on connection: Connection) throws(MariaDBError) -> Owner? {
        for condition: SQL in [
            "workspace_id = \(last.workspace) AND link_id > \(last.link)",
            "workspace_id > \(last.workspace) AND link_id > \(ULID(value: 0))",
        ] {
            if let row = try connection.query("""
                SELECT workspace_id, link_id FROM click_rollups WHERE \(condition) ORDER BY workspace_id, link_id LIMIT 1
                """).first { return Owner(workspace: try row.identifier(0), link: try row.identifier(1)) }
        }
        return nil
    }

    /// The links of a workspace that have clicks; all others that are counted are pages.
    private static func clicked(in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> Set<LinkID> {
        var links: Set<LinkID> = []
        try connection.query("""
            SELECT DISTINCT UNHEX(value) FROM click_rollups
            WHERE workspace_id = \(workspace) AND link_id = \(ULID(value: 0)) AND dimension = 'link'
            """) { row in
            if case .bytes(let bytes) = row[0], let id = ULID(bytes: bytes) { links.insert(LinkID(id)) }
        }
        return links
    }

    private static func days(of owner: Owner, on connection: Connection) throws(MariaDBError) -> [Int] {
        try connection.query("""
            SELECT DISTINCT DATEDIFF(period, '1970-01-01') FROM click_rollups
            WHERE workspace_id = \(owner.workspace) AND link_id = \(owner.link)
            """).map { row throws(MariaDBError) in try row.integer(0) }
    }

    /// - Parameter isCounted: clicks of days of which they are kept are counted as they are moved.
    private static func move(
        _ owner: Owner, _ day: Int, isCounted: Bool, _ numbers: inout ClickNumbers, in store: Store
    ) throws {
        let rows: SQL = """
            FROM click_rollups WHERE workspace_id = \(owner.workspace) AND link_id = \(owner.link)
              AND period >= \(Timestamp(day: day)) AND period < \(Timestamp(day: day + 1))
            """
        // Read twice: numbers are made in transactions of their own, before the one that locks the rows.
        let read = try store.read { try FormerQuarter.read(rows, on: $0) }
        let clicks = isCounted && !owner.isPage ? [] : read.flatMap { $0.clicks(of: owner.link, in: owner.workspace) }
        let numbered = try numbers.number(clicks, areViews: owner.isPage, in: store)
        try store.write { connection in
            try connection.transaction { connection in
                guard try FormerQuarter.read("\(rows) FOR UPDATE", on: connection) == read else { throw ChangedMeanwhile() }
                try connection.execute("DELETE \(rows)")
                _ = try ClickParts.append(numbered, areViews: owner.isPage, on: connection)
            }
        }
    }
}

/// What a link had in a quarter of an hour.
private struct FormerQuarter: Equatable {
    let time: Timestamp
    private var total = ClickCounts()
    private var values: [String: [Value]] = [:]

    private struct Value: Equatable {
        var value: [String]
        var counts: ClickCounts
    }

    /// - Parameter rows: FROM … WHERE ….
    static func read(_ rows: SQL, on connection: Connection) throws(MariaDBError) -> [FormerQuarter] {
        var quarters: [Timestamp: FormerQuarter] = [:]
        for row in try connection.query("SELECT period, dimension, value, clicks, humans, uniques \(rows)") {
            let time = try row.timestamp(0)
            let value = String(decoding: try row.bytes(2), as: UTF8.self)
                .split(separator: ClickValue.separator, omittingEmptySubsequences: false).map(String.init)
            let counts = ClickCounts(clicks: try row.integer(3), humans: try row.integer(4), uniques: try row.integer(5))
            quarters[time, default: FormerQuarter(time: time)].add(try row.string(1), value, counts)
        }
        return quarters.values.sorted { $0.time < $1.time }
    }

    private init(time: Timestamp) { self.time = time }

    private mutating func add(_ dimension: String, _ value: [String], _ counts: ClickCounts) {
        if dimension == "total" {
            total = counts
        } else {
            values[dimension, default: []].append(Value(value: value, counts: counts))
        }
    }

    /// Bots, first visits of humans, and other visits of theirs.
    private static let classes: [(isBot: Bool, isFirst: Bool, count: @Sendable (ClickCounts) -> Int)] = [
        (true, false, { $0.clicks - $0.humans }), (false, true, { $0.uniques }), (false, false, { $0.humans - $0.uniques }),
    ]

    /// Clicks that add up to the same numbers.
    func clicks(of link: LinkID, in workspace: WorkspaceID) -> [Click] {
        var clicks: [Click] = []
        for part in Self.classes {
            let count = part.count(total)
            let lists = ["place", "agent", "referrer", "campaign", "trigger"].map { list($0, part.count, count) }
            for index in 0..<count {
                let (place, agent, campaign) = (lists[0][index], lists[1][index], lists[3][index])
                func text(_ parts: [String], _ place: Int) -> String { place < parts.count ? parts[place] : "" }
                var click = Click(
                    workspace: workspace, link: link, id: 0, at: time, visitor: 0,
                    agent: UserAgent(
                        device: UserAgent.Device(rawValue: text(agent, 0)) ?? .unknown, browser: text(agent, 1), os: text(agent, 2),
                        isBot: part.isBot),
                    country: text(place, 0), city: text(place, 1), referrer: text(lists[2][index], 0),
                    utmSource: text(campaign, 0), utmMedium: text(campaign, 1), utmCampaign: text(campaign, 2),
                    trigger: ClickTrigger(rawValue: text(lists[4][index], 0)) ?? .click)
                click.isFirstVisit = part.isFirst
                clicks.append(click)
            }
        }
        return clicks
    }

    /// The values of a dimension, each as often as it was there; what is missing to the total said nothing.
    private func list(_ dimension: String, _ counted: (ClickCounts) -> Int, _ count: Int) -> [[String]] {
        var list: [[String]] = []
        for one in values[dimension] ?? [] { list += Array(repeating: one.value, count: counted(one.counts)) }
        return Array(list.prefix(count)) + Array(repeating: [], count: max(0, count - list.count))
    }
}
