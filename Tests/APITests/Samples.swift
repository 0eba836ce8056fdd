import AccountStore
import DeliveryStore
import Text
import JSON
import HTTP
import MariaDB
import Model
import Store
import Testing

@testable import API
@testable import Resources
@testable import Contract

/// Something that a route can be asked about: how to make one in a workspace, and the name of one that nobody has.
struct Sample: Sendable {
    /// Makes one and says how paths and bodies call it.
    let make: @Sendable (Stage) throws -> String
    let unknown: @Sendable () -> String

    /// What stands for the parameter at the end of a path. A route with another parameter needs a line here.
    static let byPath = [
        "/links/{id}": link,
        "/links/by-external-id/{external_id}": externalID,
        "/tags/{id}": tag,
        "/api-keys/{id}": key,
        "/team/members/{id}": member,
        "/team/invitations/{id}": invitation,
        "/webhooks/{id}": webhook,
        "/webhooks/{id}/deliveries/{delivery_id}": delivery,
        "/events/{id}": event,
        "/qr-codes/{id}": qrCode,
        "/bio-pages/{id}": page,
        "/bio-pages/{id}/versions/{number}": pageVersion,
        "/images/{id}": image,
        "/domains/{id}": domain,
    ]

    /// What stands for an id in the example of a body, by the prefix of the id.
    static let byPrefix = [
        LinkKind.prefix: link, APIKeyKind.prefix: key, MemberKind.prefix: member, WebhookKind.prefix: webhook,
        EventKind.prefix: event, DomainKind.prefix: domain, QRCodeKind.prefix: qrCode, PageKind.prefix: page, ImageKind.prefix: image,
        OneTimeLinkKind.prefix: invitation,
    ]

    private static let link = Sample(
        make: { try $0.create([:])["id"]?.stringValue ?? "" }, unknown: { LinkID.new().description })

    private static let externalID = Sample(
        make: { try $0.create(["external_id": .string("e" + randomHex(8))])["external_id"]?.stringValue ?? "" },
        unknown: { "e" + randomHex(8) })

    /// Of a link that has it.
    private static let tag = Sample(
        make: { try $0.create(["tags": [.string("t" + randomHex(8))]])["tags"]?.arrayValue?.first?.stringValue ?? "" },
        unknown: { "t" + randomHex(8) })

    private static let key = Sample(
        make: { try $0.newKey([.keysWrite]).id.description }, unknown: { APIKeyID.new().description })

    /// One as whom somebody signs in.
    private static let member = Sample(
        make: { try $0.newColleague(.member).member.id.description }, unknown: { MemberID.new().description })

    private static let invitation = Sample(
        make: { try $0.invite("\(randomHex(6))@example.com", as: .member).link.id.description },
        unknown: { OneTimeLinkID.new().description })

    /// An endpoint with three deliveries in its log.
    private static let webhook = Sample(
        make: { stage in
            let id = try stage.newWebhook()
            for _ in 0..<3 { try stage.newDelivery(to: id) }
            return id.description
        }, unknown: { WebhookID.new().description })

