import Metrics
import Model
import Pages
import Redis
import Store

/// What all use cases have at hand.
public struct Office: Sendable {
    package let site: SiteConfiguration
    package let store: Store
    let commits: Commits
    package let effects: Effects
    package let quotas: QuotaCounts
    /// Seals what mails say; nil where none are sent.
    let mailKey: String?

    /// - Parameters:
    ///   - memory: by which the processes of this host hear of changes at once; without it they hear by Redis.
    ///   - pages: keeps the files of this host; nil leaves them to the workers, who hear of each change.
    ///   - secretKey: the installation's; without it no mail waits.
    public init(
        site: SiteConfiguration, store: Store, redis: RedisPool, memory: HostMemory = HostMemory(path: nil), pages: Publisher? = nil,
        secretKey: String? = nil
    ) {
        self.site = site
        self.store = store
        commits = Commits(store)
        effects = Effects(memory: memory, redis: redis, pages: pages)
        quotas = QuotaCounts(store: store)
        mailKey = site.sendsMail ? secretKey : nil
    }
}
