import MariaDB
import Model
import Store

/// A question about clicks, answered from the roll-ups: its cost grows with the periods and values asked for, not with clicks.
public struct ClickQuestion: Sendable {
    public enum Group: String, Sendable, CaseIterable {
        case time, country, city, device, browser, os, referrer, link, tag, domain
        case utmSource = "utm_source"
        case utmMedium = "utm_medium"
        case utmCampaign = "utm_campaign"
        case bot, trigger

        /// What the views of a page can be counted by.
        public static let ofPages: [Group] = [
            .time, .country, .city, .device, .browser, .os, .utmSource, .utmMedium, .utmCampaign, .bot, .trigger,
        ]
    }

    /// Those of the roll-ups.
    public static let granularities: [Granularity] = [.hour, .day, .week, .month]

    public enum Count: String, Sendable, CaseIterable {
        /// Everyone but bots; everyone; first visits of humans per link and day.
        case human, all, unique
    }

    public var workspace: WorkspaceID
    public var link: LinkID?
    public var domain: DomainID?
    public var tag: String?
    /// From this instant (included) to that (excluded); both on a quarter of an hour.
    public var start: Timestamp
    public var end: Timestamp
    public var zone: TimeZoneRules
    public var granularity: Granularity
    public var group: Group
    public var count: Count

    public init(
        workspace: WorkspaceID, link: LinkID? = nil, domain: DomainID? = nil, tag: String? = nil, start: Timestamp,
        end: Timestamp, zone: TimeZoneRules = .utc, granularity: Granularity = .day, group: Group = .time,
        count: Count = .all
    ) {
        self.workspace = workspace
        self.link = link
        self.domain = domain
        self.tag = tag
        self.start = start
        self.end = end
        self.zone = zone
        self.granularity = granularity
        self.group = group
        self.count = count
    }
}

/// One line of an answer: a value of the group and its clicks.
public struct ClickCount: Sendable, Equatable {
    /// For time: the beginning of the bucket. Empty where the clicks say nothing about the group.
    public var value: String
    public var clicks: Int

    public init(value: String, clicks: Int) {
        self.value = value
        self.clicks = clicks
    }
}

public enum ClickAnalytics {
    /// Time in its order, every bucket of the window; all else most clicks first, then by value.
    public static func answer(
        _ question: ClickQuestion, on connection: Connection
    ) throws(MariaDBError) -> (total: Int, groups: [ClickCount]) {
        let total = try total(question, on: connection)
        let groups = switch question.group {
        case .time: try overTime(question, on: connection)
        case .bot: try bots(question, on: connection)
        case .link, .domain, .tag: try perLink(question, on: connection)
        case .trigger: named(try perValue(question, total, on: connection))
        default: try perValue(question, total, on: connection)
        }
        return (total, groups)
    }

    /// Clicks of each of some links in the window of a question; a link without any is left out.
    public static func clicks(
        of links: [LinkID], _ question: ClickQuestion, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: Int] {
        var clicks: [LinkID: Int] = [:]
        for chunk in chunks(of: links) {
            for row in try connection.query("""
                SELECT r.link_id, \(sum(question)) FROM click_rollups r
                WHERE r.workspace_id = \(question.workspace) AND r.link_id IN (\(list: Array(chunk))) AND r.dimension = 'total'
                  AND r.period >= \(question.start) AND r.period < \(question.end)
                GROUP BY r.link_id
                """) { clicks[try row.identifier(0)] = try row.integer(1) }
        }
        return clicks
    }

    // MARK: The window and the links of a question

    private static func sum(_ question: ClickQuestion) -> SQL {
        switch question.count {
        case .all: "CAST(SUM(r.clicks) AS SIGNED)"
        case .human: "CAST(SUM(r.humans) AS SIGNED)"
        case .unique: "CAST(SUM(r.uniques) AS SIGNED)"
        }
    }

    /// The rows of a dimension in the window, for the links asked for: one link, some links, or the whole workspace.
    private static func source(_ question: ClickQuestion, _ dimension: ClickRollups.Dimension) -> SQL {
        """
        FROM click_rollups r
        WHERE r.workspace_id = \(question.workspace) AND r.link_id \(links(question))
          AND r.dimension = \(dimension.rawValue) AND r.period >= \(question.start) AND r.period < \(question.end)
        """
    }

    private static func links(_ question: ClickQuestion) -> SQL {
        if let link = question.link, question.domain == nil, question.tag == nil { return "= \(link)" }
        guard isFiltered(question) else { return "= \(ClickRollups.wholeWorkspace)" }
        return "IN (\(linkIDs(question)))"
    }

    private static func isFiltered(_ question: ClickQuestion) -> Bool {
        question.link != nil || question.domain != nil || question.tag != nil
    }

