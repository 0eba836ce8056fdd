import Glibc
import HTTP
import Model
import Store
import Support
import Testing
import Threads

@testable import API
@testable import Resources

/// Questions whose cost grows with what a workspace has stored: a few at a time, so that what is quick finds a connection.
@Suite("Reports")
struct ReportTests {
    /// With so few threads that one report of a workspace is all that may be under way.
    private static func narrow() throws -> Stage { try Stage { $0.threads = 2 } }

    @Test("slow reports of a workspace leave another's API alone, and its own")
    func slow() throws {
        let database = try TestDatabase()
        defer { try? database.drop() }
        let stage = try Stage(store: Store(database.configuration, connections: 20, reserved: 4))
        let other = try stage.sysadmin.createWorkspace(slug: "o" + randomHex(8), name: "Other", plan: .enterprise)
        let key = try stage.sysadmin.createKey(in: other, name: "tests", scopes: Scope.publicScopes).text.text
        #expect(stage.ask(.get, "/links", key: key).status == 200)
        let report = "/analytics/clicks?start=2026-01-01&end=2026-01-02"
        #expect(stage.ask(.get, report).status == 200)

        let lock = try database.connect()
        try lock.execute("LOCK TABLES click_sums WRITE")
        let answers = Monitor<[Response]>([])
        // Eight places, and room for 36: a workspace has a third of that.
        let threads = try (0..<30).map { _ in
            try Threads.Thread.start(name: "report") {
                let answer = stage.application.respond(to: stage.request(.get, "/v1" + report))
                answers.withLock { $0.append(answer) }
            }
        }
        #expect(eventually { answers.withLock { $0.count } >= 18 })
        #expect(stage.ask(.get, "/links", key: key).status == 200)
        #expect(stage.ask(.get, "/links").status == 200)
        try stage.services.reports.requireRoom(for: other.id)
        try lock.execute("UNLOCK TABLES")
        threads.forEach { $0.join() }
        // Those who waited for a place may have waited for too long.
        let refused = answers.withLock { $0 }.filter { $0.status != 200 }
        #expect((18...26).contains(refused.count))
        #expect(refused.allSatisfy { $0.status == 503 && $0.code == "unavailable" && $0[.retryAfter] == "5" })
        #expect(stage.ask(.get, report).status == 200, "all have left")
    }

    @Test("reports are counts, exports, what is recovered, and lists that are asked for something", arguments: [
        ("/links", false), ("/links?limit=2", false), ("/links?external_id=x", false), ("/links?search=a", true),
        ("/links?%73earch=a", true), ("/links?tag=a", true), ("/links?sort=clicks", true), ("/links?disabled=true", true),
        ("/analytics/clicks?start=2026-01-01&end=2026-01-02", true), ("/analytics/usage?start=2026-01-01&end=2026-01-02", true),
        ("/bio-pages/$P/analytics?start=2026-01-01&end=2026-01-02", true), ("/bio-pages/$P", false),
        ("/webhooks/$W/deliveries", false), ("/webhooks/$W/deliveries?status=failed", true),
        ("/events", false), ("/events?type=link.created", true), ("/domains", false), ("/qr-codes", false),
        ("/audit-log", false), ("/audit-log?actor=maskctl", true), ("/audit-log/export", true),
    ])
    func which(path: String, isReport: Bool) throws {
        let stage = try Self.narrow()
        let page = stage.ask(.post, "/bio-pages", #"{"title": "Ada"}"#).json["id"]?.stringValue ?? ""
        let webhook = try stage.newWebhook().description
        let path = path.replacing("$P", with: page).replacing("$W", with: webhook)
        let key = try stage.ownerKey()
        func ask() -> Int { stage.ask(.get, path, key: key).status }
        #expect(ask() == 200)
        #expect(try stage.services.reports.enter(for: stage.workspace.id, ask) == (isReport ? 503 : 200))
        #expect(ask() == 200)
    }

    @Test("in the other dialect a report is one as well")
    func dialect() throws {
        let stage = try Self.narrow()
        try stage.services.reports.enter(for: stage.workspace.id) {
            #expect(stage.send(.get, "/api/v1/links?createdAfter=2026-01-01T00:00:00Z").status == 503)
            #expect(stage.send(.get, "/api/v1/links").status == 200)
        }
    }

    @Test("a recovery that finds no place has done nothing, and cost one request")
    func recovery() throws {
        let stage = try Self.narrow()
        let path = "/webhooks/\(try stage.newWebhook())"
        let since = #"{"since": "\#(Timestamp.now().adding(seconds: -3600).rfc3339)"}"#
        try stage.services.reports.enter(for: stage.workspace.id) {
            let before = try #require(stage.ask(.get, path).remaining)
            let refused = stage.ask(.post, path + "/recover", since)
            #expect(refused.status == 503 && refused.remaining.map { $0 >= before - 1 } == true)
        }
        #expect(stage.ask(.post, path + "/recover", since).status == 202)
    }

    @Test("an export that has begun waits for its next page instead of breaking off")
    func export() throws {
        let stage = try Self.narrow()
        let export = stage.ask(.get, "/audit-log/export", key: try stage.ownerKey())
        try #require(export.status == 200)
        let bytes = Monitor<[UInt8]?>(nil)
        var thread: Threads.Thread?
        try stage.services.reports.enter(for: stage.workspace.id) {
            thread = try Threads.Thread.start(name: "export") {
                let whole = try? export.collected().bytes
                bytes.withLock { $0 = whole }
            }
            usleep(50_000)
            #expect(bytes.withLock { $0 } == nil)
        }
        thread?.join()
        #expect(bytes.withLock { $0 }?.isEmpty == false)
    }

    @Test("a workspace has two exports under way: each keeps its place until it ends, whatever ends it, and the next is refused whole")
    func exports() throws {
        let stage = try Stage()
        let key = try stage.ownerKey()
        func export() -> Response { stage.ask(.get, "/audit-log/export", key: key) }
        func status() -> Int { export().status }
        let answers = (0..<40).map { _ in export() }
        #expect(answers.prefix(2).allSatisfy { $0.status == 200 })
        #expect(answers.dropFirst(2).allSatisfy {
            $0.status == 503 && $0.code == "unavailable" && $0[.retryAfter] == "60" && $0.stream == nil
        })
        #expect(stage.ask(.get, "/audit-log", key: key).status == 200)
        let stranger = try stage.sysadmin.createWorkspace(slug: "o" + randomHex(8), name: "Other", plan: .enterprise)
        try stage.services.exports.requireRoom(for: stranger.id)

        // Sent to its end.
        _ = try answers[0].collected()
        // Not sent at all, twice.
        #expect(status() == 200 && status() == 200)
        // The client goes away.
        #expect(throws: Response.ClientGone.self) { try answers[1].stream? { _ in throw Response.ClientGone() } }
        let more = [export(), export()]
        #expect(more.allSatisfy { $0.status == 200 } && status() == 503)
        // The database breaks it off.
        #expect(throws: (any Error).self) { try more[0].stream? { _ in throw PoolError.exhausted } }
        #expect(status() == 200)
        withExtendedLifetime(more) {}
    }
}
