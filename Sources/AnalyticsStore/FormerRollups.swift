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
    }

    public static func areThere(on connection: Connection) throws(MariaDBError) -> Bool {
        try !connection.query("SELECT 1 FROM click_rollups LIMIT 1").isEmpty
    }

    /// Moves all, a link or page at a time, in a transaction each. For when no worker of the version before runs any more.
    public static func move(in store: Store) throws {
        let firstDay = try store.read { try Clicks.firstDay(on: $0) }
        var numbers = ClickNumbers()
        var last = Owner(workspace: WorkspaceID(ULID(value: 0)), link: LinkID(ULID(value: 0)))
        while let owner = try store.read({ try next(after: last, on: $0) }) {
            try move(owner, countedFrom: firstDay, &numbers, in: store)
            last = owner
        }
        // The whole workspaces' are sums of these.
        while try store.write({ try $0.execute("DELETE FROM click_rollups LIMIT 10000") }) > 0 {}
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

    private static func move(_ owner: Owner, countedFrom firstDay: Int?, _ numbers: inout ClickNumbers, in store: Store) throws {
        let isPage = try store.read {
            try !$0.query("SELECT 1 FROM bio_pages WHERE workspace_id = \(owner.workspace) AND id = \(owner.link)").isEmpty
        }
        let quarters = try store.read { try FormerQuarter.read(owner.workspace, owner.link, on: $0) }
        // Clicks of days of which they are kept are counted already.
        let uncounted = quarters.filter { quarter in isPage || firstDay.map { quarter.time.day < $0 } ?? true }
        let clicks = uncounted.flatMap { $0.clicks(of: owner.link, in: owner.workspace) }
        let numbered = try numbers.number(clicks, areViews: isPage, in: store)
        try store.write { connection in
            try connection.transaction { connection in
                try delete(quarters, of: owner, on: connection)
                _ = try ClickParts.append(numbered, areViews: isPage, on: connection)
            }
        }
        try ClickCompaction.run(owner.workspace, in: store)
    }

    private static func delete(_ quarters: [FormerQuarter], of owner: Owner, on connection: Connection) throws {
        let removed = try connection.execute("""
            DELETE FROM click_rollups WHERE workspace_id = \(owner.workspace) AND link_id = \(owner.link)
            """)
        guard removed == quarters.reduce(0, { $0 + $1.rows }) else { throw ChangedMeanwhile() }
    }
}

/// What a link had in a quarter of an hour.
private struct FormerQuarter {
    let time: Timestamp
    private(set) var rows = 0
    private var total = ClickCounts()
    private var values: [String: [(value: [String], counts: ClickCounts)]] = [:]

    static func read(_ workspace: WorkspaceID, _ link: LinkID, on connection: Connection) throws(MariaDBError) -> [FormerQuarter] {
        var quarters: [Timestamp: FormerQuarter] = [:]
        for row in try connection.query("""
            SELECT period, dimension, value, clicks, humans, uniques FROM click_rollups
            WHERE workspace_id = \(workspace) AND link_id = \(link)
            """)
        {
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
        rows += 1
        if dimension == "total" { total = counts } else { values[dimension, default: []].append((value, counts)) }
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
        for (value, counts) in values[dimension] ?? [] { list += Array(repeating: value, count: counted(counts)) }
        return Array(list.prefix(count)) + Array(repeating: [], count: max(0, count - list.count))
    }
}
