import JSON
import HTTP
import Model
import Testing

@testable import API
@testable import Resources
@testable import Contract

/// No workspace sees or changes anything of another, whichever route is asked, in both dialects. Made from the route table,
/// so that a route that is added is tested too.
@Suite("Between workspaces")
struct IsolationTests {
    let stage: Stage
    let key: String
    let other: Stage
    let otherKey: String

    init() throws {
        stage = try Stage()
        key = try stage.newKey(of: .owner).text
        other = try Stage()
        otherKey = try other.newKey(of: .owner).text
    }

    private static let id = String(repeating: "0", count: 32)

    /// The same request about a thing of the other workspace and about one that nobody has.
    private func answers(_ route: Route, base: String) throws -> (theirs: Response, nobodys: Response) {
        var requests = try [Things.of(other), .nobodys].map { try stage.request(route, base: base, key: key, naming: $0) }
        for index in requests.indices { requests[index].id = Self.id }
        let before = try other.stored()
        let responses = requests.map { stage.respond(to: $0) }
        #expect(try other.stored() == before)
        return (responses[0], responses[1])
    }

    // MARK: Paths and bodies

    @Test(
        "an id of another workspace is answered like one that nobody has, and nothing is changed",
        arguments: Route.scoped.filter { !$0.samplePaths.isEmpty && $0.method != .put })
    func paths(route: Route) throws {
        for base in Stage.bases {
            let (theirs, nobodys) = try answers(route, base: base)
            #expect(theirs.status == 404 && theirs.code == "not_found", "\(theirs.text)")
            #expect(theirs.text == nobodys.text)
        }
    }

    @Test(
        "a client's own name for something can be used in every workspace",
        arguments: Route.scoped.filter { !$0.samplePaths.isEmpty && $0.method == .put })
    func ownNames(route: Route) throws {
        for base in Stage.bases {
            let (theirs, nobodys) = try answers(route, base: base)
            #expect(theirs.status == 201 && nobodys.status == 201, "\(theirs.text)")
        }
    }

    @Test(
        "an id of another workspace in a body is answered like one that nobody has, and nothing is changed",
        arguments: Route.scoped.filter { $0.example?.idPrefixes.isEmpty == false })
    func bodies(route: Route) throws {
        for base in Stage.bases {
            let (theirs, nobodys) = try answers(route, base: base)
            #expect(theirs.text == nobodys.text)
            let statuses = (theirs.json["data"] ?? theirs.json)["results"]?.arrayValue?.map { $0["status"] }
            #expect(statuses.map { $0.allSatisfy { $0 == 404 } } ?? (theirs.status >= 400), "\(theirs.text)")
        }
    }

    @Test("in a bulk request only the own items have an effect")
    func mixedBulk() throws {
        let (own, theirs) = (try stage.create([:])["id"] ?? .null, try other.create([:])["id"] ?? .null)
        let before = try other.stored()
        let changed = stage.ask(.patch, "/links/bulk", JSON.object(["links": [
            ["id": theirs, "title": "stolen"], ["id": own, "title": "own"],
        ]]).text).json
        #expect(changed["results"]?.arrayValue?.map { $0["status"] } == [404, 200])
        let deleted = stage.ask(.delete, "/links/bulk", JSON.object(["ids": [theirs, own]]).text).json
        #expect(deleted["results"]?.arrayValue?.map { $0["status"] } == [404, 204])
        #expect(try other.stored() == before)
    }

    // MARK: Queries

    /// Gives the other workspace one of everything, with a click and the requests that made it.
    private func populate() throws -> (link: JSON, marks: [String]) {
        let link = try other.create([
            "slug": .string("s" + randomHex(6)), "tags": [.string("t" + randomHex(6))],
            "external_id": .string("e" + randomHex(6)),
        ])
        let slug = link["slug"]?.stringValue ?? ""
        _ = try other.newQRCode(["link_id": link["id"] ?? .null])
        var visit = other.visit("/\(slug)?utm_source=\(Self.visited)&utm_medium=\(Self.visited)&utm_campaign=\(Self.visited)")
        (visit.country, visit.city, visit.fields.referer) = ("XK", Self.visited, "https://\(Self.visited)/")
        #expect(other.application.respond(to: visit).status == 302)
        let made = try Sample.byPrefix.values.map { try $0.make(other) }
        try other.load()
        return (link, made + [slug, other.workspace.id.description, other.workspace.slug, other.host, other.keyID.description])
    }