    private static func linkIDs(_ question: ClickQuestion) -> SQL {
        var query: SQL = "SELECT l.id FROM links l WHERE l.workspace_id = \(question.workspace)"
        if let link = question.link { query += " AND l.id = \(link)" }
        if let domain = question.domain { query += " AND l.domain_id = \(domain)" }
        if let tag = question.tag {
            query += """
                 AND EXISTS (SELECT 1 FROM link_tags g
                             WHERE g.workspace_id = l.workspace_id AND g.link_id = l.id AND g.tag = \(tag))
                """
        }
        return query
    }

    private static func total(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.query("SELECT \(sum(question)) \(source(question, .total))").first?.optionalInteger(0) ?? 0
    }

    // MARK: The groups

    private static func overTime(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) -> [ClickCount] {
        var buckets: [Timestamp: Int] = [:]
        for row in try connection.query("SELECT r.period, \(sum(question)) \(source(question, .total)) GROUP BY r.period") {
            let bucket = question.zone.floor(try row.timestamp(0), to: question.granularity)
            buckets[bucket, default: 0] += try row.integer(1)
        }
        var groups: [ClickCount] = []
        var bucket = question.zone.floor(question.start, to: question.granularity)
        while bucket < question.end {
            groups.append(ClickCount(value: bucket.rfc3339, clicks: buckets[bucket] ?? 0))
            bucket = question.zone.next(bucket, question.granularity)
        }
        return groups
    }

    private static func bots(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) -> [ClickCount] {
        guard let row = try connection.query("""
            SELECT CAST(SUM(r.clicks - r.humans) AS SIGNED), \(sum(question)) \(source(question, .total))
            """).first, !row.isNull(0)
        else { return [] }
        let bots = question.count == .all ? try row.integer(0) : 0
        return sorted(["true": bots, "false": try row.integer(1) - bots])
    }

    /// Groups whose values stand in the roll-up itself. What is missing to the total said nothing about the group.
    private static func perValue(
        _ question: ClickQuestion, _ total: Int, on connection: Connection
    ) throws(MariaDBError) -> [ClickCount] {
        let (dimension, part) = place(of: question.group)
        var counts: [String: Int] = [:]
        for row in try connection.query("SELECT r.value, \(sum(question)) \(source(question, dimension)) GROUP BY r.value") {
            let value = String(decoding: try row.bytes(0), as: UTF8.self)
            let parts = value.split(separator: ClickRollups.separator, omittingEmptySubsequences: false)
            counts[part < parts.count ? String(parts[part]) : "", default: 0] += try row.integer(1)
        }
        counts["", default: 0] += total - counts.values.reduce(0, +)
        return sorted(counts)
    }

    /// A click that says nothing of its trigger has the ordinary one.
    private static func named(_ triggers: [ClickCount]) -> [ClickCount] {
        triggers.map { $0.value.isEmpty ? ClickCount(value: ClickTrigger.click.rawValue, clicks: $0.clicks) : $0 }
    }

    /// The dimension that holds a group, and its place in the dimension's value.
    private static func place(of group: ClickQuestion.Group) -> (ClickRollups.Dimension, part: Int) {
        switch group {
        case .country: (.place, 0)
        case .city: (.place, 1)
        case .device: (.agent, 0)
        case .browser: (.agent, 1)
        case .os: (.agent, 2)
        case .utmSource: (.campaign, 0)
        case .utmMedium: (.campaign, 1)
        case .utmCampaign: (.campaign, 2)
        case .trigger: (.trigger, 0)
        default: (.referrer, 0)
        }
    }

    /// Groups that hang on the link: the link itself, its domain, its tags (a click counts for each of them).
    private static func perLink(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) -> [ClickCount] {
        let (value, join): (SQL, SQL) = switch question.group {
        case .domain: ("d.host", """
            LEFT JOIN links l ON l.workspace_id = r.workspace_id AND l.id = r.link LEFT JOIN domains d ON d.id = l.domain_id
            """)
        case .tag: ("g.tag", "LEFT JOIN link_tags g ON g.workspace_id = r.workspace_id AND g.link_id = r.link")
        default: ("r.link", "")
        }
        let (link, dimension): (SQL, ClickRollups.Dimension) =
            isFiltered(question) ? ("r.link_id", .total) : ("UNHEX(r.value)", .link)
        var counts: [String: Int] = [:]
        for row in try connection.query("""
            SELECT \(value), \(sum(question))
            FROM (SELECT r.workspace_id, \(link) AS link, r.clicks, r.humans, r.uniques \(source(question, dimension))) r
            \(join) GROUP BY 1
            """)
        {
            let name = row.isNull(0) ? "" : question.group == .link
                ? (try row.identifier(0) as LinkID).description : try row.string(0)
            counts[name, default: 0] += try row.integer(1)
        }
        return sorted(counts)
    }

    private static func sorted(_ counts: [String: Int]) -> [ClickCount] {
        counts.filter { $0.value != 0 }.map(ClickCount.init)
            .sorted { ($1.clicks, $0.value) < ($0.clicks, $1.value) }
    }
}
