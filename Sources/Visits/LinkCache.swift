import LinkStore
import Logging
import MariaDB
import Model
import Signals
import Store

/// A link as the redirect needs it, made once and then shared by all threads. Small: there may be a hundred thousand.
package final class CachedLink: Sendable {
    package let id: LinkID
    package let workspace: WorkspaceID
    package let isLoop: Bool
    /// Destination with the link's own campaign: what most visitors get.
    package let location: String
    private let url: String
    /// Whatever goes beyond a destination; most links have nothing.
    private let special: Special?

    private final class Special: Sendable {
        let settings: LinkSettings
        init(_ settings: LinkSettings) { self.settings = settings }
    }

    package var settings: LinkSettings { special?.settings ?? LinkSettings(url: url) }

    package init(_ target: RedirectTarget) {
        (id, workspace, isLoop, url) = (target.id, target.workspace, target.isLoop, target.settings.url)
        let location = (try? Destination(validating: url))?
            .location(utm: target.settings.utm.parameters, visitorQuery: "") ?? ""
        self.location = location == url ? url : location  // one text in memory where they are the same
        var settings = target.settings
        (settings.title, settings.externalID) = (nil, nil)  // no visitor sees them
        special = settings == LinkSettings(url: url) ? nil : Special(settings)
    }

    /// What it takes in memory, with its place in the cache: some 230 bytes and its texts.
    package var bytes: Int {
        let texts = url.utf8.count + (location == url ? 0 : location.utf8.count)
        guard let settings = special?.settings else { return 230 + texts }
        let others = [settings.expiredURL, settings.passwordHash] + settings.utm.parameters.map(\.value)
        return 630 + texts + others.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
    }
}

/// Links by host and slug, kept in memory and exact: see ``ExactCache``.
package final class LinkCache: Sendable {
    package enum Answer {
        case link(CachedLink)
        case unknown
        case unavailable
    }

    private let logger: Logger
    private let metrics: VisitMetrics
    private let domains: DomainDirectory
    private let cache: ExactCache<CachedLink>

    /// Links are kept up to the site's number of them, as long as they are of usual length; longer ones count for several.
    init(
        _ lookups: VisitorLookups, _ changes: Changes, domains: DomainDirectory, _ around: Surroundings, _ metrics: VisitMetrics
    ) {
        (self.domains, logger, self.metrics) = (domains, around.logger, metrics)
        cache = ExactCache(lookups, changes, terms: around.terms, bytes: around.site.cachedLinks * around.terms.leastBytes) { $0.bytes }
    }

    package func find(host: String, slug: String) -> Answer {
        let place = Place(host: host, slug: slug)
        switch cache.find(place) {
        case .trusted(let link):
            metrics.lookups.add(.hit)
            return link.map(Answer.link) ?? .unknown
        case .due(let link):
            metrics.lookups.add(.hit)
            cache.refresh(place, Self.question(place))
            return link.map(Answer.link) ?? .unknown
        case .untrusted(let entry):
            return load(place, entry)
        }
    }

    private func load(_ place: Place, _ entry: ExactCache<CachedLink>.Entry?) -> Answer {
        do {
            // What no link can have is not looked for, and nothing is remembered of hosts that are nobody's.
            if entry == nil { guard Slug.canBeUsed(place.slug), try domains.find(place.host) != nil else { return .unknown } }
            let (link, result): (CachedLink?, VisitMetrics.Lookup)
            switch try cache.load(place, entry, Self.question(place)) {
            case .fresh(let found): (link, result) = (found, .miss)
            case .stale(let known): (link, result) = (known, .stale)
            }
            metrics.lookups.add(result)
            return link.map(Answer.link) ?? .unknown
        } catch {
            if !error.isDatabaseUnavailable { logger.error("a link cannot be loaded: \(error)") }
            let known = cache.known(entry)
            metrics.lookups.add(known == nil ? .unavailable : .stale)
            return known.map(Answer.link) ?? .unavailable
        }
    }

    private static func question(_ place: Place) -> ExactCache<CachedLink>.Question {
        { connection in try Links.target(host: place.host, slug: place.slug, on: connection).map(CachedLink.init) }
    }

    package var count: Int { cache.count }

    /// As counted against the capacity.
    package var bytes: Int { cache.bytes }
}
