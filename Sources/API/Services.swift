import DNS
import Glibc
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
    /// Links of usual length that each worker keeps in memory.
    public var cachedLinks: Int
    var cacheTerms = CacheTerms()
    /// Origins of web pages that may call the API from a browser.
    public var corsOrigins: Set<String> = []
    /// Threads of each worker.
    public var threads = 256
    /// The folder in which nginx finds certificates, HOST.crt: such a host can be asked over TLS. Nil where nobody knows.
    public var certificates: String?
    /// Characters of a random slug.
    public var slugLength = 7
    /// Visits that say `DNT: 1` or `Sec-GPC: 1` are led on and not recorded.
    public var honorsDoNotTrack = false

    public init(apiHost: String, linkHost: String, linkPort: Int = 443, workers: Int = 2, cachedLinks: Int = 200_000) {
        self.apiHost = apiHost
        self.linkHost = linkHost
        self.linkPort = linkPort
        self.workers = workers
        self.cachedLinks = cachedLinks
    }

    func hasCertificate(_ host: String) -> Bool {
        // The host is a client's word: no other folder.
        guard let certificates, !host.contains("/"), !host.contains("..") else { return false }
        return access("\(certificates)/\(host).crt", F_OK) == 0
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
            resolver: resolver, memory: memory, svg: svg, passwords: nil)
    }

    /// - Parameter passwords: for tests, which let scrypt fail.
    init(
        site: SiteConfiguration, store: Store, redis: RedisPool, journal: JournalWriter, webhooks: WebhookPolicy,
        pages: Publisher, logger: Logger, resolver: Resolver, memory: HostMemory, svg: SVG.Place, passwords: PasswordGate?
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
        revocation = Revocation(limiter: limiter)
        self.memory = memory
        changes = Changes(memory)
        visitors = VisitorLookups(store: store)
        domains = DomainDirectory(visitors, changes, terms: site.cacheTerms, sharedHost: site.linkHost)
        links = LinkCache(
            visitors, changes, domains: domains, terms: site.cacheTerms, capacity: site.cachedLinks, logger: logger,
            metrics: metrics)
        self.resolver = resolver
        salts = SaltCache(visitors)
        brands = BrandDirectory(visitors)
        self.svg = svg
        quotas = QuotaCounts(store: store)
    }

    /// Links that this process keeps in memory.
    public var cachedLinks: Int { links.count }

    /// Tells the webhooks' sender that there are events. Without Redis it finds them by itself, a second later at the most.
    func wakeSender() { SenderCalls.publish(.events, through: redis) }
}
