import Model
import Redis
import Support

@testable import Work

extension Office {
    /// Over the test's database and Redis.
    init(_ database: TestDatabase) throws {
        self.init(
            site: SiteConfiguration(apiHost: "api.mask.test", linkHost: "mask.test"), store: database.store,
            redis: try TestServers.redis().makePool(capacity: 4))
    }
}
