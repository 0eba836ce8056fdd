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
        "avatar": orNull(image),
        "language": orNull(["type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "maxLength": 35]),
        "theme": orNull(["type": "string", "description": "A theme of this installation, such as paper"]),
        "colors": orNull(colors),
        "seo": orNull(
            object(
                ["title": orNull(title), "description": orNull(summary), "noindex": ["type": ["boolean", "null"]]],
                required: [])),
        "social_card": orNull(
            object(["title": orNull(title), "description": orNull(summary), "image": orNull(image)], required: [])),
        "blocks": orNull([
            "type": "array", "items": ["anyOf": .array(blocks)], "maxItems": .integer(Int64(PageContent.blockLimit)),
        ]),
    ]

    static let newPage: JSON = object(pageWritable, required: ["title"])

    static let pageChanges: JSON = {
        var members = pageWritable
        members["slug"] = ["type": "string", "minLength": 1, "maxLength": 100, "pattern": .string(slug)]
        return object(members, required: [])
    }()

    static let page: JSON = object(
        JSONObject(
            [
                .init(name: "id", value: .id(PageKind.self)), .init(name: "slug", value: string),
                .init(name: "domain", value: string),
                .init(
                    name: "page_url",
                    value: [
                        "type": "string", "format": "uri", "description": "Where visitors find it once it is published",
                    ]),
            ] + contentRead.members + [
                .init(name: "published", value: ["type": "boolean"]),
                .init(name: "published_version", value: ["type": ["integer", "null"]]),
                .init(name: "published_at", value: moment),
                .init(name: "has_unpublished_changes", value: ["type": "boolean"]),
                .init(name: "views", value: .count), .init(name: "last_viewed_at", value: moment),
                .init(name: "created_at", value: .time), .init(name: "updated_at", value: .time), .init(name: "deleted_at", value: moment),
            ]))

    private static let contentRead: JSONObject = {
        var members = JSONObject(pageWritable.members.filter { PageContent.members.contains($0.name) })
        members["language"] = string
        members["theme"] = string
        members["blocks"] = array(of: ["anyOf": .array(blocks)])
        return members
    }()

    private static let versionMembers: JSONObject = [
        "number": ["type": "integer", "minimum": 1], "current": ["type": "boolean"], "published_by": string,
        "published_at": .time,
    ]

    static let pageVersion: JSON = object(versionMembers)

    static let pageVersionWithContent: JSON = object(
        JSONObject(versionMembers.members + [.init(name: "content", value: ["type": "object"])]))

    static let pageRestoration: JSON = object(
        ["publish": ["type": ["boolean", "null"], "default": false]], required: [])

    static let pageAnalytics: JSON = object([
        "start": .time, "end": .time, "as_of": .time, "timezone": string, "granularity": string, "group_by": string, "count": string,
        "views": .count, "clicks": .count, "groups": array(of: line(["views": .count])), "other": other("views"),
        "links": array(
            of: object([
                "link_id": .id(LinkKind.self), "url": string, "title": ["type": ["string", "null"]],
                "short_url": string, "clicks": .count,
            ])),
    ])

    static let imageObject: JSON = object([
        "id": .id(ImageKind.self), "type": .oneOf(Image.ImageType.allCases.map(\.mediaType)), "width": .count,
        "height": .count,
        "image_url": ["type": "string", "format": "uri"], "created_at": .time,
    ])

    // MARK: Parts

    /// One line that says something.
    private static let title: JSON = ["type": "string", "minLength": 1, "maxLength": 255, "pattern": .string(visible)]
    static let visible = "^[^\(forbidden)]*[^\\s\(forbidden)][^\(forbidden)]*$"
    private static let summary: JSON = ["type": "string", "maxLength": 500, "pattern": .string(plain)]
    private static let image: JSON = .id(ImageKind.self)

    static func lines(_ maximum: Int64) -> JSON {
        ["type": "string", "maxLength": .integer(maximum), "pattern": .string(severalLines)]
    }

    /// As ``plain``, and tabs and line feeds.
    private static let severalLines = #"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]*$"#

    private static let colors: JSON = object(
        ["accent": orNull(hexColor), "background": orNull(hexColor), "text": orNull(hexColor)], required: [])

    private static let blocks: [JSON] = [
        block("link", linkMembers(["url": url, "link_id": ["type": "null"]]), required: ["title", "url"]),
        block(
            "link", linkMembers(["link_id": .id(LinkKind.self), "url": ["type": "null"]]),
            required: ["title", "link_id"]),
        block("heading", ["text": title], required: ["text"]),
        block(
            "text",
            [
                "text": ["type": "string", "minLength": 1, "maxLength": 5000, "pattern": .string(severalLines)]
            ], required: ["text"]),
        block(
            "image", ["image": image, "alt": orNull(["type": "string", "maxLength": 255, "pattern": .string(plain)])],
            required: ["image"]),
        block("divider", [:], required: []),
        block(
            "social", ["profiles": ["type": "array", "items": profile, "minItems": 1, "maxItems": 20]],
            required: ["profiles"]),
        block("email", ["address": email, "title": orNull(title)], required: ["address"]),
        block("phone", ["number": phone, "title": orNull(title)], required: ["number"]),
        block(
            "contact",
            [
                "name": title, "organization": orNull(title), "job_title": orNull(title), "address": orNull(title),
                "email": orNull(email), "phone": orNull(phone), "url": orNull(url),
            ], required: ["name"]),
        block("qr", ["link_id": orNull(.id(LinkKind.self)), "caption": orNull(title)], required: []),
    ]

    private static func block(_ type: String, _ members: JSONObject, required: [String]) -> JSON {
        object(
            JSONObject([.init(name: "type", value: .oneOf([type]))] + members.members), required: ["type"] + required)
    }

    private static func linkMembers(_ target: JSONObject) -> JSONObject {
        JSONObject(
            [.init(name: "title", value: title)] + target.members + [
                .init(name: "image", value: orNull(image)), .init(name: "starts_at", value: moment),
                .init(name: "ends_at", value: moment),
            ])
    }

    private static let profile: JSON = object(["network": .oneOf(SocialNetwork.allCases.map(\.rawValue)), "url": url])
    private static let email: JSON = [
        "type": "string", "maxLength": 254, "pattern": "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@.{3,}$",
    ]
    private static let phone: JSON = ["type": "string", "maxLength": 32, "pattern": "^[+]?[0-9 ().-]{3,}$"]
}
