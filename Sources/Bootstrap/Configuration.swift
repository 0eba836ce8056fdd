import Logging
import MariaDB
import Model
import POSIX
import Redis
import Text
import Webhooks

/// Everything that is configured, read once at the start. Each value's meaning and default: systemd/mask.env.
public struct Configuration: Sendable {
    public var database: MariaDBConfiguration
    /// A replica for analytics.
    public var analyticsDatabase: MariaDBConfiguration?
    public var databaseConnections: Int
    public var redis: RedisConfiguration
    public var site: SiteConfiguration
    /// Folder of the journal.
    public var spool: String
    /// Folder of the bio pages' files, which nginx serves.
    public var pages: String
    /// Folder of the documentation's files, which nginx serves.
    public var docs: String
    /// Search engines may list the documentation.
    public var docsArePublic: Bool
    /// Folder of the bio pages' themes.
    public var themes: String
    /// Folder of the migration files.
    public var migrations: String
    public var threads: Int
    /// Folder in which the jobs of cron are noted.
    public var jobs: String
    /// The file in which the processes of this host count for `/metrics`.
    public var metrics: String
    /// Encrypts the secrets of webhooks.
    public var secretKey: String
    /// Addresses beside the public ones that webhooks may go to.
    public var openedAddresses: [AddressRange]
    /// Ports that webhooks may go to; nil for any.
    public var webhookPorts: Set<Int>?
    /// Webhooks may go over plain http.
    public var webhookHTTP: Bool
    /// Certificate authorities that webhooks trust; nil for the system's.
    public var webhookCA: String?
    /// Name servers for the records of domains; nil for the system's.
    public var dnsServers: String?
    /// The folder of domains' certificates, which nginx reads.
    public var certificates: String
    /// The folder in which certbot proves that a host is served from here, and which nginx serves.
    public var acmeWebroot: String
    /// The folder in which certbot keeps its account, keys and certificates.
    public var acmeFolder: String
    /// The certificate authority; nil for certbot's own choice, Let's Encrypt.
    public var acmeServer: String?
    /// To which the authority may write; nil for none.
    public var acmeEmail: String?
    /// How mails are sent; nil where none are.
    public var mail: MailConfiguration?
    /// The socket of the unit that draws SVG logos; nil where a child of the worker draws them.
    public var svgSocket: String?
    /// On which nginx answers over TLS on this host; another web server may stand before it.
    public var nginxPort: Int
    public var logLevel: Logger.Level

    /// Connections of a worker that only visitors may take.
    public static let reservedConnections = 4

    /// After so long MariaDB ends a statement of a worker: sooner than nginx gives up the request.
    public static let statementSeconds = 20

