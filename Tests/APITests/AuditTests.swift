import AnalyticsStore
import Application
import JSON
import Foundation
import HTTP
import MariaDB
import Model
import Store
import Support
import Testing

@testable import API
@testable import Resources
import Work

/// The audit log tells who did what, and what came of it: each change once, with before and after, and each request that
/// changed nothing, refusals included.
@Suite("The audit log")
struct AuditTests {
    let stage: Stage
    /// A key that reads the log.
    let auditor: String
    /// A key of everything else, and its id.
    let key: String
    let actor: String

    init() throws {
        stage = try Stage()
        auditor = try stage.newKey([.auditRead]).text
        let made = try stage.newKey(Scope.allCases.filter { $0 != .auditRead })
        (key, actor) = (made.text, made.id.description)
    }

    /// The log's entries, all pages, newest first; the journal is loaded before.
    private func entries(_ query: String = "") throws -> [JSON] {
        try stage.load()
        var (entries, cursor) = ([JSON](), "")
        while true {
            let page = stage.ask(.get, "/audit-log?limit=100&\(query)\(cursor)", key: auditor)
            try #require(page.status == 200, "\(page.text)")
            entries += page.json["data"]?.arrayValue ?? []
            guard let next = page.json["next_cursor"]?.stringValue else { return entries }
            cursor = "&starting_after=" + next
        }
    }

    /// `<action> <outcome> <status>`, oldest first.
    private func told(_ query: String) throws -> [String] {
        try entries(query).reversed().map {
            "\($0["action"]?.stringValue ?? "?") \($0["outcome"]?.stringValue ?? "?") \($0["status"]?.integerValue.map(String.init) ?? "-")"
        }
    }

    /// Asks, and waits until the next millisecond: entries of the same one have no order.
    @discardableResult
    private func ask(_ method: HTTP.Method, _ path: String, _ body: String? = nil, key: String? = nil) -> Response {
        usleep(2000)
        return stage.ask(method, path, body, key: key ?? self.key)
    }

    // MARK: What is in it

