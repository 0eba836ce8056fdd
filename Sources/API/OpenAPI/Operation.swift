import HTTP
import Model

/// What OpenAPI tells of a route beyond method, path and scope. Every route must have one: the table asks for it.
struct Operation: Sendable {
    struct Parameter: Sendable {
        var name: String
        var about: String
        var schema: JSON
    }

    /// `operationId`: a verb and a noun.
    var id: String
    var summary: String
    var query: [Parameter] = []
    /// Names a schema of the request body.
    var body: String?
    var status = 200
    /// Names a schema of the answer; nil where there is no body.
    var answer: String?
    var isList = false
    /// Problems of its own, beside those that every route has.
    var problems: [Int] = []
}

extension Operation {
    static let createLink = Operation(
        id: "createLink", summary: "Create a short link", body: "NewLink", status: 201, answer: "Link",
        problems: [409, 415, 422])

    static let listLinks = Operation(
        id: "listLinks", summary: "List links",
        query: [
            .init(name: "domain", about: "Host of the links", schema: ["type": "string"]),
            .init(name: "tag", about: "Repeat it for links that have all of several tags", schema: ["type": "array", "items": ["type": "string"]]),
            .init(name: "search", about: "Part of the slug, the destination or the title", schema: ["type": "string"]),
            .init(name: "external_id", about: "The client's own name for the link", schema: ["type": "string"]),
            .init(name: "created_after", about: "Created later than this", schema: .time),
            .init(name: "created_before", about: "Created earlier than this", schema: .time),
            .init(name: "disabled", about: "Only disabled links, or only others", schema: ["type": "boolean"]),
            .init(name: "sort", about: "Newest or most clicked first", schema: .oneOf(["created_at", "clicks"])),
            .init(name: "limit", about: "Links on a page", schema: ["type": "integer", "minimum": 1, "maximum": 100, "default": 25]),
            .init(name: "starting_after", about: "The next_cursor of the page before", schema: .cursor),
        ],
        answer: "Link", isList: true, problems: [400])

    static let getLink = Operation(id: "getLink", summary: "Read a link", answer: "Link", problems: [404])

    static let updateLink = Operation(
        id: "updateLink", summary: "Change the fields that are sent; null clears a field", body: "LinkChanges",
        answer: "Link", problems: [404, 409, 415, 422])

    static let deleteLink = Operation(id: "deleteLink", summary: "Delete a link", status: 204, problems: [404])

    static let getClicks = Operation(
        id: "getClicks", summary: "Count clicks",
        query: [
            .init(name: "link_id", about: "Only this link", schema: .id(LinkKind.self)),
            .init(name: "domain", about: "Only links on this host", schema: ["type": "string", "pattern": .string(Schemas.host)]),
            .init(name: "tag", about: "Only links with this tag", schema: ["type": "string"]),
            .init(name: "interval", about: "A window that ends now", schema: .oneOf(["24h", "7d", "30d", "90d", "12mo", "all"])),
            .init(name: "start", about: "Instead of interval: from the quarter of an hour of this time", schema: .time),
            .init(name: "end", about: "To the quarter of an hour of this time; now where left out", schema: .time),
            .init(name: "timezone", about: "IANA name; days, weeks and months are this zone's", schema: ["type": "string", "default": "UTC"]),
            .init(name: "granularity", about: "Length of a line when grouped by time", schema: .oneOf(["hour", "day", "week", "month"])),
            .init(name: "group_by", about: "What each line counts", schema: .oneOf([
                "time", "country", "city", "device", "browser", "os", "referrer", "link", "tag", "domain", "utm_source",
                "utm_medium", "utm_campaign", "bot",
            ])),
            .init(name: "count", about: "Everyone, everyone but bots, or first visits of a day", schema: .oneOf(["all", "human", "unique"])),
        ],
        answer: "Clicks", problems: [400])

    static let getWorkspace = Operation(id: "getWorkspace", summary: "Read the key's workspace", answer: "Workspace", problems: [400])

    static let getOpenAPI = Operation(id: "getOpenAPI", summary: "This document", answer: "Document")
}

extension JSON {
    static let time: JSON = ["type": "string", "format": "date-time"]

    static let cursor: JSON = ["type": "string", "pattern": "^[A-Za-z0-9_-]+$"]

    static let count: JSON = ["type": "integer", "minimum": 0]

    /// An identifier: the prefix of its kind and a ULID.
    static let id = id(prefix: "[a-z]+")
    static func id<Kind: IdentifierKind>(_: Kind.Type) -> JSON { id(prefix: Kind.prefix) }
    private static func id(prefix: String) -> JSON {
        ["type": "string", "pattern": .string("^\(prefix)_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    }

    static func oneOf(_ values: [String]) -> JSON { ["type": "string", "enum": JSON(values)] }
}