    /// Of the endpoint that was made last, which stands before it in the path.
    private static let delivery = Sample(
        make: { stage in
            let last: SQL = "SELECT MAX(id) FROM webhook_deliveries WHERE workspace_id = \(stage.workspace.id)"
            return DeliveryID(try #require(ULID(bytes: try stage.query(last)[0].bytes(0)))).description
        }, unknown: { DeliveryID.new().description })

    private static let qrCode = Sample(
        make: { try $0.newQRCode().id }, unknown: { QRCodeID.new().description })

    /// A page with three versions, the last of which visitors see.
    private static let page = Sample(
        make: { stage in
            let link: JSON = ["type": "link", "title": "Notes", "url": .string("https://example.com/" + randomHex(4))]
            let id = try stage.newPage(["blocks": [link]])["id"]?.stringValue ?? ""
            for _ in 0..<3 { #expect(stage.ask(.post, "/bio-pages/\(id)/publish").status == 200) }
            return id
        }, unknown: { PageID.new().description })

    /// Of the page that was made last, which stands before it in the path.
    private static let pageVersion = Sample(make: { _ in "2" }, unknown: { "4" })

    private static let image = Sample(
        make: { try $0.newImage()["id"]?.stringValue ?? "" }, unknown: { ImageID.new().description })

    /// A host that nobody has proved to be theirs.
    private static let domain = Sample(
        make: { try $0.newDomain().id }, unknown: { DomainID.new().description })

    private static let event = Sample(
        make: { stage in
            try stage.create([:])
            let last: SQL = "SELECT MAX(id) FROM events WHERE workspace_id = \(stage.workspace.id)"
            return EventID(try #require(ULID(bytes: try stage.query(last)[0].bytes(0)))).description
        }, unknown: { EventID.new().description })
}

/// Whose things a request names.
enum Things {
    case own
    case of(Stage)
    case nobodys
}

extension Route {
    static let scoped = all.filter { $0.scope != nil }

    /// The paths up to each parameter, which ``Sample/byPath`` tells apart.
    var samplePaths: [String] { path.matches(of: /\{\w+\}/).map { String(path[..<$0.range.upperBound]) } }

    /// The body that OpenAPI shows.
    var example: JSON? { operation.body.flatMap { Schemas.examples[$0] } }

    static func with(id: String) throws -> Route { try #require(all.first { $0.operation.id == id }) }
}

extension JSON {
    /// The prefixes of all ids in it.
    var idPrefixes: Set<String> { Set(text.matches(of: /"([a-z]+)_[0-7][0-9a-hjkmnp-tv-z]{25}"/).map { String($0.output.1) }) }

    /// The same with every string made anew.
    func mapStrings(_ change: (String) throws -> String) rethrows -> JSON {
        switch self {
        case .string(let text): .string(try change(text))
        case .array(let items): .array(try items.map { try $0.mapStrings(change) })
        case .object(let object):
            .object(JSONObject(try object.members.map { .init(name: $0.name, value: try $0.value.mapStrings(change)) }))
        default: self
        }
    }

    /// The same under the names of the quick start.
    var camelCased: JSON {
        switch self {
        case .array(let items): .array(items.map(\.camelCased))
        case .object(let object):
            .object(JSONObject(object.members.map { .init(name: Dialect.camelCase($0.name), value: $0.value.camelCased) }))
        default: self
        }
    }
}

extension Stage {
    static let bases = ["/v1", "/api/v1"]

    /// A request as the callers of a route make it, with the body that OpenAPI shows.
    /// - Parameter scopes: what a key is to get, where the body asks for one.
    func request(
        _ route: Route, base: String = "/v1", key: String, naming things: Things = .own, scopes: [Scope]? = nil
    ) throws -> Request {
        var path = route.path
        for pattern in route.samplePaths {
            let sample = try #require(Sample.byPath[pattern], "\(pattern) has no sample")
            let name = PercentEncoding.encode(try name(of: sample, things))
            path.replace(try #require(pattern.firstMatch(of: /\{\w+\}$/)).output, with: name, maxReplacements: 1)
        }
        if route.operation.id.hasPrefix("restore"), route.operation.id != "restorePageVersion", !route.samplePaths.isEmpty, case .own = things {
            #expect(ask(.delete, String(path.dropLast("/restore".count))).status == 204)
        }
        let body = try body(of: route, naming: things, scopes)
        var request = request(
            route.method, base + path, body: (base == "/v1" ? body : body?.camelCased)?.text)
        request.fields.authorization = "Bearer " + key
        if let type = route.operation.uploads.first {
            (request.body, request.fields.contentType) = (try Self.picture().png(), type)
        }
        return request
    }

    private func body(of route: Route, naming things: Things, _ scopes: [Scope]?) throws -> JSON? {
        guard let name = route.operation.body else { return nil }
        var body = try #require(route.example, "\(name) has no example").mapStrings { text in
            // A workspace can name a host once.
            if text == DomainExamples.host { return "go-\(randomHex(6)).example.com" }
            guard let id = text.wholeMatch(of: /([a-z]+)_[0-7][0-9a-hjkmnp-tv-z]{25}/) else { return text }
            return try self.name(of: #require(Sample.byPrefix[String(id.output.1)], "\(text) has no sample"), things)
        }
        if let scopes, case .object(var object) = body, object["scopes"] != nil {
            object["scopes"] = JSON(scopes.map(\.rawValue))
            body = .object(object)
        }
        return body
    }

    private func name(of sample: Sample, _ things: Things) throws -> String {
        switch things {
        case .own: try sample.make(self)
        case .of(let other): try sample.make(other)
        case .nobodys: sample.unknown()
        }
    }

    /// The answer, which has to be what OpenAPI promises.
    func respond(to request: Request, sourceLocation: SourceLocation = #_sourceLocation) -> Response {
        let response = application.respond(to: request)
        for complaint in contract.complaints(about: response, to: request) {
            Issue.record("\(complaint)", sourceLocation: sourceLocation)
        }
        return response
    }

    func newMember(_ role: Role) throws -> Member {
        try sysadmin.addMember("\(randomHex(6))@example.com", name: "Ada", role: role, to: workspace)
    }

    /// A domain that is pending, as the API has made it.
    @discardableResult
    func newDomain(_ fields: JSONObject = [:]) throws -> (id: String, host: String, token: String) {
        var fields = fields
        if fields["host"] == nil { fields["host"] = .string("go-\(randomHex(6)).example") }
        let response = ask(.post, "/domains", JSON.object(fields).text, key: try domainKey())
        try #require(response.status == 201, "\(response.text)")
        let value = response.json["records"]?[0]?["value"]?.stringValue ?? ""
        return (
            try #require(response.json["id"]?.stringValue), try #require(response.json["host"]?.stringValue),
            String(value.drop { $0 != "=" }.dropFirst())
        )
    }

    func domainKey() throws -> String { try newKey([.domainsWrite, .linksRead]).text }

    /// An endpoint that nobody listens at.
    func newWebhook(_ fields: JSONObject = [:]) throws -> WebhookID {
        var fields = fields
        if fields["url"] == nil { fields["url"] = "https://example.com/hooks" }
        let response = ask(.post, "/webhooks", JSON.object(fields).text)
        try #require(response.status == 201, "\(response.text)")
        return try #require(response.json["id"]?.stringValue.flatMap { WebhookID($0) })
    }

    /// A QR code of a new link, or of one that is there.
    @discardableResult
    func newQRCode(_ fields: JSONObject = [:]) throws -> (id: String, version: String) {
        var fields = fields
        if fields["link_id"] == nil { fields["link_id"] = try create([:])["id"] }
        let response = ask(.post, "/qr-codes", JSON.object(fields).text)
        try #require(response.status == 201, "\(response.text)")
        return (try #require(response.json["id"]?.stringValue), try #require(response[.eTag]))
    }

    /// A new event and its delivery to an endpoint, as the sender would have left them.
    @discardableResult
    func newDelivery(
        to webhook: WebhookID, _ type: EventType = .linkCreated, _ status: Delivery.Status = .succeeded, at time: Timestamp = .now()
    ) throws -> Delivery {
        let id = EventID.new()
        let body: JSON = [
            "id": .string(id.description), "type": .string(type.rawValue), "timestamp": .string(time.rfc3339), "data": [:],
        ]
        let event = Event(id: id, workspace: workspace.id, type: type, createdAt: time, body: body.serialized())
        let delivery = Delivery(
            workspace: workspace.id, webhook: webhook, event: id, type: type, status: status, attempts: 1,
            dueAt: status == .waiting ? time : nil, createdAt: time, finishedAt: status == .waiting ? nil : time)
        try store.write { connection in
            try Events.insert([event], on: connection)
            try Deliveries.insert([delivery], lane: type.lane, on: connection)
        }
        return delivery
    }

    /// A key that a new member of this role has made.
    func newKey(of role: Role, _ scopes: [Scope] = Scope.allCases) throws -> (member: Member, text: String) {
        let member = try newMember(role)
        let made = try sysadmin.createKey(in: workspace, name: "of a member", scopes: scopes, creator: member.id)
        return (member, made.text.text)
    }

    /// All that the database has of the workspace, in one line for each table.
    func stored() throws -> [String] {
        try Self.tables.get().map { table, id, columns in
            try query("""
                SELECT CONCAT(\(table), ' ', COUNT(*), ' rows ', COALESCE(SUM(CRC32(CONCAT_WS(',', \(unsafeText: columns)))), 0))
                FROM \(unsafeText: table) WHERE \(unsafeText: id) = \(workspace.id)
                """)[0].string(0)
        }
    }

    private static let tables: Result<[(name: String, id: String, columns: String)], any Error> = Result {
        try Database.shared.get().connect().query("""
            SELECT table_name, IF(table_name = 'workspaces', 'id', 'workspace_id') own,
                   GROUP_CONCAT(CONCAT('COALESCE(HEX(', column_name, '), ''-'')') ORDER BY ordinal_position)
            FROM information_schema.columns WHERE table_schema = DATABASE()
            GROUP BY table_name HAVING SUM(column_name = own) ORDER BY table_name
            """).map { (try $0.string(0), try $0.string(1), try $0.string(2)) }
    }
}
