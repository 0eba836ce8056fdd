import HTTP
import JSON
import Model
import Pages
import Store

extension Schemas {
    /// What a client can set, as it sends it.
    private static let pageWritable: JSONObject = [
        "slug": [
            "type": ["string", "null"], "minLength": 1, "maxLength": 100, "pattern": .string(slug),
            "description": "Random where left out; links and pages share their slugs",
        ],
        "domain": [
            "type": ["string", "null"], "maxLength": 253, "pattern": .string(host),
            "description": "The installation's link host where left out",
        ],
        "title": title, "description": orNull(lines(1000)),
        "avatar": orNull(image).about("An image"),
        "language": orNull(["type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "maxLength": 35]).about("BCP 47"),
        "theme": orNull(["type": "string", "description": "A theme of this installation, such as paper"]),
        "colors": orNull(reference("PageColors")), "seo": orNull(reference("PageSEO")), "social_card": orNull(reference("SocialCard")),
        "blocks": [
            "type": ["array", "null"], "items": reference("Block"), "maxItems": .integer(Int64(PageContent.blockLimit)),
            "description": "From top to bottom",
        ],
    ]

    static let ofPages: JSONObject = [
        "PageInput": input("A new bio page", pageWritable, required: ["title"]), "PageChanges": pageChanges, "Page": page,
        "PageVersion": object("What was published once", versionMembers),
        "PageVersionWithContent": object(
            "What was published once, whole", JSONObject(versionMembers.members + [.init(name: "content", value: reference("PageContent"))])),
        "PageContent": object("What visitors see", contentRead),
        "PageRestoration": input(
            "Whether visitors see it at once", ["publish": ["type": ["boolean", "null"], "default": false]], required: []),
        "Image": object("An image for bio pages", [
            "id": .id(ImageKind.self), "type": reference("ImageType"), "width": .count, "height": .count,
            "image_url": ["type": "string", "format": "uri"], "created_at": .time,
        ]),
    ]

    private static let pageChanges: JSON = {
        var members = pageWritable
        members["slug"] = ["type": "string", "minLength": 1, "maxLength": 100, "pattern": .string(slug)]
        return input("What changes of a bio page's draft", members, required: [])
    }()

    private static let page: JSON = {
        let place: JSONObject = [
            "id": .id(PageKind.self), "slug": string, "domain": string,
            "page_url": ["type": "string", "format": "uri", "description": "Where visitors find it once it is published"],
        ]
        let state: JSONObject = [
            "published": boolean, "published_version": orNull(["type": "integer"]), "published_at": moment,
            "has_unpublished_changes": boolean.about("Whether the draft is not what visitors see"), "views": .count, "last_viewed_at": moment,
            "created_at": .time, "updated_at": .time, "deleted_at": moment.about("Of a page that was deleted and can be restored"),
        ]
        return object("A bio page: its draft, and how it is doing", JSONObject(place.members + contentRead.members + state.members))
    }()

    private static let contentRead: JSONObject = {
        var members = JSONObject(pageWritable.members.filter { PageContent.members.contains($0.name) })
        members["language"] = string
        members["theme"] = string
        members["blocks"] = array(of: reference("Block")).about("From top to bottom")
        return members
    }()

    private static let versionMembers: JSONObject = [
        "number": ["type": "integer", "minimum": 1], "current": boolean.about("Whether visitors see it now"), "published_by": string, "published_at": .time,
    ]

    // MARK: Parts

    /// One line that says something.
    static let title: JSON = ["type": "string", "minLength": 1, "maxLength": 255, "pattern": .string(visible)]
    static let visible = "^[^\(forbidden)]*[^\\s\(forbidden)][^\(forbidden)]*$"
    static let summary: JSON = ["type": "string", "maxLength": 500, "pattern": .string(plain)]
    static let image: JSON = .id(ImageKind.self)

    static func lines(_ maximum: Int64) -> JSON {
        ["type": "string", "maxLength": .integer(maximum), "pattern": .string(severalLines)]
    }

    /// As ``plain``, and tabs and line feeds.
    static let severalLines = #"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]*$"#
}
