import Application
import JSON
import Crypto
import DNS
import Foundation
import HTTP
import Journal
import Logging
import MariaDB
import Metrics
import Model
import Pages
import Redis
import Signals
import LinkStore
import Store
import Support
import Synchronization
import Testing
import Threads
@testable import Visits
import Webhooks

@testable import API
@testable import Resources
import Work

/// A worker in this process, on a real MariaDB and a real Redis, with a workspace, a key of all public scopes and a domain.
final class Stage: Sendable {
    let store: Store
    /// For what tests look at and change behind the API's back.
    let backdoor: Store
    let redis: RedisConfiguration
    let spool: TemporaryFolder
    let services: Services
    let application: Application
    let sysadmin: Sysadmin
    let contract: Contract
    let workspace: Workspace
    let keyID: APIKeyID
    let key: String
    /// The domain of the workspace.
    let host: String
    /// Of the host that the worker runs on.
    let memory: HostMemory
    /// The client's address, in a /64 of its own: limits of callers without a key are kept by that.
    let address = "2001:db8:\(randomHex(2)):\(randomHex(2))::1"

    static let apiHost = "api.mask.test"
    static let linkHost = "mask.test"
    static let secretKey = randomHex(32)

    /// For receivers on this machine too, unless a test wants it strict.
    static func webhooks(
        allowsHTTP: Bool = true, opened: [String] = ["127.0.0.0/8", "::1"], ports: Set<Int>? = nil
    ) throws -> WebhookPolicy {
        let addresses = AddressPolicy(opened: try opened.map { try AddressRange(validating: $0) }, ports: ports)
        return WebhookPolicy(allowsHTTP: allowsHTTP, addresses: addresses, key: secretKey)
    }

    /// - Parameter limit: requests a minute of the workspace, else those of the enterprise plan.
    init(
        limit: Int? = nil, redis: RedisConfiguration? = nil, store: Store? = nil, webhooks: WebhookPolicy? = nil,
        names: NameServer? = nil, memory: HostMemory = HostMemory(path: nil), terms: CacheTerms = CacheTerms(),
        site change: (inout SiteConfiguration) -> Void = { _ in }
    ) throws {
        var site = SiteConfiguration(apiHost: Self.apiHost, linkHost: Self.linkHost)
        site.appHost = Self.appHost
        change(&site)
        self.redis = try redis ?? TestServers.redis()
        self.memory = memory
        self.store = try store ?? Database.shared.get().store
        backdoor = try store ?? Database.shared.get().administratorStore
        spool = try TemporaryFolder()
        try self.store.write { try Domains.ensureShared(host: Self.linkHost, on: $0) }
        services = try Self.worker(site, self.store, self.redis, spool, webhooks, names, memory, terms: terms)
        application = Application(services)
        sysadmin = Sysadmin(site, self.store, services.redis, memory: memory)
        contract = Contract(services)
        workspace = try sysadmin.createWorkspace(slug: "w" + randomHex(8), name: "Acme", plan: .enterprise)
        let made = try sysadmin.createKey(in: workspace, name: "tests", scopes: Scope.publicScopes)
        (keyID, key) = (made.key.id, made.text.text)
        host = try sysadmin.addDomain(HostName(validating: "go-\(randomHex(6)).test"), to: workspace).host
        if let limit { try sysadmin.setLimit(limit, of: workspace) }
    }

    static func worker(
        _ site: SiteConfiguration, _ store: Store, _ redis: RedisConfiguration, _ spool: TemporaryFolder,
        _ webhooks: WebhookPolicy? = nil, _ names: NameServer? = nil, _ memory: HostMemory = HostMemory(path: nil),
        passwords: PasswordGate? = nil, terms: CacheTerms = CacheTerms()
    ) throws -> Services {
        var logger = Logger(label: "tests") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        var around = Surroundings(
            site: site, store: store, redis: redis.makePool(capacity: 32), journal: try JournalWriter(directory: spool.path),
            pages: publisher(site, store, spool, logger), logger: logger, memory: memory)
        (around.passwords, around.terms) = (passwords, terms)
        return Services(
            around, routes: .ofMASK, webhooks: try webhooks ?? Self.webhooks(),
            // Nobody listens at port 1.
            resolver: Resolver(servers: names?.address ?? "127.0.0.1:1", timeoutMilliseconds: 1000))
    }

    /// Keeps the files of pages beside the journal.
    static func publisher(_ site: SiteConfiguration, _ store: Store, _ spool: TemporaryFolder, _ logger: Logger) -> Publisher {
        Publisher(
            store: store, directory: spool.path + "/pages", themes: TestThemes.folder, site: site, logger: logger)
    }

    /// Another worker on the same database, as on another host.
    /// - Parameter memory: the stage's, for one on the same host.
    func secondWorker(memory: HostMemory = HostMemory(path: nil)) throws -> Services {
        try Self.worker(
            services.site, Store(Database.shared.get().configuration, connections: 20, reserved: 4), redis, spool, nil, nil,
            memory)
    }

    /// Lets a worker hear of changed links, as long as this process lives.
    func listen(_ services: Services) throws {
        let listener = InvalidationListener(redis, services: services.visits)
        _ = try Threads.Thread.start(name: "invalidation") { listener.run() }
        try #require(eventually { services.visits.changes.isListening })
    }

