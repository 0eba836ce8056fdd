import Access
import Journal
import Logging
import Metrics
import Model
import Pages
import Store

/// All that answers to visitors are made of: built once per process, shared by all threads. A visitor changes nothing but a
/// link's budget, so nothing here can change anything else.
public final class VisitServices: Sendable {
    package let site: SiteConfiguration
    package let journal: JournalWriter
    package let pages: Publisher
    package let logger: Logger
    package let metrics: VisitMetrics
    package let limiter: RateLimiter
    package let changes: Changes
    package let visitors: VisitorLookups
    package let links: LinkCache
    package let domains: DomainDirectory
    package let salts: SaltCache
    package let passwords: PasswordGate
    package let drawings: QRDrawings
    let brands: BrandDirectory

    /// - Parameters: passwords and terms are for tests, which let scrypt fail and a minute be short.
    package init(
        site: SiteConfiguration, store: Store, journal: JournalWriter, pages: Publisher, logger: Logger, memory: HostMemory,
        limiter: RateLimiter, gates: GateSizes, passwords: PasswordGate?, terms: CacheTerms
    ) {
        self.site = site
        self.journal = journal
        self.pages = pages
        self.logger = logger
        self.limiter = limiter
        metrics = VisitMetrics(memory)
        changes = Changes(memory)
        visitors = VisitorLookups(store: store)
        domains = DomainDirectory(visitors, changes, terms: terms, sharedHost: site.linkHost)
        links = LinkCache(
            visitors, changes, domains: domains, terms: terms, capacity: site.cachedLinks, logger: logger, metrics: metrics)
        salts = SaltCache(visitors)
        brands = BrandDirectory(visitors, changes)
        self.passwords = passwords ?? PasswordGate(gates.passwords)
        drawings = QRDrawings(gates.drawings)
    }

    /// A host of the installation, or of a workspace of it.
    package func isOwn(_ host: String) throws -> Bool {
        try host == site.apiHost || host == site.linkHost || domains.find(host) != nil
    }
}
