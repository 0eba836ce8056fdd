@testable import Access
import Application
import JSON
import Foundation
import HTTP
import Model
import Support
import Testing

@testable import API
@testable import Resources
import Threads
import Work

/// Up to a thousand links in one request: each has its own result, in its place.
@Suite("Bulk")
struct BulkTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func new(_ fields: JSONObject = [:]) -> JSON {
        var fields = fields
        if fields["url"] == nil { fields["url"] = "https://example.com/" }
        if fields["domain"] == nil { fields["domain"] = .string(stage.host) }
        return .object(fields)
    }

    private func links(_ items: [JSON]) -> String { JSON.object(["links": .array(items)]).text }

    private func create(_ items: [JSON]) -> Response { stage.ask(.post, "/links/bulk", links(items)) }
    private func change(_ items: [JSON]) -> Response { stage.ask(.patch, "/links/bulk", links(items)) }
    private func delete(_ ids: [String]) -> Response { stage.ask(.delete, "/links/bulk", Self.deletion(ids)) }

    private static func deletion(_ ids: [String]) -> String { JSON.object(["ids": JSON(ids)]).text }

    private func ids(_ response: Response) -> [String] {
        (response.json["results"]?.arrayValue ?? []).compactMap { $0["link"]?["id"]?.stringValue }
    }

    private func some(_ count: Int) throws -> [String] {
        let ids = ids(create((0..<count).map { new(["slug": .string("s\($0)"), "external_id": .string("e\($0)")]) }))
        try #require(ids.count == count)
        return ids
    }

    // MARK: Creating

    @Test("links are created together; what is wrong with one is its own result")
    func creation() throws {
        try stage.create(["slug": "taken"])
        stage.expect("""
            POST /v1/links/bulk HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {
              "links": [
                {"url": "https://example.com/1", "domain": "$HOST", "slug": "one", "tags": ["campaign-q1"]},
                {"url": "example.com", "domain": "$HOST"},
                {"url": "https://example.com/3", "domain": "$HOST", "slug": "taken"}
              ]
            }

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5997;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5997
            X-RateLimit-Reset: <time>

            {
              "succeeded": 1,
              "failed": 2,
              "results": [
                {
                  "status": 201,
                  "link": {
                    "id": "lnk_…",
                    "url": "https://example.com/1",
                    "short_url": "https://$HOST/one",
                    "slug": "one",
                    "domain": "$HOST",
                    "tags": [
                      "campaign-q1"
                    ],
                    "clicks": 0,
                    "human_clicks": 0,
                    "title": null,
                    "utm_source": null,
                    "utm_medium": null,
                    "utm_campaign": null,
                    "utm_term": null,
                    "utm_content": null,
                    "starts_at": null,
                    "expires_at": null,
                    "max_clicks": null,
                    "expired_url": null,
                    "password_protected": false,
                    "redirect_status": 302,
                    "disabled": false,
                    "indexable": false,
                    "archived": false,
                    "external_id": null,
                    "notes": null,
                    "created_at": "<time>",
                    "updated_at": "<time>",
                    "last_clicked_at": null,
                    "deleted_at": null
                  },
                  "error": null
                },
                {
                  "status": 422,
                  "link": null,
                  "error": {
                    "code": "validation_failed",
                    "title": "Validation failed",
                    "detail": "Correct the fields listed in errors.",
                    "errors": [
                      {
                        "pointer": "/links/1/url",
                        "code": "invalid_url",
                        "message": "The URL has to begin with http:// or https:// and a host."
                      }
                    ]
                  }
                },
                {
                  "status": 409,
                  "link": null,
                  "error": {
                    "code": "slug_taken",
                    "title": "Slug already taken",
                    "detail": "Choose another slug; taken is taken on this domain.",
                    "errors": []
                  }
                }
              ]
            }
            """)
        #expect(try stage.effects() == .created(2))
    }

    @Test("a thousand links are made, changed and deleted in three requests, each with its audit entry and its event")
    func thousand() throws {
        let made = create((0..<1000).map { new(["title": .string("\($0)"), "tags": ["all", .string("t\($0 % 7)")]]) })
        #expect(made.results == Array(repeating: "201", count: 1000))
        let ids = ids(made)
        #expect(Set(ids).count == 1000)
        #expect((made.json["results"]?.arrayValue ?? []).map { $0["link"]?["title"] } == (0..<1000).map { .string("\($0)") })
        #expect(try stage.effects() == .created(1000))
        // The bulk answer shows each link as it is.
        #expect(stage.ask(.get, "/links/\(ids[500])").json == made.json["results"]?.arrayValue?[500]["link"])

        let changed = change(ids.map { ["id": .string($0), "title": "changed", "tags": ["new"]] })
        #expect(changed.results == Array(repeating: "200", count: 1000))
        #expect(self.ids(changed) == ids)
        #expect(stage.ask(.get, "/links/\(ids[999])").json == changed.json["results"]?.arrayValue?[999]["link"])
        #expect(stage.ask(.get, "/links/\(ids[0])")[.eTag] == #""2-0""#)
        #expect((stage.ask(.get, "/links?tag=all").json["data"]?.arrayValue ?? [.null]).isEmpty)

        let deleted = delete(ids)
        #expect(deleted.results == Array(repeating: "204", count: 1000))
        let traces = ["link.created": 1000, "link.updated": 1000, "link.deleted": 1000]
        #expect(try stage.effects() == Stage.Effects(links: 0, audited: traces, events: traces))
        #expect(try stage.query("SELECT COUNT(*) FROM link_tags WHERE workspace_id = \(stage.workspace.id)")[0].integer(0) == 0)
    }

    @Test("of a hundred with one that is wrong, ninety-nine are made")
    func oneInvalid() throws {
        var items = (0..<100).map { _ in new() }
        items[42] = new(["url": "javascript:alert(1)"])
        let response = create(items)
        #expect(response.status == 200)
        #expect(response.json["succeeded"] == 99)
        #expect(response.json["failed"] == 1)
        #expect(response.results.enumerated().filter { $1 != "201" }.map(\.offset) == [42])
        #expect(try stage.effects() == .created(99))
    }

    @Test("of two in one request that want the same slug or external id, the first gets it")
    func duplicates() throws {
        let response = create([
            new(["slug": "same", "title": "first"]), new(["slug": "same"]), new(["slug": "Same"]),
            new(["external_id": "e1", "title": "first"]), new(["external_id": "e1"]), new(["external_id": "E1"]),
            new(["slug": "caf\u{E9}"]), new(["slug": "cafe\u{301}"]),
            new(["slug": "same", "domain": .string(Stage.linkHost), "external_id": "e1"]),
        ])
        #expect(response.results == [
            "201", "409 slug_taken", "201", "201", "409 external_id_taken", "201", "201", "409 slug_taken",
            "409 external_id_taken",
        ])
        #expect(try stage.effects() == .created(5))
        #expect(stage.ask(.get, "/links?external_id=e1").json["data"]?.arrayValue?.first?["title"] == "first")
    }

    @Test("a password takes time by design, so it is set one link at a time")
    func password() throws {
        let id = try some(1)[0]
        #expect(create([new(["password": "secret"]), new()]).results == ["422 not_in_bulk", "201"])
        let response = change([["id": .string(id), "password": "secret"]])
        #expect(response.results == ["422 not_in_bulk"])
        #expect(stage.ask(.get, "/links/\(id)").json["password_protected"] == false)
        #expect(change([["id": .string(id), "password": nil]]).results == ["200"])
    }

    @Test("what is wrong is pointed at from the body's beginning, whatever finds it")
    func pointers() throws {
        let id = try some(1)[0]
        let disorder: JSONObject = ["starts_at": "2099-01-02T00:00:00Z", "expires_at": "2099-01-01T00:00:00Z"]
        func pointers(_ response: Response) -> [String] {
            (response.json["results"]?.arrayValue ?? []).map { $0["error"]?["errors"]?.arrayValue?.first?["pointer"]?.stringValue ?? "" }
        }
        let created = create([
            new(["slug": "a/b"]), new(["domain": "unknown.example"]), new(["url": "https://mask.test/x"]), new(["typo": 1]), new(disorder),
        ])
        #expect(pointers(created) == [
            "/links/0/slug", "/links/1/domain", "/links/2/url", "/links/3/typo", "/links/4/expires_at",
        ])
        let changed = change([
            ["id": .string(id), "slug": ""], ["title": "x"], ["id": "nonsense"], .object(JSONObject([.init(name: "id", value: .string(id))] + disorder.members)),
            ["id": .string(id)],
        ])
        #expect(changed.results == ["422 invalid_slug", "422 required", "422 invalid_id", "422 invalid_order", "422 repeated"])
        #expect(pointers(changed) == ["/links/0/slug", "/links/1/id", "/links/2/id", "/links/3/expires_at", "/links/4/id"])
        let quick = stage.send(.post, "/api/v1/links/bulk", links([new(disorder)]).replacingOccurrences(of: "starts_at", with: "startsAt")
            .replacingOccurrences(of: "expires_at", with: "expiresAt"))
        #expect(quick.json["data"]?["results"]?.arrayValue?[0]["error"]?["errors"]?.arrayValue?[0]["pointer"] == "/links/0/expiresAt")
    }

    @Test("nothing, too much, and what is no list of objects: 422 for the whole request")
    func sizes() throws {
        let ids = try some(1)
        let before = try stage.effects()
        let (none, many) = ([JSON](), (0..<1001).map { _ in new() })
        for (response, refusal) in [
            (create(none), "/links out_of_range"), (create(many), "/links out_of_range"),
            (change(none), "/links out_of_range"), (delete([]), "/ids out_of_range"),
            (change((0..<1001).map { _ in ["id": .string(ids[0])] }), "/links out_of_range"),
            (delete(Array(repeating: ids[0], count: 1001)), "/ids out_of_range"),
            (create([new(), 1]), "/links/1 invalid_type"), (create([.null]), "/links/0 invalid_type"),
            (stage.ask(.post, "/links/bulk", "{}"), "/links required"),
            (stage.ask(.post, "/links/bulk", #"{"links": {}}"#), "/links invalid_type"),
            (stage.ask(.delete, "/links/bulk", #"{"ids": [1]}"#), "/ids/0 invalid_type"),
        ] {
            #expect(response.status == 422)
            #expect(response.refusals.contains(refusal), "\(response.refusals)")
        }
        #expect(create([new()]).status == 200)
        #expect(try stage.effects().links == before.links + 1)
    }

    @Test("the quick start's dialect: camelCase in and out, the results in data")
    func quickStart() throws {
        let response = stage.send(.post, "/api/v1/links/bulk", #"{"links": [{"originalUrl": "https://example.com/", "utmSource": "x"}]}"#)
        let result = response.json["data"]?["results"]?.arrayValue?.first
        #expect(result?["status"] == 201)
        #expect(result?["link"]?["originalUrl"] == "https://example.com/")
        #expect(result?["link"]?["utmSource"] == "x")
        let id = result?["link"]?["id"]?.stringValue ?? ""
        let changed = stage.send(.patch, "/api/v1/links/bulk", #"{"links": [{"id": "\#(id)", "maxClicks": 5}]}"#)
        #expect(changed.json["data"]?["results"]?.arrayValue?.first?["link"]?["maxClicks"] == 5)
        let deleted = stage.send(.delete, "/api/v1/links/bulk", Self.deletion([id]))
        #expect(deleted.json["data"]?["succeeded"] == 1)
    }

    // MARK: Changing and deleting

    @Test("links are changed together: each in what is sent, and what is refused stays as it was")
    func changing() throws {
        let ids = try some(6)
        let stranger = try Stage().create([:])["id"] ?? .null
        let before = ids.map { stage.ask(.get, "/links/\($0)").json }
        let response = change([
            ["id": .string(ids[0]), "title": "new"],
            ["id": .string(ids[1]), "slug": "s0"],
            ["id": .string(ids[2]), "external_id": "e0"],
            ["id": .string(ids[0]), "title": "again"],
            ["id": stranger, "title": "x"],
            ["id": "lnk_01m7ygqdmtz8d71amzj9sqyymv"],
            ["id": .string(ids[3])],
            ["id": .string(ids[4]), "slug": "moved", "title": nil, "tags": ["a", "b"]],
            ["id": .string(ids[5]), "slug": "s4"],
        ])
        #expect(response.results == [
            "200", "409 slug_taken", "409 external_id_taken", "422 repeated", "404 not_found", "404 not_found", "200", "200", "200",
        ])
        #expect(stage.ask(.get, "/links/\(ids[0])").json["title"] == "new")
        for index in [1, 2, 3] { #expect(stage.ask(.get, "/links/\(ids[index])").json == before[index]) }
        #expect(stage.ask(.get, "/links/\(ids[4])").json["tags"] == ["a", "b"])
        #expect(stage.ask(.get, "/links?tag=b").json["data"]?.arrayValue?.count == 1)
        // What is the same after as before is no change.
        #expect(try stage.effects().audited == ["link.created": 6, "link.updated": 3])
        #expect(try stage.effects().events == ["link.created": 6, "link.updated": 3])
    }

    @Test("links are deleted together; what is not there, or not ours, is told in its place")
    func deleting() throws {
        let ids = try some(3)
        let stranger = try Stage().create([:])["id"]?.stringValue ?? ""
        let response = delete([ids[0], "nonsense", stranger, ids[1], ids[0], "lnk_01m7ygqdmtz8d71amzj9sqyymv"])
        #expect(response.results == ["204", "404 not_found", "404 not_found", "204", "204", "404 not_found"])
        #expect(response.json["succeeded"] == 3)
        let traces = ["link.created": 3, "link.deleted": 2]
        #expect(try stage.effects() == Stage.Effects(links: 1, audited: traces, events: traces))
        #expect(delete([ids[0]]).results == ["404 not_found"])
    }

    @Test("a bulk deletion that nginx repeats under the same request id is answered as the first time")
    func repeatedDeletion() throws {
        let ids = try some(3)
        let second = Application(try stage.secondWorker())
        let request = stage.request(.delete, "/v1/links/bulk", body: Self.deletion(ids + ["nonsense"]))
        let first = stage.application.respond(to: request)
        #expect(first.results == ["204", "204", "204", "404 not_found"])
        #expect(second.respond(to: request).body == first.body)
        #expect(try stage.effects().events == ["link.created": 3, "link.deleted": 3])
    }

    @Test("a change and a deletion in bulk wait for nobody who works on other links")
    func otherLocks() throws {
        // A test beside this one may hold a lock for a moment; who waits for the busy link waits every time.
        let waits = try (0..<3).map { _ in try waitsForBusyLink() }
        #expect(waits.contains(false))
    }

    /// Whether changing and deleting 200 links took a lock wait while somebody else worked on another.
    private func waitsForBusyLink() throws -> Bool {
        let ids = try some(300)
        #expect(change(ids.map { ["id": .string($0), "tags": ["a", "b"]] }).json["succeeded"] == 300)
        let connection = try Database.shared.get().connect()
        let busy = try #require(LinkID(ids[299]))
        try connection.run("START TRANSACTION")
        try connection.execute("UPDATE links SET title = 'busy' WHERE workspace_id = \(stage.workspace.id) AND id = \(busy)")
        try connection.execute("DELETE FROM link_tags WHERE workspace_id = \(stage.workspace.id) AND link_id = \(busy) AND tag = 'a'")
        let elapsed = ContinuousClock().measure {
            #expect(change(ids.prefix(200).map { ["id": .string($0), "tags": ["c"]] }).json["succeeded"] == 200)
            #expect(delete(Array(ids.prefix(200))).json["succeeded"] == 200)
        }
        try connection.run("ROLLBACK")
        #expect(stage.ask(.delete, "/links/bulk", JSON.object(["ids": JSON(ids), "purge": true]).text).json["succeeded"] == 300)
        return elapsed > .seconds(2)
    }

    @Test("redirects on every worker see bulk creations, changes and deletions at once")
    func cache() throws {
        let second = try stage.secondWorker()
        for worker in [stage.services, second] { try stage.listen(worker) }
        let workers = [stage.application, Application(second)]
        func statuses(_ slugs: [String], on worker: Application) -> [Int] {
            slugs.map { worker.respond(to: stage.visit("/" + $0)).status }
        }
        let slugs = (0..<20).map { "s\($0)" }
        func expectEverywhere(_ status: Int) {
            #expect(statuses(slugs, on: workers[0]) == slugs.map { _ in status })
            #expect(eventually { statuses(slugs, on: workers[1]) == slugs.map { _ in status } })
        }
        expectEverywhere(404)  // and remembered as unknown
        let ids = try some(20)
        expectEverywhere(302)
        #expect(change(ids.map { ["id": .string($0), "redirect_status": 301] }).json["succeeded"] == 20)
        expectEverywhere(301)
        #expect(change(ids.map { ["id": .string($0), "slug": .string("x" + $0)] }).json["succeeded"] == 20)
        expectEverywhere(404)
        #expect(change(zip(ids, slugs).map { ["id": .string($0), "slug": .string($1)] }).json["succeeded"] == 20)
        expectEverywhere(301)
        #expect(delete(ids).json["succeeded"] == 20)
        expectEverywhere(404)
    }

    @Test("bulk requests at the same time that want the same slugs: each slug is made once")
    func overlapping() throws {
        let workers = [stage.application, Application(try stage.secondWorker())]
        let slugs = (0..<200).map { "s\($0)" }
        let answers = try inParallel(8) { [stage] number in
            let links = slugs.shuffled().map { JSON.object(["url": "https://example.com/", "slug": .string($0), "domain": .string(stage.host)]) }
            return stage.send(.post, "/links/bulk", JSON.object(["links": .array(links)]).text, to: workers[number % 2])
        }
        #expect(answers.map(\.status) == Array(repeating: 200, count: 8))
        let results = answers.flatMap(\.results)
        #expect(results.count { $0 == "201" } == 200)
        #expect(results.count { $0 == "409 slug_taken" } == 1400)
        #expect(try stage.effects() == .created(200))
    }

    @Test("bulk requests that change and delete the same links at the same time all come to an end")
    func opposed() throws {
        let ids = try some(100)
        let answers = try inParallel(6) { [stage] number in
            let mine = number % 2 == 0 ? ids : ids.reversed()
            return number < 4
                ? stage.ask(.patch, "/links/bulk", JSON.object(["links": .array(mine.map { ["id": .string($0), "title": .string("\(number)"), "tags": [.string("t\(number)")]] })]).text)
                : stage.ask(.delete, "/links/bulk", Self.deletion(mine))
        }
        #expect(answers.map(\.status) == Array(repeating: 200, count: 6), "\(answers.map(\.text).filter { $0.count < 1000 })")
        #expect(answers[4...].reduce(0) { $0 + ($1.json["succeeded"]?.integerValue ?? 0) } == 100)
        let effects = try stage.effects()
        #expect(effects.links == 0)
        #expect(effects.audited["link.deleted"] == 100)
        #expect(effects.audited == effects.events)
        let updates = answers[..<4].reduce(0) { $0 + ($1.json["succeeded"]?.integerValue ?? 0) }
        #expect(effects.events["link.updated"] ?? 0 == updates)
    }

    // MARK: Rate limits

    @Test("a bulk request counts as one, and one more for each hundred items", arguments: [(1, 2), (100, 2), (101, 3), (250, 4), (1000, 11)])
    func cost(items: Int, cost: Int) throws {
        stage.window(leaving: 15_000)
        #expect(create((0..<items).map { _ in new() }).remaining == 6000 - cost)
        let unknown = Array(repeating: "lnk_01m7ygqdmtz8d71amzj9sqyymv", count: items)
        #expect(change(unknown.map { ["id": .string($0)] }).remaining == 6000 - 2 * cost)
        #expect(delete(unknown).remaining == 6000 - 3 * cost)
        // What is refused as a whole has not been counted by its items.
        #expect(create([]).remaining == 6000 - 3 * cost - 1)
    }

    @Test("a bulk request that is replayed has been counted, and says so")
    func replayedCost() throws {
        stage.window()
        let body = links((0..<250).map { _ in new() })
        #expect(stage.send(.post, "/links/bulk", body, idempotencyKey: "k1").remaining == 5996)
        #expect(stage.send(.post, "/links/bulk", body, idempotencyKey: "k1").remaining == 5992)
    }

    @Test("a bulk request over the limit does nothing; whoever waits as long as told is let in, again and again")
    func overTheLimit() throws {
        let stage = try Stage(limit: 600)
        try stage.setCounters(previous: 600, current: 0)
        let body = JSON.object(["links": .array((0..<900).map { _ in new(["domain": nil]) })]).text
        var made = 0
        for _ in 0..<3 {
            var response = stage.ask(.post, "/links/bulk", body)
            while response.status == 200 {
                made += 900
                response = stage.ask(.post, "/links/bulk", body)
            }
            #expect(response.status == 429)
            #expect(response.code == "rate_limited")
            #expect(try stage.effects() == .created(made))
            sleep(try #require(response.retryAfterSeconds))
            #expect(stage.ask(.post, "/links/bulk", body).status == 200)
            made += 900
        }
    }

    @Test("a key's low limit takes nothing off what its workspace pays")
    func workspacePays() throws {
        let stage = try Stage(limit: 100)
        stage.window(leaving: 10_000)
        let key = try stage.newKey([.linksWrite], requestsPerMinute: 1).text
        let ids: [JSON] = Array(repeating: "lnk_01m7ygqdmtz8d71amzj9sqyymv", count: 1000)
        let answer = stage.ask(.delete, "/links/bulk", JSON.object(["ids": .array(ids)]).text, key: key)
        #expect(answer.status == 200)
        #expect(stage.ask(.get, "/links").remaining == 100 - 11 - 1)
    }

    @Test("a bulk request of a key whose own limit is lower than its cost takes the whole limit")
    func smallLimit() throws {
        stage.window(leaving: 10_000)
        for limit in 1...3 {
            let key = try stage.newKey(Scope.publicScopes, requestsPerMinute: limit).text
            let response = stage.send(.post, "/links/bulk", links((0..<1000).map { _ in new() }), key: key)
            #expect(response.json["succeeded"] == 1000)
            #expect(response.remaining == 0)
            #expect(stage.ask(.get, "/links", key: key).status == 429)
            #expect(stage.ask(.get, "/links").status == 200)
        }
    }

    @Test("the wait that a refused bulk request is told lets it in, whatever the counters of workspace and key say")
    func waits() throws {
        let limiter = stage.services.limiter
        for _ in 0..<300 {
            let (key, cost) = (APIKeyID.new(), Int.random(in: 1...10))
            let limits = [
                RateLimit(stage.workspace.id.description, perMinute: Int.random(in: cost + 1...60)),
                RateLimit(stage.workspace.id.description, part: key.description, perMinute: Int.random(in: cost + 1...60)),
            ]
            let counters = limits.map { (previous: Int.random(in: 0...$0.perMinute), current: Int.random(in: 0...$0.perMinute)) }
            let number = stage.window()
            try stage.setCounters(previous: counters[0].previous, current: counters[0].current)
            try stage.setCounters(of: key, previous: counters[1].previous, current: counters[1].current)
            let decision = limiter.check(limits.map { RateCharge(limit: $0, cost: cost, next: cost + 1) })
            let now = realMilliseconds()
            guard !decision.isAllowed, now / 60_000 == number else { continue }
            let then = now + decision.secondsToReset * 1000
            for (limit, counter) in zip(limits, counters) {
                let (old, new) = [(counter.previous, counter.current), (counter.current, 0), (0, 0)][min(then / 60_000 - number, 2)]
                let used = Double(old) * Double(60_000 - then % 60_000) / 60_000 + Double(new)
                #expect(used + Double(cost) + 1 <= Double(limit.perMinute), "cost \(cost), \(limits), \(counters), wait \(decision.secondsToReset)")
            }
        }
    }
}

/// `PUT /links/by-external-id/{external_id}`: the link of an id that the client has chosen.
@Suite("Upsert")
struct UpsertTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    @Test("a link is created where there is none, and then changed in what is sent")
    func upsert() throws {
        let path = "/links/by-external-id/order%2F42%20%C3%A4"
        let created = stage.ask(.put, path, #"{"url": "https://example.com/1", "title": "kept", "slug": "o42", "domain": "\#(stage.host)"}"#)
        #expect(created.status == 201)
        #expect(created.json["external_id"] == "order/42 ä")
        #expect(created[.location] == "/v1/links/" + (created.json["id"]?.stringValue ?? ""))
        #expect(created[.eTag] == #""1-0""#)
        let changed = stage.ask(.put, path, #"{"url": "https://example.com/2", "external_id": "order/42 ä"}"#)
        #expect(changed.status == 200)
        #expect(changed[.location] == nil)
        #expect(changed[.eTag] == #""2-0""#)
        #expect(changed.json["url"] == "https://example.com/2")
        for name in ["id", "title", "slug", "domain", "created_at"] { #expect(changed.json[name] == created.json[name], "\(name)") }
        #expect(stage.follow("/o42")[.location] == "https://example.com/2")
        let same = stage.ask(.put, path, #"{"url": "https://example.com/2"}"#)
        #expect(same.status == 200)
        #expect(same.body == changed.body)
        #expect(try stage.effects().events == ["link.created": 1, "link.updated": 1])
    }

    @Test("the quick start's dialect")
    func quickStart() throws {
        let path = "/api/v1/links/by-external-id/e1"
        let created = stage.send(.put, path, #"{"originalUrl": "https://example.com/", "utmSource": "x", "externalId": "e1"}"#)
        #expect(created.status == 201)
        #expect(created.json["data"]?["externalId"] == "e1")
        #expect(created.json["data"]?["utmSource"] == "x")
        #expect(created[.location]?.hasPrefix("/api/v1/links/lnk_") == true)
        let changed = stage.send(.put, path, #"{"originalUrl": "https://example.com/2"}"#)
        #expect(changed.status == 200)
        #expect(changed.json["data"]?["originalUrl"] == "https://example.com/2")
    }

    @Test("what is refused: no url, another external id in the body, an id that is none, a slug that is taken")
    func refusals() throws {
        try stage.create(["slug": "taken"])
        let path = "/links/by-external-id/e1"
        #expect(stage.ask(.put, path, "{}").refusals == ["/url required"])
        #expect(stage.ask(.put, path, #"{"url": "https://example.com/", "external_id": "e2"}"#).refusals == ["/external_id not_as_in_path"])
        #expect(stage.ask(.put, path, #"{"url": "https://example.com/", "external_id": null}"#).refusals == ["/external_id not_as_in_path"])
        #expect(stage.ask(.put, path, #"{"url": "https://example.com/", "slug": "taken", "domain": "\#(stage.host)"}"#).code == "slug_taken")
        for id in ["%FF", "a%0Ab", String(repeating: "e", count: 256), ""] {
            #expect(stage.ask(.put, "/links/by-external-id/" + id, #"{"url": "https://example.com/"}"#).status == 404, "\(id)")
        }
        #expect(try stage.effects() == .created(1))
    }

    @Test("of 32 creations of one external id at the same time one creates the link, all others find it as they want it")
    func race() throws {
        let workers = [stage.application, Application(try stage.secondWorker())]
        for turn in 0..<5 {
            let answers = try inParallel(32) { [stage] number in
                stage.send(.put, "/links/by-external-id/e\(turn)", #"{"url": "https://example.com/"}"#, to: workers[number % 2])
            }
            #expect(answers.map(\.status).sorted() == Array(repeating: 200, count: 31) + [201])
            #expect(Set(answers.map(\.body)).count == 1)
        }
        #expect(try stage.effects() == .created(5))
    }

    @Test("a PUT that nginx repeats under the same request id is answered as the first time", arguments: [
        #"{"url": "https://example.com/"}"#, #"{"url": "https://example.com/", "password": "secret"}"#,
        #"{"url": "https://example.com/", "slug": null}"#,
    ])
    func repeated(body: String) throws {
        let second = Application(try stage.secondWorker())
        let creation = stage.request(.put, "/v1/links/by-external-id/e1", body: body)
        let created = stage.application.respond(to: creation)
        #expect(created.status == 201)
        let again = second.respond(to: creation)
        #expect(again.status == 201)
        #expect(again[.location] == created[.location] && again[.eTag] == created[.eTag])
        #expect(again.body == created.body)
        #expect(try stage.effects() == .created(1))

        let change = stage.request(.put, "/v1/links/by-external-id/e1", body: body.replacingOccurrences(of: ".com/", with: ".com/2"))
        let changed = stage.application.respond(to: change)
        #expect(changed.status == 200)
        let changedAgain = second.respond(to: change)
        #expect(changedAgain.status == 200)
        #expect(changedAgain.body == changed.body)
        #expect(try stage.effects().events == ["link.created": 1, "link.updated": 1])
    }

    @Test("preconditions hold for the first time a PUT comes, not for its repetition by nginx")
    func repeatedWithPreconditions() throws {
        let second = Application(try stage.secondWorker())
        var creation = stage.request(.put, "/v1/links/by-external-id/e1", body: #"{"url": "https://example.com/"}"#)
        creation.fields.ifNoneMatch = "*"
        for worker in [stage.application, second] { #expect(worker.respond(to: creation).status == 201) }
        var change = stage.request(.put, "/v1/links/by-external-id/e1", body: #"{"url": "https://example.com/2"}"#)
        change.fields.ifMatch = #""1-0""#
        for worker in [stage.application, second] { #expect(worker.respond(to: change).status == 200) }
        change.id = randomHex(16)
        #expect(second.respond(to: change).status == 412)
        #expect(try stage.effects().events == ["link.created": 1, "link.updated": 1])
    }
}