    @Test("an entry of a change has before and after; one of a request has its status")
    func shapes() throws {
        let link = try stage.create([:])["id"]?.stringValue ?? ""
        var request = stage.request(.patch, "/v1/links/" + link, body: #"{"title": "New", "tags": ["a"]}"#)
        request.fields.userAgent = "curl/8.5.0"
        #expect(stage.application.respond(to: request).status == 200)
        request = stage.request(.get, "/v1/links/" + link)
        request.fields.userAgent = "curl/8.5.0"
        #expect(stage.application.respond(to: request).status == 200)
        let log = try entries("resource=\(link)")
        let text = log.prefix(2).map { entry in
            masked(String(decoding: entry.serialized(pretty: true), as: UTF8.self)).replacing(stage.address, with: "<address>")
        }
        #expect(Set(text) == ["""
            {
              "id": "aud_…",
              "created_at": "<time>",
              "actor": "key_…",
              "action": "GET /links/{id}",
              "resource": "lnk_…",
              "outcome": "success",
              "status": 200,
              "address": "<address>",
              "user_agent": "curl/8.5.0",
              "request_id": "req_…",
              "changes": null
            }
            """, """
            {
              "id": "aud_…",
              "created_at": "<time>",
              "actor": "key_…",
              "action": "link.updated",
              "resource": "lnk_…",
              "outcome": "success",
              "status": null,
              "address": "<address>",
              "user_agent": "curl/8.5.0",
              "request_id": "req_…",
              "changes": {
                "before": {
                  "tags": [],
                  "title": null
                },
                "after": {
                  "tags": [
                    "a"
                  ],
                  "title": "New"
                }
              }
            }
            """])
        #expect(log.contains { $0["request_id"]?.stringValue == "req_" + request.id })
    }

    @Test("every action of a key is in it, each once: changes, reads and refusals")
    func complete() throws {
        let link = ask(.post, "/links", #"{"url": "https://example.com/"}"#).json["id"]?.stringValue ?? ""
        ask(.get, "/links/" + link)
        ask(.get, "/links?limit=5")
        ask(.patch, "/links/" + link, #"{"title": "x"}"#)
        ask(.patch, "/links/" + link, #"{"title": "x"}"#)  // changes nothing
        ask(.get, "/links/" + LinkID.new().description)
        ask(.get, "/nowhere")
        ask(.get, "/links?bad=1")
        ask(.post, "/links", #"{"url": "nothing"}"#)
        ask(.get, "/audit-log")
        ask(.delete, "/links/" + link)
        #expect(try told("actor=\(actor)") == [
            "link.created success -", "GET /links/{id} success 200", "GET /links success 200", "link.updated success -",
            "PATCH /links/{id} success 200", "GET /links/{id} refused 404", "- refused 404", "GET /links refused 400",
            "POST /links refused 422", "GET /audit-log refused 403", "link.deleted success -",
        ])
    }

    @Test("what a key was refused is in it: over its limit, from elsewhere, and after its end")
    func refusals() throws {
        let limited = try stage.newKey([.teamRead], requestsPerMinute: 1)
        for _ in 0..<2 { ask(.get, "/workspace", key: limited.text) }
        #expect(try told("actor=\(limited.id)").sorted() == ["GET /workspace refused 429", "GET /workspace success 200"])
        let revoked = try stage.newKey([.teamRead])
        try stage.sysadmin.revokeKey(revoked.id)
        ask(.get, "/workspace", key: revoked.text)
        #expect(try told("actor=\(revoked.id)") == ["GET /workspace refused 401"])
        let fenced = try stage.newKey([.teamRead])
        try stage.sysadmin.updateKey(fenced.id) { $0.allowedAddresses = [try! AddressRange(validating: "10.0.0.0/8")] }
        ask(.get, "/workspace", key: fenced.text)
        let entry = try #require(try entries("actor=\(fenced.id)").first)
        #expect(entry["status"]?.integerValue == 403 && entry["address"]?.stringValue == stage.address)
    }

    @Test("a change of keys and of links shows no secret: neither the key nor the password")
    func secrets() throws {
        let link = ask(.post, "/links", #"{"url": "https://example.com/", "password": "open sesame"}"#).json["id"]?.stringValue ?? ""
        ask(.patch, "/links/" + link, #"{"password": "abracadabra"}"#)
        ask(.patch, "/links/" + link, #"{"password": null}"#)
        let made = ask(.post, "/api-keys", #"{"name": "x", "scopes": ["team:read"]}"#).json
        ask(.post, "/api-keys/\(made["id"]?.stringValue ?? "")/rotate")
        let log = try entries().map(\.text).joined(separator: "\n")
        for secret in ["sesame", "abracadabra", "$argon2", "$scrypt", made["key"]?.stringValue ?? "?"] { #expect(!log.contains(secret)) }
        #expect(try told("resource=\(link)") == ["link.created success -", "link.updated success -", "link.updated success -"])
    }

    @Test("an action of several changes is an entry for each, and none for the request")
    func bulk() throws {
        let body = (0..<3).map { #"{"url": "https://example.com/\#($0)"}"# }.joined(separator: ",")
        #expect(ask(.post, "/links/bulk", "{\"links\": [\(body)]}").status == 200)
        #expect(try told("actor=\(actor)") == Array(repeating: "link.created success -", count: 3))
    }

    // MARK: Filters and pages

    @Test("filters choose, together and alone")
    func filters() throws {
        let link = ask(.post, "/links", #"{"url": "https://example.com/"}"#).json["id"]?.stringValue ?? ""
        ask(.get, "/links/" + link)
        usleep(10_000)
        let middle = Timestamp.now()
        usleep(10_000)
        ask(.get, "/links/" + LinkID.new().description)
        ask(.delete, "/links/" + link)
        let failed = APIRequest(
            workspace: stage.workspace.id, by: .key(stage.keyID), id: 1, at: .now(), endpoint: "GET /links", status: 503, microseconds: 1)
        _ = try stage.store.write { try APIRequests.table(recordedAt: .now()).insert([failed], on: $0) }
        func count(_ query: String) throws -> Int { try entries(query).count }
        let time = middle.sql.replacing(" ", with: "T") + "Z"
        #expect(try count("actor=\(actor)") == 4)
        #expect(try count("actor=\(actor)&outcome=refused") == 1)
        #expect(try count("actor=\(actor)&outcome=failed") == 0 && count("outcome=failed") == 1)
        #expect(try count("actor=\(actor)&outcome=success") == 3)
        #expect(try count("action=GET+/links/%7Bid%7D") == 2)
        #expect(try count("action=link.created&actor=\(actor)") == 1)
        #expect(try count("resource=\(link)") == 3)
        #expect(try count("actor=\(actor)&created_before=\(time)") == 2)
        #expect(try count("actor=\(actor)&created_after=\(time)") == 2)
        #expect(try count("actor=maskctl&action=key.created") == 3)
        #expect(try count("actor=nobody") == 0)
        #expect(try count("actor=%C3%A9") == 0)
    }

    @Test("bad filters are refused", arguments: [
        "outcome=good", "created_after=yesterday", "created_before=2026-01-01", "actor=a&actor=b", "who=me", "limit=101", "starting_after=x",
    ])
    func badFilters(query: String) {
        let answer = stage.ask(.get, "/audit-log?" + query, key: auditor)
        #expect(answer.status == 400 && answer.code == "invalid_parameter")
    }

    @Test("an entry is on exactly one page, newest first, while others are added")
    func stable() throws {
        for number in 0..<13 { ask(.get, "/links?search=\(number)") }
        try stage.load()
        var (ids, cursor) = ([String](), "")
        while true {
            let page = stage.ask(.get, "/audit-log?limit=4&actor=\(actor)&action=GET+/links\(cursor)", key: auditor)
            ids += page.items("id")
            ask(.get, "/links")
            try stage.load()
            guard let next = page.json["next_cursor"]?.stringValue else { break }
            cursor = "&starting_after=" + next
        }
        #expect(ids.count == 13 && Set(ids).count == 13)
    }

    @Test("a cursor holds for its own filters and workspace alone")
    func cursor() throws {
        for _ in 0..<3 { ask(.get, "/links") }
        try stage.load()
        let cursor = stage.ask(.get, "/audit-log?limit=1", key: auditor).json["next_cursor"]?.stringValue ?? ""
        #expect(stage.ask(.get, "/audit-log?starting_after=\(cursor)", key: auditor).status == 200)
        #expect(stage.ask(.get, "/audit-log?outcome=refused&starting_after=\(cursor)", key: auditor).status == 400)
        let stranger = try Stage()
        let theirs = try stranger.newKey([.auditRead]).text
        #expect(stranger.ask(.get, "/audit-log?starting_after=\(cursor)", key: theirs).status == 400)
    }

    @Test("nobody sees another workspace's log, whatever they filter by")
    func isolation() throws {
        ask(.get, "/links")
        try stage.load()
        let stranger = try Stage()
        let theirs = try stranger.newKey([.auditRead]).text
        for path in ["/audit-log?actor=\(actor)", "/audit-log/export?actor=\(actor)", "/audit-log?resource=\(stage.workspace.id)"] {
            let answer = stranger.ask(.get, path, key: theirs)
            let found = answer.items("id").count + (try answer.stream == nil ? 0 : lines(answer.collected().bytes).count)
            #expect(answer.status == 200 && found == 0)
        }
    }

    @Test("takes audit:read", arguments: ["/audit-log", "/audit-log/export"])
    func scope(path: String) {
        #expect(stage.ask(.get, path, key: key).json["required_scope"]?.stringValue == "audit:read")
    }

    // MARK: Export

    private func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Stores entries of both kinds as if there had been a busy day.
    private func fill(_ count: Int) throws -> Set<String> {
        let day = Timestamp.now().adding(seconds: -86_400)
        let changes = (0..<count).map { number in
            AuditEntry(
                workspace: stage.workspace.id, at: Timestamp(milliseconds: day.milliseconds + Int64(number / 3)), actor: .maskctl(person: nil),
                action: "link.created", resource: "lnk_\(number)", changes: Array(#"{"after":{"title":"a \"b\", c"}}"#.utf8))
        }
        let requests = (0..<count).map { number in
            APIRequest(
                workspace: stage.workspace.id, by: .key(stage.keyID), id: ULID(milliseconds: 0).value,
                at: Timestamp(milliseconds: day.milliseconds + Int64(number / 3)), endpoint: "GET /links", status: 200, microseconds: 1)
        }
        try stage.store.write { connection in
            try connection.run("SET @@timestamp = \(day.milliseconds / 1000)")
            defer { try? connection.run("SET @@timestamp = DEFAULT") }
            try AuditLog.insert(changes, on: connection)
            #expect(try APIRequests.table(recordedAt: .now()).insert(requests, on: connection))
        }
        return Set(changes.map(\.id.description) + requests.map { AuditID(ULID(value: $0.id)).description })
    }

    @Test("the export has every entry once, in pieces of a thousand, as NDJSON and as CSV", arguments: ["ndjson", "csv"])
    func export(format: String) throws {
        let ids = try fill(2600)
        let answer = stage.ask(.get, "/audit-log/export?format=\(format)&created_before=\(Timestamp.now().adding(seconds: -3600).rfc3339)", key: auditor)
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(answer[.contentType] == (format == "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson"))
        #expect(answer[.contentDisposition] == "attachment; filename=\"audit-log.\(format)\"")
        let (bytes, pieces) = try answer.collected()
        #expect(pieces.allSatisfy { lines($0).count <= 1000 })
        var found = lines(bytes)
        if format == "csv" {
            #expect(found.removeFirst() == "id,created_at,actor,action,resource,outcome,status,address,user_agent,request_id,changes")
            found = found.map { String($0.prefix { $0 != "," }) }
        } else {
            found = try found.map { try JSON.parse(Array($0.utf8))["id"]?.stringValue ?? "" }
        }
        #expect(found.count == 5200 && Set(found) == ids)
    }

    @Test("an export that breaks is logged and counted as a failure, and one whose client has gone as that")
    func brokenExport() throws {
        // MariaDB by a way that the test can take away, over one connection.
        let link = stage.spool.path + "/mariadb.sock"
        var configuration = try Database.shared.get().configuration
        let path = try configuration.socketPath
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        configuration.address = .socket(path: link)
        let store = Store(configuration, connections: 1)
        let log = Log()
        let application = Application(try Stage.worker(stage.services.site, store, stage.redis, stage.spool, log.logger))
        var request = stage.request(.get, "/v1/audit-log/export?format=csv")
        request.fields.authorization = "Bearer " + auditor
        func statuses() throws -> [Int] {
            try stage.load()
            return try stage.query("""
                SELECT status FROM api_requests WHERE workspace_id = \(stage.workspace.id) AND endpoint = 'GET /audit-log/export'
                ORDER BY status
                """).map { try $0.integer(0) }
        }

        let gone = try #require(application.respond(to: request).stream)
        #expect(throws: Response.ClientGone.self) { try gone { _ in throw Response.ClientGone() } }
        #expect(try statuses() == [499])

        request.id = randomHex(16)
        let whole = try #require(application.respond(to: request).stream)
        #expect(try statuses() == [499], "nothing is noted before it is sent")
        try whole { _ in }
        #expect(try statuses() == [200, 499])

        request.id = randomHex(16)
        let broken = try #require(application.respond(to: request).stream)
        var isFirst = true
        #expect(throws: MariaDBError.self) {
            try broken { _ in
                guard isFirst else { return }
                isFirst = false
                let id = try store.read { try $0.query("SELECT CONNECTION_ID()").first?.integer(0) ?? 0 }
                try FileManager.default.removeItem(atPath: link)
                try Connection(try Database.shared.get().configuration).run("KILL \(id)")
            }
        }
        let noted = try statuses()
        #expect(noted == [200, 499, 503], "\(log.text)")
        #expect(log.text.contains(request.id))
    }

    @Test("the export has the filters of the list, and says the same of an entry")
    func sameAsList() throws {
        ask(.get, "/links")
        ask(.get, "/nowhere")
        let log = try entries("actor=\(actor)&outcome=refused")
        let export = stage.ask(.get, "/audit-log/export?actor=\(actor)&outcome=refused", key: auditor)
        #expect(try log.count == 1 && lines(export.collected().bytes) == log.map(\.text))
        #expect(stage.ask(.get, "/audit-log/export?format=xml", key: auditor).status == 400)
        #expect(stage.ask(.get, "/audit-log/export?limit=1", key: auditor).status == 400)
    }

    @Test("what a spreadsheet would run is made text", arguments: [
        (#"=HYPERLINK("https://evil.example","x")"#, #""'=HYPERLINK(""https://evil.example"",""x"")""#), ("+1", "\"'+1\""), ("-2", "\"'-2\""),
        ("@SUM(1)", "\"'@SUM(1)\""), ("a,b", "\"a,b\""), ("<script>", "<script>"),
    ])
    func formulas(_ agent: String, _ cell: String) throws {
        var request = stage.request(.get, "/v1/links")
        request.fields.userAgent = agent
        _ = stage.application.respond(to: request)
        request = stage.request(.post, "/v1/links", body: #"{"url": "https://example.com/"}"#)
        request.fields.userAgent = agent
        _ = stage.application.respond(to: request)
        try stage.load()
        let csv = try stage.ask(.get, "/audit-log/export?format=csv&actor=\(stage.keyID)", key: auditor).collected().bytes
        let rows = lines(csv).dropFirst()
        #expect(rows.count == 2 && rows.allSatisfy { $0.contains("," + cell + ",") })
    }

    @Test("an export of more entries than a file may have is told before it begins")
    func tooLong() throws {
        _ = try fill(5)
        let (store, workspace) = (stage.store, stage.workspace.id)
        func isLonger(_ limit: Int, _ change: (inout AuditFilter) -> Void = { _ in }) throws -> Bool {
            var filter = AuditFilter()
            filter.before = Timestamp.now().adding(seconds: -3600)
            change(&filter)
            return try store.read { try AuditLog.isLonger(than: limit, filter, in: workspace, on: $0) }
        }
        #expect(try isLonger(9) && !isLonger(10))
        #expect(try isLonger(4) { $0.actor = "maskctl" } && !isLonger(5) { $0.actor = "maskctl" })
        #expect(try isLonger(4) { $0.action = "GET /links" } && !isLonger(5) { $0.action = "GET /links" })
        #expect(try !isLonger(0) { $0.outcome = .failed })
        #expect(Problem.exportTooLong(1000).detail.contains("created_after"))
    }

    @Test("what a person does with maskctl stands under their name, and is found by it and by the command's")
    func person() throws {
        let ada = Sysadmin(stage.services.site, stage.store, stage.services.redis, person: "ada")
        try ada.setLimit(5000, of: stage.workspace)
        let change = try #require(try entries("action=workspace.updated").first)
        #expect(change["actor"] == "maskctl:ada")
        #expect(try entries("actor=maskctl:ada").count == 1 && entries("actor=maskctl:eve").isEmpty)
        #expect(try entries("actor=maskctl").contains(change))
    }

    @Test("an export that the database breaks off ends with an error, so that nobody takes it for whole")
    func broken() throws {
        #expect(throws: (any Error).self) {
            try AuditExport.write(.ndjson, AuditFilter(), in: stage.workspace.id, from: Database.unreachable) { _ in }
        }
    }
}

extension Response {
    /// The body of an answer that is made while it is sent: whole, and the pieces it came in.
    func collected() throws -> (bytes: [UInt8], pieces: [[UInt8]]) {
        let stream = try #require(stream)
        var pieces: [[UInt8]] = []
        try stream { pieces.append($0) }
        return (pieces.flatMap { $0 }, pieces)
    }
}
