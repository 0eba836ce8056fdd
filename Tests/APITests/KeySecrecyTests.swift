import Application
import Foundation
import HTTP
import Journal
import Logging
import MariaDB
import Model
import Redis
import Store
import Support
import Synchronization
import Testing
import Visits

@testable import API
@testable import Resources

/// A key is in the answer that makes it and in the requests of its user. It stays nowhere else.
@Suite("The text of a key")
struct KeySecrecyTests {
    @Test("is in the answers of its making and its rotation, and in no table, event, journal or log")
    func nowhere() throws {
        let log = Log()
        let stage = try Stage()
        let worker = try listened(stage, log)
        let manager = try stage.makeManager()
        var keys = [manager]
        var answers: [Response] = []

        let made = stage.ask(worker, .post, "/api-keys", #"{"name": "x", "scopes": ["team:read"]}"#, key: manager, idempotent: "a")
        keys.append(try #require(made.json["key"]?.stringValue))
        let id = made.json["id"]?.stringValue ?? ""
        let rotated = stage.ask(worker, .post, "/api-keys/\(id)/rotate", #"{"overlap_seconds": 60}"#, key: manager, idempotent: "b")
        keys.append(try #require(rotated.json["key"]?.stringValue))
        for key in keys {
            answers += [
                stage.ask(worker, .get, "/workspace", key: key), stage.ask(worker, .get, "/links/" + key, key: key),
                stage.ask(worker, .get, "/links?token=" + key, key: key), stage.ask(worker, .post, "/links", #"{"api_key": "\#(key)"}"#, key: key),
                stage.ask(worker, .post, "/links", "{\"url\": \"\(key)", key: key), stage.ask(worker, .delete, "/api-keys/" + key, key: key),
            ]
        }
        answers += [
            stage.ask(worker, .get, "/api-keys", key: manager), stage.ask(worker, .get, "/api-keys/" + id, key: manager),
            stage.ask(worker, .patch, "/api-keys/" + id, #"{"name": "y"}"#, key: manager),
        ]
        let broken = Application(try Stage.worker(stage.services.site, Database.unreachable, stage.redis, stage.spool, log.logger))
        answers += keys.map { stage.ask(broken, .get, "/workspace", key: $0) }

        let spool = try stage.spool.files.map { try Data(contentsOf: URL(filePath: stage.spool.path + "/" + $0)) }
        try stage.load()
        answers.append(stage.ask(worker, .get, "/audit-log?limit=100", key: manager))
        for key in keys {
            #expect(spool.allSatisfy { $0.range(of: Data(key.utf8)) == nil })
            #expect(try places(of: key, stage).isEmpty)
            #expect(!log.text.contains(key) && !log.text.isEmpty)
        }
        #expect(!spool.isEmpty)
        for answer in answers { for key in keys { #expect(!answer.text.contains(key)) } }
        #expect(try places(of: stage.workspace.slug, stage) == ["audit_log.changes", "workspaces.slug"], "the search finds what is there")
    }

    /// The columns of all tables in which a text stands somewhere.
    private func places(of text: String, _ stage: Stage) throws -> [String] {
        let columns = try stage.query("""
            SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()
            """).map { (try $0.string(0), try $0.string(1)) }
        return try columns.filter { table, column in
            try stage.query("""
                SELECT COUNT(*) FROM \(unsafeText: table) WHERE LOCATE(\(Array(text.utf8)), CAST(\(unsafeText: column) AS BINARY)) > 0
                """)[0].integer(0) > 0
        }.map { "\($0).\($1)" }
    }

    private func listened(_ stage: Stage, _ log: Log) throws -> Application {
        Application(try Stage.worker(stage.services.site, stage.store, stage.redis, stage.spool, log.logger))
    }
}

/// All that was logged, whatever its level.
final class Log: Sendable {
    private let lines = Mutex<[String]>([])

    var text: String { lines.withLock { $0.joined(separator: "\n") } }

    var logger: Logger {
        Logger(label: "test") { _ in Handler(log: self) }
    }

    private struct Handler: LogHandler {
        let log: Log
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(log: Log) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}

extension Stage {
    static func worker(
        _ site: SiteConfiguration, _ store: Store, _ redis: RedisConfiguration, _ spool: TemporaryFolder, _ logger: Logger
    ) throws -> Services {
        let around = Surroundings(
            site: site, store: store, redis: redis.makePool(capacity: 4), journal: try JournalWriter(directory: spool.path),
            pages: publisher(site, store, spool, logger), logger: logger)
        return Services(around, routes: .ofMASK, webhooks: try webhooks())
    }
}
