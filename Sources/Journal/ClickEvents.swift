import AnalyticsStore
import DeliveryStore
import JSON
import LinkStore
import MariaDB
import Model
import Store

/// Writes `click.recorded` for the endpoints that want it, in the transaction that stores the clicks.
///
/// A click becomes an event when some enabled endpoint wants it and has room. The room of an endpoint is what its backlog
/// leaves (``Outbox/clickBacklog``), and of one batch a fixed number at the most: an endpoint that is told of one quiet link
/// has its own, whatever a viral one does beside it. What is beyond is dropped and counted for each endpoint that wanted
/// it. The newest are dropped, not the oldest: so a dead endpoint costs nothing per click, and what waits is never moved.
/// Analytics have every click.
struct ClickEvents {
    private var subscriptions: [WorkspaceID: [ClickSubscription]] = [:]
    private var loadedAt = Timestamp(milliseconds: 0)

    /// For so long a new subscription may be unknown.
    private static let refreshMilliseconds: Int64 = 2000

    /// Events of one batch for one endpoint at the most: a viral link is told of, not followed click by click.
    static let batchLimit = 1000

    /// Learns who is told of clicks. Called outside the transaction.
    mutating func refresh(_ store: Store) throws {
        let now = Timestamp.now()
        guard now.milliseconds - loadedAt.milliseconds > Self.refreshMilliseconds else { return }
        subscriptions = try store.read { try ClickSubscriptions.read(on: $0) }
        loadedAt = now
    }

    /// What came of a batch, for ``note(_:)`` once it is committed.
    struct Written: Sendable {
        /// Events of each workspace.
        var told: [WorkspaceID: Int] = [:]
        /// Clicks beyond the room of an endpoint, over all endpoints.
        var dropped = 0
    }

    /// Whether anybody is told of clicks.
    var areWanted: Bool { !subscriptions.isEmpty }

    /// Writes the events of a batch.
    func write(_ clicks: [Click], on connection: Connection) throws(MariaDBError) -> Written {
        var written = Written()
        // In the order of the ids, as senders take the same rows.
        let groups = Dictionary(grouping: clicks, by: \.workspace).sorted { $0.key < $1.key }
        for (workspace, clicks) in groups {
            guard let subscriptions = subscriptions[workspace] else { continue }
            let (told, dropped) = try write(clicks, subscriptions, workspace, on: connection)
            written.told[workspace] = told
            written.dropped += dropped
        }
        return written
    }

    /// Counts what has been written against the room of those that are told.
    mutating func note(_ written: Written) {
        for (workspace, count) in written.told {
            subscriptions[workspace] = subscriptions[workspace]?.map { $0.with(taken: count) }
        }
    }

    private func write(
        _ clicks: [Click], _ subscriptions: [ClickSubscription], _ workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> (told: Int, dropped: Int) {
        let areFiltered = subscriptions.contains { $0.filter.host != nil || $0.filter.tag != nil }
        var places: [LinkID: Links.TaggedPlace] = [:]
        if areFiltered { places = try Links.places(of: Set(clicks.map(\.link)), in: workspace, on: connection) }
        let choice = Choice(of: clicks, for: subscriptions, places)
        if !areFiltered {
            places = try Links.places(of: Set(choice.told.map(\.link)), in: workspace, on: connection)
        }
        try Events.insert(choice.told.map { event($0, places[$0.link]) }, on: connection)
        for (subscription, count) in zip(subscriptions, choice.dropped) where count > 0 {
            try ClickSubscriptions.noteDropped(count, of: subscription.webhook, in: workspace, on: connection)
        }
        return (choice.told.count, choice.dropped.reduce(0, +))
    }

    /// Which clicks of a workspace become events.
    private struct Choice {
        var told: [Click] = []
        /// How many each subscription wanted, but is not told of.
        var dropped: [Int]

        init(of clicks: [Click], for subscriptions: [ClickSubscription], _ places: [LinkID: Links.TaggedPlace]) {
            var room = subscriptions.map { min($0.room, ClickEvents.batchLimit) }
            var wanting: [LinkID: [Int]] = [:]
            dropped = subscriptions.map { _ in 0 }
            for click in clicks {
                let those = wanting[click.link] ?? subscriptions.indices.filter { index in
                    let place = places[click.link]
                    return subscriptions[index].filter.matches(click.link, host: place?.place.host, tags: place?.tags ?? [])
                }
                wanting[click.link] = those
                if those.contains(where: { room[$0] > 0 }) {
                    told.append(click)
                    for index in those { room[index] -= 1 }
                } else {
                    for index in those { dropped[index] += 1 }
                }
            }
        }
    }

    private func event(_ click: Click, _ place: Links.TaggedPlace?) -> Event {
        let data: JSON = [
            "link_id": .string(click.link.description), "domain": JSON(place?.place.host), "slug": JSON(place?.place.slug),
            "tags": JSON(place?.tags ?? []), "clicked_at": .string(click.at.rfc3339),
            "country": text(click.country), "city": text(click.city), "device": .string(click.agent.device.rawValue),
            "browser": text(click.agent.browser), "os": text(click.agent.os), "referrer": text(click.referrer),
            "utm_source": text(click.utmSource), "utm_medium": text(click.utmMedium),
            "utm_campaign": text(click.utmCampaign), "bot": .bool(click.agent.isBot), "first_visit": .bool(click.isFirstVisit),
            "trigger": .string(click.trigger.rawValue),
        ]
        return .about(.clickRecorded, in: click.workspace, at: click.at, data: data)
    }

    private func text(_ text: String) -> JSON { JSON(text.isEmpty ? nil : text) }
}
