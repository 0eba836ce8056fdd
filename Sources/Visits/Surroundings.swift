import Journal
import Logging
import Metrics
import Model
import Pages
import Redis
import Store

/// What a worker has opened, and all that it answers with works on.
public struct Surroundings: Sendable {
    public var site: SiteConfiguration
    public var store: Store
    public var redis: RedisPool
    public var journal: JournalWriter
    public var pages: Publisher
    public var logger: Logger
    /// What the processes of this host count together.
    public var memory: HostMemory
    /// A replica for analytics.
    public var replica: Store?
    /// For tests, which let a minute be short.
    package var terms = CacheTerms()
    /// For tests, which let scrypt fail.
    package var passwords: PasswordGate?

    public init(
        site: SiteConfiguration, store: Store, redis: RedisPool, journal: JournalWriter, pages: Publisher, logger: Logger,
        memory: HostMemory = HostMemory(path: nil)
    ) {
        self.site = site
        self.store = store
        self.redis = redis
        self.journal = journal
        self.pages = pages
        self.logger = logger
        self.memory = memory
    }
}
