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
            "description": "What stands behind the host. Random where left out; of other scripts letters, digits, marks and emoji only",
        ],
        "domain": [
            "type": ["string", "null"], "maxLength": 253, "pattern": .string(host),
            "description": "The host of the short URL; the installation's link host where left out",
        ],
        "tags": ["type": ["array", "null"], "items": tag, "maxItems": 20, "uniqueItems": true, "description": "Words to find it by"],
        "title": text.about("What people call it; visitors do not see it"),
        "utm_source": text.about("Added to the destination's query, as are the others of UTM"), "utm_medium": text.about("As utm_source"),
        "utm_campaign": text.about("As utm_source"), "utm_term": text.about("As utm_source"), "utm_content": text.about("As utm_source"),
        "starts_at": moment.about("Until then it leads nowhere"),
        "expires_at": moment.about("From then on it leads nowhere, or to expired_url. May lie in the past: the link is made, and has expired"),
        "max_clicks": [
            "type": ["integer", "null"], "minimum": 1, "maximum": 2_000_000_000, "description": "After so many clicks it has expired",
        ],
        "expired_url": [
            "type": ["string", "null"], "format": "uri", "maxLength": 8192, "pattern": .string(web),
            "description": "Where it leads once it has expired; the domain's expired_url where left out",
        ],
        "password": [
            "type": ["string", "null"], "minLength": 1, "maxLength": 128, "writeOnly": true, "description": "Visitors are asked for it",
        ],
        "redirect_status": orNull(reference("RedirectStatus")).about("With which it leads on; 302 where left out"),
        "disabled": ["type": ["boolean", "null"], "description": "Leads nowhere until it is enabled again"],
        "indexable": [
            "type": ["boolean", "null"],
            "description": "Search engines may list the short URL; otherwise its redirect says X-Robots-Tag: noindex",
        ],
        "archived": ["type": ["boolean", "null"], "description": "Still leads, and is in no list that does not ask for it"],
        "notes": orNull(lines(2000)).about("For the workspace's own eyes"),
        "external_id": [
            "type": ["string", "null"], "minLength": 1, "maxLength": 255, "pattern": .string(plain),
            "description": "The client's own name for it, one link each: PUT /links/by-external-id/{external_id}",
        ],
    ]

    static let url: JSON = ["type": "string", "format": "uri", "maxLength": 8192, "pattern": .string(web)]

    private static let destination = JSONObject.Member(name: "url", value: url.about("Where it leads: http or https, and no short link"))

    static let ofLinks: JSONObject = [
        "Link": link, "LinkInput": input("A new link", JSONObject([destination] + writable.members), required: ["url"]),
        "LinkChanges": input("What changes of a link", JSONObject([destination] + writable.members + tagChanges.members), required: []),
        "LinkCount": object("How many links there are", ["count": .count]),
        "Tag": object("A tag in use", ["tag": string, "links": JSON.count.about("How many links have it")]),
    ]

    /// In place of `tags`.
    private static let tagChanges: JSONObject = [
        "add_tags": tags("Come to those that the link has"), "remove_tags": tags("Go from those that the link has"),
    ]

    private static func tags(_ about: String) -> JSON {
        ["type": ["array", "null"], "items": tag, "maxItems": 20, "uniqueItems": true, "description": .string(about)]
    }

    private static let link: JSON = {
        let read: JSONObject = [
            "id": .id(LinkKind.self), "url": url.about("Where it leads"), "short_url": url.about("What visitors follow"),
            "slug": string.about("What stands behind the host"), "domain": string.about("The host of the short URL"),
            "tags": array(of: string).about("Words to find it by"), "clicks": JSON.count.about("All, bots included"),
            "human_clicks": JSON.count.about("Those of them that are not a bot's"),
            "password_protected": boolean.about("Whether visitors are asked for a password"),
            "redirect_status": reference("RedirectStatus"), "disabled": boolean.about("Whether it leads nowhere until it is enabled again"),
            "indexable": boolean.about("Whether search engines may list the short URL"),
            "archived": boolean.about("Whether it is in no list that does not ask for it; it still leads"),
            "created_at": .time, "updated_at": .time, "last_clicked_at": moment,
            "deleted_at": moment.about("Of a link that was deleted and can be restored"),
        ]
        let optional = writable.members.filter { read[$0.name] == nil && $0.name != "password" }
        return object("A short link", JSONObject(read.members + optional))
    }()

    // MARK: Many links

    static let ofManyLinks: JSONObject = [
        "BulkLinksInput": input("New links", ["links": many(reference("BulkLinkInput"))]),
        "BulkLinkInput": input("One of many new links", bulkWritable, required: ["url"]),
        "BulkLinksChanges": input("What changes of each link", ["links": many(reference("BulkLinkChanges"))]),
        "BulkLinkChanges": input(
            "What changes of one of many links",
            JSONObject([.init(name: "id", value: .id(LinkKind.self))] + bulkWritable.members + tagChanges.members), required: ["id"]),
        "LinkSelection": input(
            "Which links", ["ids": ids, "purge": ["type": ["boolean", "null"], "description": "Delete for good, also what was deleted before"]],
            required: ["ids"]),
        "DeletedLinkSelection": input("Which deleted links", ["ids": ids]),
        "BulkResults": object("What came of each, in the order in which they were sent", [
            "succeeded": .count, "failed": .count, "results": array(of: reference("BulkResult")),
        ]),
        "BulkResult": object("What came of one of many", [
            "status": ["type": "integer", "description": "As a request for it alone would be answered"],
            "link": orNull(reference("Link")), "error": orNull(reference("ItemProblem")),
        ]),
        "LinkFilter": filter("LinkState"), "DeletedLinkFilter": filter(nil),
        "MatchingChanges": input("What changes of all links of a filter", JSONObject(matching() + [
            .init(name: "changes", value: reference("MatchingLinkChanges")),
        ]), required: ["filter", "changes"]),
        "MatchingLinkChanges": input(
            "What changes of each link of a filter; what is one link's alone is none of it",
            JSONObject(bulkWritable.members.filter { !["slug", "external_id"].contains($0.name) } + tagChanges.members), required: []),
        "MatchingDeletion": input("Which links are deleted", JSONObject(matching() + [
            .init(name: "purge", value: [
                "type": ["boolean", "null"], "description": "Delete for good; needed where the filter's state is deleted",
            ]),
        ]), required: ["filter"]),
        "MatchingRestoration": input("Which deleted links come back", JSONObject(matching("DeletedLinkFilter")), required: ["filter"]),
        "MatchingResults": object("What came of the links of a filter, up to 1,000 of them", [
            "matched": .count, "succeeded": .count, "failed": .count, "refused": array(of: reference("RefusedLink")),
            "has_more": boolean.about("Whether the filter has more links"),
            "next_cursor": orNull(.cursor).about("For starting_after of the next request, with the same filter"),
        ]),
        "RefusedLink": object("A link that was not changed", [
            "id": .id(LinkKind.self), "status": ["type": "integer"], "error": reference("ItemProblem"),
        ]),
    ]

    /// Passwords are set one link at a time.
    private static let bulkWritable = JSONObject([destination] + writable.members.filter { $0.name != "password" })

    private static let ids: JSON = many(["type": "string", "description": "lnk_…"])

    /// As a list has it in its query.
    /// - Parameter states: names them; nil of links that were deleted, whose state need not be told.
    private static func filter(_ states: String?) -> JSON {
        let state = states.map(reference) ?? reference("DeletedState")
        return input("Which links, as a list has it in its query", [
            "domain": orNull(string).about("Host of the links"),
            "tag": ["type": ["array", "null"], "items": string, "maxItems": 20, "description": "A link must have all of them"],
            "search": orNull(["type": "string", "maxLength": .integer(Int64(SearchText.maximumLength))])
                .about("Part of the slug, the destination or the title"),
            "external_id": orNull(string),
            "created_after": moment, "created_before": moment, "disabled": ["type": ["boolean", "null"]], "state": orNull(state),
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

    private static func many(_ items: JSON) -> JSON {
        ["type": "array", "items": items, "minItems": 1, "maxItems": .integer(Int64(LinkWork.bulkLimit))]
    }
}