    // MARK: Requests

    /// A request with the stage's key; `/v1` goes to the API's host and everything else to the link host.
    func request(_ method: HTTP.Method, _ target: String, body: String? = nil) -> Request {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var request = Request(
            method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "",
            host: target.hasPrefix("/v1") ? Self.apiHost : Self.linkHost, remoteAddress: address, id: randomHex(16),
            receivedMilliseconds: Timestamp.now().milliseconds, body: Array((body ?? "").utf8))
        request.fields.authorization = "Bearer " + key
        if body != nil { request.fields.contentType = "application/json" }
        return request
    }

    /// Asks the API in the reference dialect.
    func ask(
        _ method: HTTP.Method, _ path: String, _ body: String? = nil, key: String? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Response {
        var request = request(method, "/v1" + path, body: body)
        if let key { request.fields.authorization = "Bearer " + key }
        return respond(to: request, sourceLocation: sourceLocation)
    }

    /// Creates a link on the stage's own domain.
    @discardableResult
    func create(_ fields: JSONObject, sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
        var fields = fields
        if fields["url"] == nil { fields["url"] = "https://example.com/" }
        if fields["domain"] == nil { fields["domain"] = .string(host) }
        let response = ask(.post, "/links", JSON.object(fields).text)
        try #require(response.status == 201, "\(response.text)", sourceLocation: sourceLocation)
        return response.json
    }

    /// What a visitor of the stage's domain sends.
    func visit(_ target: String, _ method: HTTP.Method = .get, body: String = "") -> Request {
        var visit = request(method, target)
        visit.host = host
        visit.fields = RequestFields()
        visit.fields.userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
        visit.body = Array(body.utf8)
        return visit
    }

    func follow(_ target: String, _ method: HTTP.Method = .get, body: String = "") -> Response {
        application.respond(to: visit(target, method, body: body))
    }

    func newKey(_ scopes: [Scope], requestsPerMinute: Int? = nil, expiresAt: Timestamp? = nil) throws -> (
        id: APIKeyID, text: String
    ) {
        let made = try sysadmin.createKey(
            in: workspace, name: "another", scopes: scopes, expiresAt: expiresAt, requestsPerMinute: requestsPerMinute)
        return (made.key.id, made.text.text)
    }

    // MARK: What is stored

    /// Loads the journal to its end and says how many clicks were in it.
    @discardableResult
    func load() throws -> Int {
        var loader = JournalLoader(
            directory: spool.path, store: store, logger: services.logger,
            counted: CountedClicks.announcer(in: memory, through: services.redis))
        var clicks = 0
        while let loaded = try loader.load(), loaded.clicks + loaded.requests > 0 { clicks += loaded.clicks }
        return clicks
    }

    func query(_ sql: SQL) throws -> [Row] { try backdoor.read { try $0.query(sql) } }

    /// Changes a table behind the API's back, so that nobody is told.
    func tamper(_ sql: SQL) throws { try backdoor.write { _ = try $0.execute(sql) } }
}

/// The database of all tests of this module: made and migrated once, for each stage has a workspace of its own.
enum Database {
    static let shared: Result<TestDatabase, any Error> = Result {
        atexit { try? Database.shared.get().drop() }
        return try TestDatabase()
    }

    /// A store on a server of a test's own.
    static func migrated(_ server: MariaDBServer) throws -> Store {
        var configuration = server.configuration
        try MariaDB.Connection(configuration).run("CREATE DATABASE mask")
        configuration.database = "mask"
        try Migrator(Migrations.all()).migrate(on: MariaDB.Connection(configuration)) { _ in }
        return Store(configuration, connections: 20, reserved: 4)
    }

    /// A store whose server is not there.
    static let unreachable = Store(
        MariaDBConfiguration(address: .socket(path: "/nonexistent/mariadb.sock"), user: "nobody"), connections: 5)
}

func randomHex(_ bytes: Int) -> String {
    (0..<bytes).map { _ in
        let digits = String(UInt8.random(in: .min ... .max), radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSON { (try? JSON.parse(body)) ?? .null }
    /// The stable word of a problem document.
    var code: String? { json["code"]?.stringValue }
    /// The fields of a 422 and what is wrong with them: `/url invalid_url`.
    var refusals: [String] {
        (json["errors"]?.arrayValue ?? []).map {
            "\($0["pointer"]?.stringValue ?? "") \($0["code"]?.stringValue ?? "")"
        }
    }
}

extension JSON {
    var text: String { String(decoding: serialized(), as: UTF8.self) }
}

/// Runs `body` with a Redis server of its own, which it may end, freeze and turn against its clients.
func withOwnRedis(_ body: (RedisServer) throws -> Void) throws {
    let server = try RedisServer()
    try withExtendedLifetime(server) { try body(server) }
}

extension RedisServer {
    @discardableResult
    func command(_ name: RedisArgument, _ arguments: RedisArgument...) throws -> Reply {
        try Redis.Connection(configuration).command(name, arguments)
    }

    /// What clients see of a restart: all is forgotten, and every connection is gone.
    func restart() throws {
        try command("FLUSHALL")
        try command("SCRIPT", "FLUSH")
        for type: RedisArgument in ["normal", "pubsub"] { try command("CLIENT", "KILL", "TYPE", type) }
    }
}
