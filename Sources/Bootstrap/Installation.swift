import Glibc
import LinkStore
import Logging
import MariaDB
import Metrics
import POSIX
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
    /// For analytics.
    public let replica: Store?
    public let redis: RedisPool
    public let logger: Logger

    private static let replicaConnections = 16

    /// Connections to Redis per process; each is held for one round trip.
    private static let redisConnections = 32

    /// - Parameter statementSeconds: after which MariaDB ends a statement; nil for what may take long.
    public init(_ configuration: Configuration, label: String, statementSeconds: Int? = nil) {
        self.configuration = configuration
        memory = HostMemory(path: configuration.metrics)
        store = Store(
            configuration.database, connections: configuration.databaseConnections,
            reserved: Configuration.reservedConnections, statementSeconds: statementSeconds, metrics: StoreMetrics(memory))
        replica = configuration.analyticsDatabase.map {
            Store($0, connections: Self.replicaConnections, statementSeconds: statementSeconds)
        }
        redis = configuration.redis.makePool(capacity: Self.redisConnections)
        var logger = Logger(label: label) { label in
            if JournalLogHandler.isAvailable { JournalLogHandler(identifier: label) }
            else { StreamLogHandler.standardError(label: label) }
        }
        logger.logLevel = configuration.logLevel
        self.logger = logger
    }

    /// Where webhooks may go.
    public var addressPolicy: AddressPolicy {
        AddressPolicy(opened: configuration.openedAddresses, ports: configuration.webhookPorts)
    }

    public var webhookPolicy: WebhookPolicy {
        var policy = WebhookPolicy(
            allowsHTTP: configuration.webhookHTTP, addresses: addressPolicy, key: configuration.secretKey,
            caFile: configuration.webhookCA)
        policy.sendsMail = configuration.mail != nil
        return policy
    }

    /// The migration files.
    public func migrator() throws -> Migrator {
        let folder = configuration.migrations
        let names = try Environment.names(folder, suffix: ".sql", for: "MASK_MIGRATIONS")
        return Migrator(try names.map { name in
            guard let sql = File.text(of: folder + "/" + name) else {
                throw Environment.Failure(description: "MASK_MIGRATIONS: \(folder)/\(name) cannot be read")
            }
            return .init(name: String(name.dropLast(4)), sql: sql)
        })
    }

    /// What the roles of the workers' and the sender's account may do: the file beside the migrations' folder.
    public func roles() throws -> String {
        let path = configuration.migrations + "/../roles.sql"
        guard let sql = File.text(of: path) else {
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
