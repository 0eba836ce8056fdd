import API
import Bootstrap
import DNS

extension Installation {
    var administration: Administration {
        Administration(store: store, redis: redis, memory: memory, person: Account.person)
    }

    /// Asks about the DNS records of domains.
    var resolver: Resolver { Resolver(servers: configuration.dnsServers) }
}
