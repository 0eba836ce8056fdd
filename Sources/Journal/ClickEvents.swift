import HTTP
import MariaDB
import Model
import Store
import Webhooks

/// Writes `click.recorded` for the workspaces that want it, in the transaction that stores the clicks.
struct ClickEvents {
    private var rooms: [WorkspaceID: Int] = [:]
    private var loadedAt = Timestamp(milliseconds: 0)

    /// For so long a new subscription may be unknown.
    private static let refreshMilliseconds: Int64 = 2000

    /// Events of one workspace in one batch at the most: a viral link is told of, not followed click by click.
    private static let batchLimit = 1000

    /// Learns who is told of clicks. Called outside the transaction.
    mutating func refresh(_ store: Store) throws {
        let now = Timestamp.now()
        guard now.milliseconds - loadedAt.milliseconds > Self.refreshMilliseconds else { return }
        rooms = try store.read { try ClickSubscriptions.rooms(on: $0) }
        loadedAt = now
    }

    /// Writes the events; what is beyond the backlog is counted as dropped.
    func write(_ clicks: [Click], on connection: Connection) throws(MariaDBError) {
        guard !rooms.isEmpty else { return }
        for (workspace, clicks) in Dictionary(grouping: clicks, by: \.workspace) {
            guard let room = rooms[workspace] else { continue }
            let told = clicks.prefix(max(0, min(room, Self.batchLimit)))
            if told.count < clicks.count {
                try ClickSubscriptions.noteDropped(clicks.count - told.count, in: workspace, on: connection)
            }
            let links = try ClickSubscriptions.links(Array(Set(told.map(\.link))), in: workspace, on: connection)
            try Events.insert(told.map { event($0, links[$0.link]) }, on: connection)
        }
    }

    private func event(_ click: Click, _ link: (host: String, slug: String, tags: [String])?) -> Event {
        let data: JSON = [
            "link_id": .string(click.link.description), "domain": JSON(link?.host), "slug": JSON(link?.slug),
            "tags": JSON(link?.tags ?? []), "clicked_at": .string(click.at.rfc3339),
            "country": text(click.country), "city": text(click.city), "device": .string(click.agent.device.rawValue),
            "browser": text(click.agent.browser), "os": text(click.agent.os), "referrer": text(click.referrer),
            "utm_source": text(click.utmSource), "utm_medium": text(click.utmMedium), "utm_campaign": text(click.utmCampaign),
            "bot": .bool(click.agent.isBot), "first_visit": .bool(click.isFirstVisit),
            "trigger": .string(click.trigger.rawValue),
        ]
        return .about(.clickRecorded, in: click.workspace, at: click.at, data: data)
    }

    private func text(_ text: String) -> JSON { JSON(text.isEmpty ? nil : text) }
}
