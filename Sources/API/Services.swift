import DNS
import Images
import Journal
import Logging
import Metrics
import Model
import Pages
import Redis
import Store
import Text
import Webhooks
import Work

/// All that handlers work with: built once per process, shared by all threads.
public final class Services: Sendable {
    public let site: SiteConfiguration
    public let store: Store
    public let redis: RedisPool
    public let journal: JournalWriter
    public let webhooks: WebhookPolicy
    public let pages: Publisher
    public let logger: Logger
    let metrics: ApplicationMetrics
    let limiter: RateLimiter
    let authenticator: Authenticator
    /// Carries out what follows a change.
    let effects: Effects
    let memory: HostMemory
    let changes: Changes
    let visitors: VisitorLookups
    let links: LinkCache
    let domains: DomainDirectory
    let salts: SaltCache
    let quotas: QuotaCounts
    let brands: BrandDirectory
    let passwords: PasswordGate
    /// Who draws logos that come as SVG.
    let svg: SVG.Place
    let pictures: Gate<WorkspaceID>
    /// Asks about the DNS records of domains.
    let resolver: Resolver
    let lookups: Gate<WorkspaceID>
    /// What routes that are marked as reports go through.
    let reports: Gate<WorkspaceID>
    let drawings: QRDrawings

    public convenience init(
        site: SiteConfiguration, store: Store, redis: RedisPool, journal: JournalWriter, webhooks: WebhookPolicy,
        pages: Publisher, logger: Logger, resolver: Resolver = Resolver(), memory: HostMemory = HostMemory(path: nil),
        svg: SVG.Place = .child
    ) {
        self.init(
            site: site, store: store, redis: redis, journal: journal, webhooks: webhooks, pages: pages, logger: logger,
            resolver: resolver, memory: memory, svg: svg, passwords: nil, terms: CacheTerms())
    }

    /// - Parameters: passwords and terms are for tests, which let scrypt fail and a minute be short.
    init(
        site: SiteConfiguration, store: Store, redis: RedisPool, journal: JournalWriter, webhooks: WebhookPolicy,
        pages: Publisher, logger: Logger, resolver: Resolver, memory: HostMemory, svg: SVG.Place, passwords: PasswordGate?,
        terms: CacheTerms
    ) {
        let gates = GateSizes(threads: site.threads, connections: store.ordinaryConnections)
        self.passwords = passwords ?? PasswordGate(gates.passwords)
        (pictures, lookups, reports) = (gates.pictures, gates.lookups, gates.reports)
        drawings = QRDrawings(gates.drawings)
        self.site = site
        self.store = store
        self.redis = redis
        self.journal = journal
        self.webhooks = webhooks
        self.pages = pages
        self.logger = logger
        metrics = ApplicationMetrics(memory)
        limiter = RateLimiter(redis: redis, workers: site.workers, metrics: metrics)
        authenticator = Authenticator(store: store, limiter: limiter)
        effects = Effects(memory: memory, redis: redis, pages: pages)
        self.memory = memory
        changes = Changes(memory)
        visitors = VisitorLookups(store: store)
        domains = DomainDirectory(visitors, changes, terms: terms, sharedHost: site.linkHost)
        links = LinkCache(
            visitors, changes, domains: domains, terms: terms, capacity: site.cachedLinks, logger: logger,
            metrics: metrics)
        self.resolver = resolver
        salts = SaltCache(visitors)
        brands = BrandDirectory(visitors, changes)
        self.svg = svg
        quotas = QuotaCounts(store: store)
    }

    /// Links that this process keeps in memory.
    public var cachedLinks: Int { links.count }
}
