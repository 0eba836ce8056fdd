import Bootstrap
import DNS
import Work

extension Installation {
    var administration: Administration {
        Administration(store: store, redis: redis, memory: memory, person: Account.person)
    }

    /// Asks about the DNS records of domains.
    var resolver: Resolver { Resolver(servers: configuration.dnsServers) }
}