    public init(_ environment: Environment) throws {
        database = try Self.database(environment)
        analyticsDatabase = try Self.analyticsDatabase(environment, besides: database)
        databaseConnections = try environment.integer("MASK_DATABASE_CONNECTIONS", default: 32, in: 5...1000)
        redis = try Self.redis(environment)
        spool = environment.string("MASK_SPOOL", default: "/var/spool/mask")
        pages = environment.string("MASK_PAGES", default: "/var/lib/mask/pages")
        docs = environment.string("MASK_DOCS", default: "/var/lib/mask/docs")
        docsArePublic = try environment.bool("MASK_DOCS_PUBLIC", default: false)
        themes = environment.string("MASK_THEMES", default: "/usr/share/mask/themes")
        migrations = environment.string("MASK_MIGRATIONS", default: "/usr/share/mask/migrations")
        jobs = environment.string("MASK_JOBS", default: "/var/lib/mask/jobs")
        metrics = environment.string("MASK_METRICS", default: "/run/mask/metrics")
        secretKey = try Self.secretKey(environment)
        openedAddresses = try Self.addresses(environment, "MASK_WEBHOOK_ADDRESSES")
        webhookPorts = try Self.ports(environment, "MASK_WEBHOOK_PORTS")
        webhookHTTP = try environment.bool("MASK_WEBHOOK_HTTP", default: false)
        webhookCA = environment.optional("MASK_WEBHOOK_CA")
        dnsServers = environment.optional("MASK_DNS_SERVERS")
        certificates = environment.string("MASK_CERTIFICATES", default: "/etc/mask/tls")
        acmeWebroot = environment.string("MASK_ACME_WEBROOT", default: "/var/lib/mask/acme")
        acmeFolder = environment.string("MASK_ACME_FOLDER", default: "/etc/mask/acme")
        acmeServer = environment.optional("MASK_ACME_SERVER")
        acmeEmail = environment.optional("MASK_ACME_EMAIL")
        svgSocket = environment.optional("MASK_SVG_SOCKET")
        threads = try environment.integer("MASK_THREADS", default: 256, in: 1...4096)
        site = SiteConfiguration(
            apiHost: try Self.host(environment, "MASK_API_HOST") ?? "api.mask.localhost",
            linkHost: try Self.host(environment, "MASK_LINK_HOST") ?? "mask.localhost",
            linkPort: try environment.integer("MASK_LINK_PORT", default: 443, in: 1...65535),
            workers: try environment.integer("MASK_WORKERS", default: 2, in: 1...1000),
            cachedLinks: try environment.integer("MASK_CACHE_LINKS", default: 200_000, in: 16...100_000_000))
        site.authority = environment.optional("MASK_CA_FILE")
        site.appHost = try Self.host(environment, "MASK_APP_HOST")
        mail = try Self.mail(environment, appHost: site.appHost)
        site.sendsMail = mail != nil
        site.honorsDoNotTrack = try environment.bool("MASK_HONOR_DNT", default: false)
        site.certificates = certificates
        nginxPort = try environment.integer("MASK_NGINX_PORT", default: site.linkPort, in: 1...65535)
        site.corsOrigins = try Self.origins(environment)
        site.threads = threads
        let level = environment.string("MASK_LOG_LEVEL", default: "info")
        guard let known = Logger.Level(rawValue: level) else {
            throw Environment.Failure(
                description: "MASK_LOG_LEVEL is \(level); set it to \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        logLevel = known
    }

    private static func secretKey(_ environment: Environment) throws -> String {
        guard let key = try environment.secret("MASK_SECRET_KEY"), key.utf8.count >= 32 else {
            throw Environment.Failure(
                description: "MASK_SECRET_KEY is missing or shorter than 32 characters; make one with: openssl rand -hex 32")
        }
        return key
    }

    /// A host alone, which short URLs and pages are made with; also a single word or an IPv4 address.
    private static func host(_ environment: Environment, _ name: String) throws -> String? {
        guard let host = environment.optional(name)?.lowercased() else { return nil }
        func isPlain(_ byte: UInt8) -> Bool { byte.isLowerCaseLetter || byte.isDigit }
        guard host.utf8.allSatisfy({ isPlain($0) || "-._".utf8.contains($0) }), let first = host.utf8.first, let last = host.utf8.last,
            isPlain(first), isPlain(last)
        else {
            throw Environment.Failure(description: """
                \(name) is \(host); set it to a host alone, as links.example.com, without https:// and port, and as DNS has it
                """)
        }
        return host
    }

    private static func addresses(_ environment: Environment, _ name: String) throws -> [AddressRange] {
        try environment.string(name, default: "").split(separator: ",").map { text in
            do throws(AddressRangeError) {
                return try AddressRange(validating: text.trimmed)
            } catch {
                throw Environment.Failure(description: "\(name) has \(text): \(error.message)")
            }
        }
    }

    /// As browsers send them: compared as a whole.
    private static func origins(_ environment: Environment) throws -> Set<String> {
        Set(try environment.string("MASK_CORS_ORIGINS", default: "").split(separator: ",").map { item in
            let origin = item.trimmed
            let host = origin.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
            guard host.count == 3, host[0] == "https:" || host[0] == "http:", host[1].isEmpty, !host[2].isEmpty,
                origin == origin.lowercased(), !host[2].contains(where: { "/*@?# ".contains($0) })
            else {
                throw Environment.Failure(description: """
                    MASK_CORS_ORIGINS has \(origin); list origins in lower case without a path, as https://app.example.com
                    """)
            }
            return origin
        })
    }

    /// The usual ports and those that are listed; nil for any.
    private static func ports(_ environment: Environment, _ name: String) throws -> Set<Int>? {
        let text = environment.string(name, default: "")
        if text == "*" { return nil }
        return AddressPolicy.usualPorts.union(try text.split(separator: ",").map { item in
            guard let port = Int(item.trimmed), (1...65535).contains(port) else {
                throw Environment.Failure(
                    description: "\(name) has \(item.trimmed); list numbers from 1 to 65535, or set it to * for any port")
            }
            return port
        })
    }

    private static func redis(_ environment: Environment) throws -> RedisConfiguration {
        let password = try environment.secret("MASK_REDIS_PASSWORD")
        if let text = environment.optional("MASK_REDIS_SENTINELS") {
            guard let places = MariaDBConfiguration.Address.list(text, port: 26379) else {
                throw Environment.Failure(
                    description: "MASK_REDIS_SENTINELS is \(text); set it to hosts divided by commas, as host1,host2:26380")
            }
            var configuration = RedisConfiguration(password: password)
            configuration.sentinels = places.compactMap { place in
                if case .tcp(let host, let port) = place { .init(host: host, port: Int(port)) } else { nil }
            }
            configuration.masterName = environment.string("MASK_REDIS_MASTER", default: "mask")
            return configuration
        }
        guard let host = environment.optional("MASK_REDIS_HOST") else {
            let socket = environment.string("MASK_REDIS_SOCKET", default: "/run/redis-mask/redis-server.sock")
            return RedisConfiguration(socket: socket, password: password)
        }
        let port = try environment.integer("MASK_REDIS_PORT", default: 6379, in: 1...65535)
        return RedisConfiguration(host: host, port: port, password: password)
    }
}

extension Substring {
    /// Without spaces around it.
    fileprivate var trimmed: String {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
