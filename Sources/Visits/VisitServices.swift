import Access
import Journal
import Logging
import Metrics
import Model
import Pages
import Signals
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

    package init(_ around: Surroundings, limiter: RateLimiter, gates: GateSizes) {
        (site, journal, pages, logger) = (around.site, around.journal, around.pages, around.logger)
        self.limiter = limiter
        metrics = VisitMetrics(around.memory)
        changes = Changes(around.memory)
        visitors = VisitorLookups(store: around.store)
        domains = DomainDirectory(visitors, changes, terms: around.terms, sharedHost: site.linkHost)
        links = LinkCache(visitors, changes, domains: domains, around, metrics)
        salts = SaltCache(visitors)
        brands = BrandDirectory(visitors, changes)
        passwords = around.passwords ?? PasswordGate(gates.passwords)
        drawings = QRDrawings(gates.drawings)
    }

    /// A host of the installation, or of a workspace of it.
    package func isOwn(_ host: String) throws -> Bool {
        try host == site.apiHost || host == site.linkHost || domains.find(host) != nil
    }
}
