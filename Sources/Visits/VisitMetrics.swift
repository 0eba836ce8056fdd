import Metrics

/// What comes of visits. On a redirect's way that is two atomic additions.
package struct VisitMetrics: Sendable {
    package enum Redirect: Int, CounterCase {
        /// To the link's destination.
        case led
        case notFound, expired, loop
        /// The form was shown, or the password was wrong.
        case password
        case tooManyTries, wrongMethod
        /// A prefetch or a crawler came to a link with max_clicks, and was not led on.
        case spared
        /// The password was not looked at, because too many were.
        case busy
        /// The link could not be looked up.
        case unavailable
    }

    package enum Lookup: Int, CounterCase {
        case hit, miss
        /// MariaDB is away, and the link was known within the hour.
        case stale
        case unavailable
    }

    package let redirects: CounterSet<Redirect>
    package let lookups: CounterSet<Lookup>

    package init(_ memory: HostMemory) {
        redirects = CounterSet("mask_redirects", by: "outcome", "Visits of short links by what came of them.", in: memory)
        lookups = CounterSet("mask_link_cache_lookups", by: "result", "Looks into the workers' caches of links.", in: memory)
    }

    package var families: [MetricFamily] { [redirects.family, lookups.family] }
}
