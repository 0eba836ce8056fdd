import LinkStore
import MariaDB
import Model
import Signals
import Store

/// Which hosts are ours, and what their visitors get: kept in memory and exact, see ``ExactCache``.
package final class DomainDirectory: Sendable {
    private final class Known: Sendable {
        let domain: Domain
        init(_ domain: Domain) { self.domain = domain }

        /// With its place in memory.
        var bytes: Int {
            let texts = [domain.settings.rootURL, domain.settings.notFoundURL, domain.settings.expiredURL, domain.check.error]
            return 700 + domain.host.utf8.count + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
        }
    }

    private let cache: ExactCache<Known>
    private let sharedHost: String

    /// Some ten thousand domains.
    private static let bytes = 16 << 20

    /// - Parameter sharedHost: the installation's own, which may be a single word or an address.
    package init(_ lookups: VisitorLookups, _ changes: Changes, terms: CacheTerms, sharedHost: String) {
        var terms = terms
        terms.trustsUnknownUnheard = true  // that a host is nobody's may be remembered for a moment whoever is heard
        self.sharedHost = sharedHost
        cache = ExactCache(lookups, changes, terms: terms, bytes: Self.bytes) { $0.bytes }
    }

    /// The domain that has this host. A host that was found without a domain is asked for again when `isNewExpected`.
    /// While MariaDB is away a domain that was known within the hour is still given.
    package func find(_ host: String, isNewExpected: Bool = false) throws -> Domain? {
        let place = Place.bare(host)
        switch cache.find(place) {
        case .trusted(nil) where isNewExpected, .due(nil) where isNewExpected:
            return try load(place, nil)
        case .trusted(let known):
            return known?.domain
        case .due(let known):
            cache.refresh(place, Self.question(place))
            return known?.domain
        case .untrusted(let entry):
            return try load(place, entry)
        }
    }

    private func load(_ place: Place, _ entry: ExactCache<Known>.Entry?) throws -> Domain? {
        // What no host can be called is nobody's: it is not asked for, and not remembered.
        guard entry != nil || place.host == sharedHost || HostName.isOne(place.host) else { return nil }
        switch try cache.load(place, entry, Self.question(place)) {
        case .fresh(let known): return known?.domain
        case .stale(let known): return known.domain
        }
    }

    private static func question(_ place: Place) -> ExactCache<Known>.Question {
        { connection in try Domains.find(host: place.host, on: connection).map(Known.init) }
    }

    package var count: Int { cache.count }
}
