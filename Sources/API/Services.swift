import DNS
import HTTP
import Images
import Journal
import Logging
import Metrics
import Model
import Pages
import Redis
import Store

/// What the installation is called and where its visitors come in.
public struct SiteConfiguration: Sendable {
    /// The host that serves `/v1`.
    public var apiHost: String
    /// The host whose short links all workspaces share; it serves `/api/v1` too.
    public var linkHost: String
    /// The port that visitors use; left out of short URLs when it is 443.
    public var linkPort: Int
    /// Workers of this installation together; bounds what they let in while Redis is away.
    public var workers: Int
    /// Links that each worker keeps in memory.
    public var cachedLinks: Int
    /// Characters of a random slug.
    public var slugLength = 7

    public init(apiHost: String, linkHost: String, linkPort: Int = 443, workers: Int = 2, cachedLinks: Int = 200_000) {
        self.apiHost = apiHost
        self.linkHost = linkHost
        self.linkPort = linkPort
        self.workers = workers
        self.cachedLinks = cachedLinks
    }

    /// The address of a link or a page.
    public func shortURL(host: String, slug: String) -> String {
        origin(ofHost: host) + "/" + PercentEncoding.encode(slug)
    }

    func origin(ofHost host: String) -> String { "https://\(host)" + (linkPort == 443 ? "" : ":\(linkPort)") }

    var apiURL: String { origin(ofHost: apiHost) + "/v1" }

    /// Where the codes of problems are explained; nginx/mask.conf says the same of its own.
    var documentation: String { apiURL + "/errors" }
}

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
    let revocation: Revocation
    let links: LinkCache
    let domains: DomainDirectory
    let salts: SaltCache
    let brands: BrandDirectory
    let passwords = PasswordGate()
    /// Who draws logos that come as SVG.
    let svg: SVG.Place
    /// Through which pictures from outside go.
    let pictures = Gate(places: 2)
    /// Asks about the DNS records of domains.
    let resolver: Resolver
    /// Through which questions to name servers go, which may take seconds.
    let lookups = Gate(places: 16)

    public init(
        site: SiteConfiguration, store: Store, redis: RedisPool, journal: JournalWriter, webhooks: WebhookPolicy,
        pages: Publisher, logger: Logger, resolver: Resolver = Resolver(), memory: HostMemory = HostMemory(path: nil),
        svg: SVG.Place = .child
    ) {
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
        revocation = Revocation(limiter: limiter)
        links = LinkCache(store: store, capacity: site.cachedLinks, logger: logger, metrics: metrics)
        domains = DomainDirectory(store: store) { [links] in links.subscription }
        self.resolver = resolver
        salts = SaltCache(store: store)
        brands = BrandDirectory(store: store)
        self.svg = svg
    }

    /// Links that this process keeps in memory.
    public var cachedLinks: Int { links.count }

    /// Tells the webhooks' sender that there are events. Without Redis it finds them by itself, a second later at the most.
    func wakeSender() { SenderCalls.publish(.events, through: redis) }
}
