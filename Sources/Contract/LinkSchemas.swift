import HTTP
import JSON
import LinkStore
import Model
import Work

extension Schemas {
    private static let text: JSON = ["type": ["string", "null"], "maxLength": 255, "pattern": .string(plain)]

    /// Names in A-label form, with a dot, and no number at the end.
    static let host =
        "^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?[.])+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$"

    /// Of ASCII only letters, digits and `-._~`, not beginning with `_` or `.`. Of other scripts letters, digits, marks
    /// and emoji, which patterns cannot say in a way that all readers of them understand.
    static let slug = #"^[^\u0000-,./:-@\[-`{-}\u007F][^\u0000-,/:-@\[-^`{-}\u007F]*$"#

    /// A host, perhaps with a port, of a length that hosts can have; no user name.
    private static let web = #"^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]{1,259}([/?#]|$)"#

    /// Without control characters, and without space at either end.
    static let tag: JSON = {
        let outer = forbidden + #"\u0020\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000"#
        let pattern = "^[^\(outer)]([^\(forbidden)]*[^\(outer)])?$"
        return ["type": "string", "minLength": 1, "maxLength": 50, "pattern": .string(pattern)]
    }()

    /// What a client can set, as it sends it.
    private static let writable: JSONObject = [
        "slug": [
            "type": ["string", "null"], "minLength": 1, "maxLength": 100, "pattern": .string(slug),
            "description": "Random where left out; of other scripts letters, digits, marks and emoji only",
        ],
        "domain": [
            "type": ["string", "null"], "maxLength": 253, "pattern": .string(host),
            "description": "The installation's link host where left out",
        ],
        "tags": ["type": ["array", "null"], "items": tag, "maxItems": 20, "uniqueItems": true],
        "title": text, "utm_source": text, "utm_medium": text, "utm_campaign": text, "utm_term": text, "utm_content": text,
        "starts_at": moment,
        "expires_at": [
            "type": ["string", "null"], "format": "date-time",
            "description": "May lie in the past: the link is made, and has expired",
        ],
        "max_clicks": ["type": ["integer", "null"], "minimum": 1, "maximum": 2_000_000_000],
        "expired_url": ["type": ["string", "null"], "format": "uri", "maxLength": 8192, "pattern": .string(web)],
        "password": ["type": ["string", "null"], "minLength": 1, "maxLength": 128, "writeOnly": true],
        "redirect_status": ["type": ["integer", "null"], "enum": [301, 302, 307, 308, nil]],
        "disabled": ["type": ["boolean", "null"]],
        "indexable": [
            "type": ["boolean", "null"],
            "description": "Search engines may list the short URL; otherwise its redirect says X-Robots-Tag: noindex",
        ],
        "archived": ["type": ["boolean", "null"], "description": "Still leads, and is in no list that does not ask for it"],
        "notes": orNull(lines(2000)),
        "external_id": ["type": ["string", "null"], "minLength": 1, "maxLength": 255, "pattern": .string(plain)],
    ]

    static let url: JSON = ["type": "string", "format": "uri", "maxLength": 8192, "pattern": .string(web)]

    static let newLink: JSON = object(JSONObject([.init(name: "url", value: url)] + writable.members), required: ["url"])
    static let linkChanges: JSON = object(
        JSONObject([.init(name: "url", value: url)] + writable.members + tagChanges.members), required: [])

    /// In place of `tags`.
    private static let tagChanges: JSONObject = [
        "add_tags": tags("Come to those that the link has"), "remove_tags": tags("Go from those that the link has"),
    ]

    private static func tags(_ about: String) -> JSON {
        ["type": ["array", "null"], "items": tag, "maxItems": 20, "uniqueItems": true, "description": .string(about)]
    }

