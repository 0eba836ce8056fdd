import Crypto
import MariaDB
import Model
import Store
import Text

/// The tables `click_rollups` and `link_totals`: clicks counted, as analytics read them.
///
/// Decided for now: a row for a link, a quarter of an hour and a value, added to by the loader. A question reads sums and no
/// clicks, and is exact in every zone, as no zone's days begin within a quarter. The rows are larger than the clicks where a link
/// has many different visitors: a compact row for a link and a day, with its facts in it, is to take their place.
public enum ClickRollups {
    public enum Dimension: String, Sendable {
        case total, link, place, agent, referrer, campaign, trigger

        /// The order of the column's ENUM, by which rows are sorted so that two loaders never wait for each other in a circle.
        var rank: Int {
            switch self {
            case .total: 0
            case .link: 1
            case .place: 2
            case .agent: 3
            case .referrer: 4
            case .campaign: 5
            case .trigger: 6
            }
        }
    }

    /// Divides the parts of a value, such as country and city.
    public static let separator: Character = "\u{1F}"

    /// A quarter of an hour: every time zone's days begin on one.
    public static let periodMilliseconds: Int64 = 900_000

    /// The link id under which the whole workspace is counted.
    static let wholeWorkspace = ULID(value: 0)

    struct Key: Hashable {
        var workspace: ULID
        var link: ULID
        var dimension: Dimension
        /// Periods since 1970.
        var period: Int64
        var value: String

        static func isOrdered(_ left: Key, _ right: Key) -> Bool {
            (left.workspace, left.link, left.dimension.rank, left.period, left.value)
                < (right.workspace, right.link, right.dimension.rank, right.period, right.value)
        }
    }

    struct Counts {
        var clicks = 0, humans = 0, uniques = 0

        mutating func add(_ other: Counts) {
            clicks += other.clicks
            humans += other.humans
            uniques += other.uniques
        }
    }

    /// Adds clicks, counted in memory first, to the roll-ups and to the totals of their links.
    /// - Parameter inWholeWorkspace: false for views of pages, which are no clicks of the workspace.
    public static func add(
        _ clicks: [Click], inWholeWorkspace: Bool = true, on connection: Connection
    ) throws(MariaDBError) {
        let tally = ClickTally(clicks, inWholeWorkspace: inWholeWorkspace)
        try addCounts(tally.counts.sorted { Key.isOrdered($0.key, $1.key) }, on: connection)
        try addTotals(tally.totals.sorted { $0.key < $1.key }.map(\.value), on: connection)
    }

    private static func addCounts(_ rows: [(key: Key, value: Counts)], on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: rows) {
            var statement: SQL = """
                INSERT INTO click_rollups (workspace_id, link_id, dimension, period, value, clicks, humans, uniques) VALUES
                """ + " "
            appendRows(chunk, to: &statement) { key, counts in
                """
                (\(key.workspace), \(key.link), \(key.dimension.rawValue),
                 \(Timestamp(milliseconds: key.period * periodMilliseconds)), \(Array(key.value.utf8)),
                 \(counts.clicks), \(counts.humans), \(counts.uniques))
                """
            }
            statement += """
                 ON DUPLICATE KEY UPDATE
                  clicks = clicks + VALUE(clicks), humans = humans + VALUE(humans), uniques = uniques + VALUE(uniques)
                """
            try connection.execute(statement)
        }
    }

    private static func addTotals(_ totals: [ClickTally.Total], on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: totals) {
            var statement: SQL = "INSERT INTO link_totals (workspace_id, link_id, clicks, humans, last_clicked_at) VALUES "
            appendRows(chunk, to: &statement) { "(\($0.workspace), \($0.link), \($0.clicks), \($0.humans), \($0.lastClickedAt))" }
            statement += """
                 ON DUPLICATE KEY UPDATE
                  clicks = clicks + VALUE(clicks), humans = humans + VALUE(humans),
                  last_clicked_at = GREATEST(last_clicked_at, VALUE(last_clicked_at))
                """
            try connection.execute(statement)
        }
    }
}

/// A batch of clicks, counted.
///
/// Clicks that are alike in all that is counted are counted together first, so that a busy link costs one look-up a click.
struct ClickTally {
    struct Total {
        var workspace: WorkspaceID
        var link: LinkID
        var clicks: Int
        var humans: Int
        var lastClickedAt: Timestamp
    }

    private(set) var counts: [ClickRollups.Key: ClickRollups.Counts] = [:]
    private(set) var totals: [LinkID: Total] = [:]

    private struct Likeness: Hashable {
        var workspace: WorkspaceID
        var link: LinkID
        var period: Int64
        var values: Values
        var trigger: ClickTrigger
    }

    private struct Values: Hashable {
        var country, city, device, browser, os, referrer, source, medium, campaign: String
    }

    private let inWholeWorkspace: Bool

    init(_ clicks: [Click], inWholeWorkspace: Bool) {
        self.inWholeWorkspace = inWholeWorkspace
        var alike: [Likeness: ClickRollups.Counts] = [:]
        for click in clicks {
            alike[likeness(click), default: .init()].add(.init(
                clicks: 1, humans: click.agent.isBot ? 0 : 1, uniques: click.isFirstVisit ? 1 : 0))
            totals[click.link, default: Total(
                workspace: click.workspace, link: click.link, clicks: 0, humans: 0, lastClickedAt: click.at)].note(click)
        }
        for (likeness, counts) in alike { add(counts, of: likeness) }
    }

    private func likeness(_ click: Click) -> Likeness {
        Likeness(
            workspace: click.workspace, link: click.link, period: click.at.milliseconds / ClickRollups.periodMilliseconds,
            values: Values(
                country: click.country, city: click.city, device: click.agent.device.rawValue,
                browser: click.agent.browser, os: click.agent.os, referrer: click.referrer, source: click.utmSource,
                medium: click.utmMedium, campaign: click.utmCampaign),
            trigger: click.trigger)
    }

    private mutating func add(_ counts: ClickRollups.Counts, of likeness: Likeness) {
        let values = likeness.values
        let parts: [(ClickRollups.Dimension, [String])] = [
            (.total, []), (.place, [values.country, values.city]), (.agent, [values.device, values.browser, values.os]),
            (.referrer, [values.referrer]), (.campaign, [values.source, values.medium, values.campaign]),
            (.trigger, [likeness.trigger == .click ? "" : likeness.trigger.rawValue]),
        ]
        for (dimension, parts) in parts where dimension == .total || parts.contains(where: { !$0.isEmpty }) {
            let value = parts.joined(separator: String(ClickRollups.separator))
            for link in inWholeWorkspace ? [likeness.link.ulid, ClickRollups.wholeWorkspace] : [likeness.link.ulid] {
                self.counts[key(likeness, link, dimension, value), default: .init()].add(counts)
            }
        }
        guard inWholeWorkspace else { return }
        let link = key(likeness, ClickRollups.wholeWorkspace, .link, hexadecimal(likeness.link.ulid.bytes))
        self.counts[link, default: .init()].add(counts)
    }

    private func key(
        _ likeness: Likeness, _ link: ULID, _ dimension: ClickRollups.Dimension, _ value: String
    ) -> ClickRollups.Key {
        .init(workspace: likeness.workspace.ulid, link: link, dimension: dimension, period: likeness.period, value: value)
    }
}

extension ClickTally.Total {
    fileprivate mutating func note(_ click: Click) {
        clicks += 1
        humans += click.agent.isBot ? 0 : 1
        lastClickedAt = max(lastClickedAt, click.at)
    }
}