    @Test("what is read has nothing of another workspace in it", arguments: Route.scoped.filter { $0.method == .get })
    func reading(route: Route) throws {
        let marks = try populate().marks
        for base in Stage.bases {
            let own = stage.respond(to: try stage.request(route, base: base, key: key)).whole
            let theirs = other.respond(to: try other.request(route, base: base, key: otherKey)).whole
            #expect(own != theirs, "\(route.name) answers both workspaces the same")
            for mark in marks { #expect(!own.contains(mark), "\(route.name) shows \(mark)") }
        }
    }

    /// What the visitor of the other workspace comes from.
    private static let visited = "visited.example"

    /// What a query can ask for of the other workspace, and the like that nobody has.
    private func filters(_ link: JSON) throws -> [String: (theirs: String, nobodys: String)] {
        let linkIDs = (link["id"]?.stringValue ?? "", LinkID.new().description)
        let keyIDs = (other.keyID.description, APIKeyID.new().description)
        let (member, browser) = try other.newBrowser(of: .viewer)
        browser.ask(.get, "/links")
        try other.load()
        return [
            "member_id": (member.id.description, MemberID.new().description),
            "link_id": linkIDs, "resource": linkIDs, "key_id": keyIDs, "actor": keyIDs,
            "domain": (other.host, "go-\(randomHex(6)).test"), "tag": (link["tags"]?[0]?.stringValue ?? "", randomHex(6)),
            "prefix": (link["tags"]?[0]?.stringValue ?? "", randomHex(6)),
            "external_id": (link["external_id"]?.stringValue ?? "", randomHex(6)),
            "search": (link["slug"]?.stringValue ?? "", randomHex(6)),
            "country": ("XK", "XX"), "browser": ("Firefox", "Other"), "os": ("Linux", "Other"),
        ].merging(["city", "referrer", "utm_source", "utm_medium", "utm_campaign"].map { ($0, (Self.visited, randomHex(6))) }) { $1 }
    }

    @Test(
        "a query for something of another workspace is answered like one for what nobody has",
        arguments: Route.scoped.filter { !$0.operation.query.isEmpty })
    func queries(route: Route) throws {
        let filters = try filters(populate().link)
        for parameter in route.operation.query {
            guard let filter = filters[parameter.name] else {
                #expect(parameter.namesNothing, "\(route.name): add \(parameter.name) to the filters")
                continue
            }
            for base in Stage.bases {
                func answer(_ stage: Stage, _ key: String, _ value: String) throws -> String {
                    var request = try stage.request(route, base: base, key: key)
                    request.id = Self.id
                    request.query = (base == "/v1" ? parameter.name : Dialect.camelCase(parameter.name)) + "=" + value
                    return stage.respond(to: request).whole.replacing(/\d{4}-\d\d-\d\dT[0-9:.]+Z/, with: "<time>")
                }
                let (theirs, nobodys) = filter
                #expect(try answer(stage, key, theirs) == answer(stage, key, nobodys), "\(parameter.name)")
                #expect(try answer(other, otherKey, theirs) != answer(other, otherKey, nobodys), "\(parameter.name)")
            }
        }
    }

    @Test("a cursor of another workspace is refused", arguments: Route.scoped.filter(\.operation.isList))
    func cursors(route: Route) throws {
        let sample = Sample.byPath[route.path + "/{id}"]
        for stage in [stage, other] { for _ in 0..<3 { _ = try sample?.make(stage) } }
        for base in Stage.bases {
            let requests = try [(stage, key), (other, otherKey)].map { try $0.request(route, base: base, key: $1) }
            func page(_ stage: Stage, after cursor: String = "") throws -> Response {
                var request = requests[stage === other ? 1 : 0]
                request.query = "limit=1" + (cursor.isEmpty ? "" : "&starting_after=" + cursor)
                return stage.respond(to: request)
            }
            let first = try page(other).json
            let cursor = try #require((first["next_cursor"] ?? first["pagination"]?["nextCursor"])?.stringValue, "\(first.text)")
            #expect(try page(other, after: cursor).status == 200)
            let refused = try page(stage, after: cursor)
            #expect(refused.status == 400 && refused.json["parameter"] == "starting_after", "\(refused.text)")
        }
    }

    // MARK: Idempotency

    @Test("an Idempotency-Key of another workspace is another key", arguments: Route.scoped.filter { $0.method == .post })
    func idempotencyKeys(route: Route) throws {
        for base in Stage.bases {
            let word = randomHex(8)
            let requests = try [(stage, key), (other, otherKey)].map { stage, key in
                var request = try stage.request(route, base: base, key: key)
                request.fields.idempotencyKey = word
                return request
            }
            let first = zip([stage, other], requests).map { $0.respond(to: $1) }
            let second = zip([stage, other], requests).map { $0.respond(to: $1) }
            for response in first { #expect(response.status < 300 && response[.idempotentReplayed] == nil, "\(response.text)") }
            for response in second { #expect(response[.idempotentReplayed] == "true", "\(response.text)") }
            #expect(first.map(\.text) == second.map(\.text))
        }
    }
}

extension Operation.Parameter {
    /// Nobody's things can be asked for with it: it is a number, a time or a word of a list, or the same in every workspace.
    fileprivate var namesNothing: Bool {
        schema["$ref"] != nil || schema["items"]?["$ref"] != nil || schema["format"] != nil || ["integer", "boolean"].contains(schema["type"])
            || ["start", "end", "action", "endpoint", "timezone", "starting_after", "foreground", "background"].contains(name)
    }
}

extension Response {
    /// The body, also where it is made while it is sent.
    var whole: String {
        guard let stream else { return text }
        var bytes: [UInt8] = []
        do {
            try stream { bytes += $0 }
        } catch {
            Issue.record(error)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
