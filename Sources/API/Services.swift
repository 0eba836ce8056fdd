import Access
import AnalyticsStore
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
    /// What the API answers.
    package let routes: Routes
    public let site: SiteConfiguration
    public let store: Store
    /// Where analytics are read.
    package let analytics: AnalyticsSource
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
    package let sessions: SessionAuthenticator
    package let accountPasswords: AccountPasswords
    package let signInLimits: SignInLimits
    /// What use cases work with.
    package let office: Office
    /// Links for those who read them.
    package let links: KnownLinks
    /// Who draws logos that come as SVG.
    package let svg: SVG.Place
    package let pictures: Gate<WorkspaceID>
    /// Asks about the DNS records of domains.
    package let resolver: Resolver
    package let lookups: Gate<WorkspaceID>
    /// What routes that are marked as reports go through.
    package let reports: Gate<WorkspaceID>
    /// What is sent while it is made has a place here until it is sent.
    package let exports: Gate<WorkspaceID>
    /// What routes that change access go through while each of them has to wait.
    package let accessChanges: Gate<WorkspaceID>

    /// - Parameters:
    ///   - routes: what the API answers.
    ///   - resolver: asks about the DNS records of domains.
    ///   - svg: who draws logos that come as SVG.
    package init(
        _ around: Surroundings, routes: Routes, webhooks: WebhookPolicy, resolver: Resolver = Resolver(), svg: SVG.Place = .child
    ) {
        let gates = GateSizes(threads: around.site.threads, connections: around.store.ordinaryConnections)
        (pictures, lookups, reports) = (gates.pictures, gates.lookups, gates.reports)
        (exports, accessChanges) = (gates.exports, gates.accessChanges)
        (site, store, redis) = (around.site, around.store, around.redis)
        analytics = AnalyticsSource(store, replica: around.replica)
        (journal, pages, logger) = (around.journal, around.pages, around.logger)
        self.routes = routes
        self.webhooks = webhooks
        self.resolver = resolver
        self.svg = svg
        metrics = RequestMetrics((routes.all + routes.ofPeople).map { ($0.name, $0.method, $0.path) }, around.memory)
        limits = AccessMetrics(around.memory)
        limiter = RateLimiter(redis: redis, workers: site.workers, metrics: limits)
        authenticator = Authenticator(store: store, limiter: limiter)
        sessions = SessionAuthenticator(store: store, limiter: limiter)
        accountPasswords = AccountPasswords(gates.accounts)
        signInLimits = SignInLimits(limiter)
        office = Office(site: site, store: store, redis: redis, memory: around.memory, pages: pages, secretKey: webhooks.key)
        visits = VisitServices(around, limiter: limiter, gates: gates)
        links = KnownLinks(store, visits.changes, site)
    }

    package var domains: DomainDirectory { visits.domains }

    /// Encrypts what is sealed in the database; never in it itself.
    package var secretKey: String { webhooks.key }

    /// Links that this process keeps in memory.
    public var cachedLinks: Int { visits.links.count }
}
