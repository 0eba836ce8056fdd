import API
import DNS
import Glibc
import Logging
import MariaDB
import Metrics
import Pages
import Redis
import Store
import Systemd
import Webhooks

/// What the programs open before they begin.
public struct Installation: Sendable {
    public let configuration: Configuration
    /// What the processes of this host count together.
    public let memory: HostMemory
    public let store: Store
    public let redis: RedisPool
    public let logger: Logger

    /// Connections to Redis per process; each is held for one round trip.
    private static let redisConnections = 32

    /// - Parameter statementSeconds: after which MariaDB ends a statement; nil for what may take long.
    public init(_ configuration: Configuration, label: String, statementSeconds: Int? = nil) {
        self.configuration = configuration
        memory = HostMemory(path: configuration.metrics)
        store = Store(
            configuration.database, connections: configuration.databaseConnections,
            reserved: Configuration.reservedConnections, statementSeconds: statementSeconds, metrics: StoreMetrics(memory))
        redis = configuration.redis.makePool(capacity: Self.redisConnections)
        var logger = Logger(label: label) { label in
            if JournalLogHandler.isAvailable { JournalLogHandler(identifier: label) }
            else { StreamLogHandler.standardError(label: label) }
        }
        logger.logLevel = configuration.logLevel
        self.logger = logger
    }

    public var administration: Administration {
        Administration(store: store, redis: redis, memory: memory, person: Account.person)
    }

    /// Where webhooks may go.
    public var addressPolicy: AddressPolicy {
        AddressPolicy(opened: configuration.openedAddresses, ports: configuration.webhookPorts)
    }

    public var webhookPolicy: WebhookPolicy {
        WebhookPolicy(allowsHTTP: configuration.webhookHTTP, addresses: addressPolicy, key: configuration.secretKey)
    }

    /// Asks about the DNS records of domains.
    public var resolver: Resolver { Resolver(servers: configuration.dnsServers) }

    /// Renders bio pages and keeps their files.
    public var publisher: Publisher {
        let site = configuration.site
        return Publisher(
            store: store, directory: configuration.pages, themes: configuration.themes, logger: logger,
            address: { site.shortURL(host: $0, slug: $1) })
    }

    /// The migration files.
    public func migrator() throws -> Migrator {
        let folder = configuration.migrations
        let names = try Folder.names(folder, suffix: ".sql", for: "MASK_MIGRATIONS")
        return Migrator(try names.map { name in
            guard let sql = readFile(folder + "/" + name) else {
                throw Environment.Failure(description: "MASK_MIGRATIONS: \(folder)/\(name) cannot be read")
            }
            return .init(name: String(name.dropLast(4)), sql: sql)
        })
    }

    /// What the roles of the workers' and the sender's account may do: the file beside the migrations' folder.
    public func roles() throws -> String {
        let path = configuration.migrations + "/../roles.sql"
        guard let sql = readFile(path) else {
            throw Environment.Failure(description: "MASK_MIGRATIONS: \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        return sql
    }

    /// Refuses a schema that is older than this program, and makes sure of the row that every installation has.
    /// - Returns: why MariaDB cannot be asked yet; nil when all is well.
    public func prepareDatabase() throws -> (any Error)? {
        do {
            try store.read { try Migrator.requireSchema(Schema.newestMigration, on: $0) }
            try store.write { try Domains.ensureShared(host: configuration.site.linkHost, on: $0) }
            return nil
        } catch let error as MariaDBError where error.code == .databaseDenied || error.code == .tableDenied {
            throw Environment.Failure(description: """
                \(error). Rights are given to the accounts of grants.sql with the schema. Run: maskctl migrate
                """)
        } catch where error.isDatabaseUnavailable {
            return error
        }
    }
}

enum Folder {
    /// The names in a folder that end in a suffix, sorted.
    static func names(_ path: String, suffix: String, for variable: String) throws(Environment.Failure) -> [String] {
        guard let stream = opendir(path) else {
            throw Environment.Failure(description: "\(variable): \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(suffix) { names.append(name) }
        }
        return names.sorted()
    }
}
