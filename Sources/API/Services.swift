import Access
import DNS
import Images
import Journal
import Logging
import Metrics
import Model
import Pages
import Redis
import Store
import Threads
import Visits
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
    /// What visitors get. Some of it the API needs, too.
    package let visits: VisitServices
    package let metrics: RequestMetrics
    package let limits: AccessMetrics
    package let limiter: RateLimiter
    package let authenticator: Authenticator
    /// Carries out what follows a change.
    let effects: Effects
    let quotas: QuotaCounts
    /// Who draws logos that come as SVG.
    let svg: SVG.Place
    let pictures: Gate<WorkspaceID>
    /// Asks about the DNS records of domains.
    let resolver: Resolver
    let lookups: Gate<WorkspaceID>
    /// What routes that are marked as reports go through.
    let reports: Gate<WorkspaceID>
    /// What is sent while it is made has a place here until it is sent.
    let exports: Gate<WorkspaceID>
    /// What routes that change access go through while each of them has to wait.
    let accessChanges: Gate<WorkspaceID>

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
        (pictures, lookups, reports) = (gates.pictures, gates.lookups, gates.reports)
        (exports, accessChanges) = (gates.exports, gates.accessChanges)
        self.site = site
        self.store = store
        self.redis = redis
        self.journal = journal
        self.webhooks = webhooks
        self.pages = pages
        self.logger = logger
        self.resolver = resolver
        self.svg = svg
        metrics = RequestMetrics(memory)
        limits = AccessMetrics(memory)
        limiter = RateLimiter(redis: redis, workers: site.workers, metrics: limits)
        authenticator = Authenticator(store: store, limiter: limiter)
        effects = Effects(memory: memory, redis: redis, pages: pages)
        quotas = QuotaCounts(store: store)
        visits = VisitServices(
            site: site, store: store, journal: journal, pages: pages, logger: logger, memory: memory, limiter: limiter,
            gates: gates, passwords: passwords, terms: terms)
    }

    var domains: DomainDirectory { visits.domains }

    /// Links that this process keeps in memory.
    public var cachedLinks: Int { visits.links.count }
}