    static let link: JSON = {
        let read: JSONObject = [
            "id": .id(LinkKind.self), "url": url, "short_url": url, "slug": ["type": "string"], "domain": ["type": "string"],
            "tags": ["type": "array", "items": ["type": "string"]],
            "clicks": ["type": "integer", "description": "All, bots included"],
            "human_clicks": ["type": "integer", "description": "Those of them that are not a bot's"],
            "password_protected": ["type": "boolean"], "redirect_status": ["type": "integer"], "disabled": ["type": "boolean"],
            "indexable": ["type": "boolean"], "archived": ["type": "boolean"],
            "created_at": .time, "updated_at": .time, "last_clicked_at": moment,
            "deleted_at": moment,
        ]
        let optional = writable.members.filter { read[$0.name] == nil && $0.name != "password" }
        return object(JSONObject(read.members + optional))
    }()

    static let linkCount: JSON = object(["count": .count])

    static let listedTag: JSON = object(["tag": string, "links": .count])

    // MARK: Many links

    /// Passwords are set one link at a time.
    private static let bulkWritable = JSONObject(
        [.init(name: "url", value: url)] + writable.members.filter { $0.name != "password" })

    static let newLinks: JSON = object(["links": many(object(bulkWritable, required: ["url"]))])

    static let linksChanges: JSON = object([
        "links": many(object(
            JSONObject([.init(name: "id", value: .id(LinkKind.self))] + bulkWritable.members + tagChanges.members), required: ["id"]))
    ])

    private static let ids: JSON = many(["type": "string", "description": "lnk_…"])

    static let linkIDs: JSON = object(
        ["ids": ids, "purge": ["type": ["boolean", "null"], "description": "Delete for good, also what was deleted before"]], required: ["ids"])

    static let deletedLinkIDs: JSON = object(["ids": ids])

    static let bulkResults: JSON = object([
        "succeeded": .count, "failed": .count,
        "results": array(of: object([
            "status": ["type": "integer"], "link": orNull(reference("Link")), "error": orNull(bulkError),
        ])),
    ])

    private static let bulkError: JSON = object([
        "code": string, "title": string, "detail": string, "errors": array(of: fieldProblem),
    ])

    // MARK: All links of a filter

    /// As a list has it in its query.
    static let linkFilter: JSON = filter(LinkFilter.State.allCases)

    /// Of links that were deleted: their state need not be told.
    static let deletedLinkFilter: JSON = filter([.deleted])

    private static func filter(_ states: [LinkFilter.State]) -> JSON {
        object([
            "domain": orNull(string), "tag": ["type": ["array", "null"], "items": string, "maxItems": 20, "description": "A link must have all of them"],
            "search": orNull(string), "external_id": orNull(string), "created_after": moment, "created_before": moment,
            "disabled": ["type": ["boolean", "null"]], "state": orNull(.oneOf(states.map(\.rawValue))),
        ], required: [])
    }

    private static func matching(_ filter: String = "LinkFilter") -> [JSONObject.Member] {
        [
            .init(name: "filter", value: reference(filter)),
            .init(name: "starting_after", value: [
                "type": ["string", "null"], "description": "The next_cursor of the answer before, with the same filter",
            ]),
        ]
    }

    /// What is one link's alone is none of it.
    static let matchingChanges: JSON = object(JSONObject(matching() + [
        .init(name: "changes", value: object(
            JSONObject(bulkWritable.members.filter { !["slug", "external_id"].contains($0.name) } + tagChanges.members), required: [])),
    ]), required: ["filter", "changes"])

    static let matchingDeletion: JSON = object(JSONObject(matching() + [
        .init(name: "purge", value: [
            "type": ["boolean", "null"], "description": "Delete for good; needed where the filter's state is deleted",
        ]),
    ]), required: ["filter"])

    static let matchingRestoration: JSON = object(JSONObject(matching("DeletedLinkFilter")), required: ["filter"])

    static let matchingResults: JSON = object([
        "matched": .count, "succeeded": .count, "failed": .count,
        "refused": array(of: object(["id": .id(LinkKind.self), "status": ["type": "integer"], "error": bulkError])),
        "has_more": ["type": "boolean"], "next_cursor": orNull(.cursor),
    ])

    private static func many(_ items: JSON) -> JSON {
        ["type": "array", "items": items, "minItems": 1, "maxItems": .integer(Int64(LinkWork.bulkLimit))]
    }
}
