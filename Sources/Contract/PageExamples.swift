import JSON

/// Examples of what bio pages are made of.
enum PageExamples {
    private static let linkID: JSON = "lnk_01kac7w8v0e3s5q9x2b4m6n8p0"

    private static let content: [JSONObject.Member] = [
        .init(name: "title", value: "Ada"), .init(name: "description", value: "Notes on engines"),
        .init(name: "avatar", value: nil),
        .init(name: "language", value: "en"), .init(name: "theme", value: "paper"),
        .init(name: "colors", value: ["accent": "#0b57d0", "background": nil, "text": nil]),
        .init(name: "seo", value: nil),
        .init(name: "social_card", value: nil),
        .init(
            name: "blocks",
            value: [
                [
                    "type": "link", "title": "My notes", "url": "https://example.com/notes", "link_id": nil,
                    "image": nil,
                    "starts_at": nil, "ends_at": nil,
                ],
                ["type": "heading", "text": "Elsewhere"],
                ["type": "social", "profiles": [["network": "github", "url": "https://github.com/ada"]]],
            ]),
    ]

    static let newPage: JSON = [
        "title": "Ada", "description": "Notes on engines", "theme": "paper", "colors": ["accent": "#0b57d0"],
        "blocks": [
            ["type": "link", "title": "My notes", "url": "https://example.com/notes"],
            ["type": "link", "title": "The sale", "link_id": linkID, "ends_at": "2099-12-31T23:59:59Z"],
            ["type": "heading", "text": "Elsewhere"],
            ["type": "social", "profiles": [["network": "github", "url": "https://github.com/ada"]]],
            ["type": "email", "address": "ada@example.com"],
        ],
    ]

    static let page: JSON = .object(
        JSONObject(
            [
                .init(name: "id", value: "page_01kac7w8v0e3s5q9x2b4m6n8p8"), .init(name: "slug", value: "ada"),
                .init(name: "domain", value: "go.example.com"),
                .init(name: "page_url", value: "https://go.example.com/ada"),
            ] + content + [
                .init(name: "published", value: true), .init(name: "published_version", value: 3),
                .init(name: "published_at", value: "2026-03-13T10:00:00Z"),
                .init(name: "has_unpublished_changes", value: false),
                .init(name: "views", value: 1042), .init(name: "last_viewed_at", value: "2026-03-14T08:30:00Z"),
                .init(name: "created_at", value: "2026-03-13T10:00:00Z"),
                .init(name: "updated_at", value: "2026-03-13T10:00:00Z"), .init(name: "deleted_at", value: nil),
            ]))

    static let version: JSONObject = [
        "number": 3, "current": true, "published_by": "key_01kac7w8v0e3s5q9x2b4m6n8p1",
        "published_at": "2026-03-13T10:00:00Z",
    ]

    static let versionWithContent: JSON = .object(
        JSONObject(
            version.members + [.init(name: "content", value: .object(JSONObject(content)))]))

    static let image: JSON = [
        "id": "img_01kac7w8v0e3s5q9x2b4m6n8p9", "type": "image/jpeg", "width": 1600, "height": 900,
        "image_url": "https://go.example.com/_/images/01kac7w8v0e3s5q9x2b4m6n8p9.jpeg",
        "created_at": "2026-03-13T10:00:00Z",
    ]

    static let analytics: JSON = [
        "start": "2026-03-13T00:00:00Z", "end": "2026-03-14T00:00:00Z", "as_of": "2026-03-13T10:00:00Z", "timezone": "UTC", "granularity": "day",
        "group_by": "country", "count": "all", "views": 1042, "clicks": 310,
        "groups": [["value": "DE", "views": 1002]], "other": ["values": 3, "views": 40],
        "links": [
            [
                "link_id": linkID, "url": "https://example.com/notes", "title": "My notes",
                "short_url": "https://go.example.com/x7Qd2Ka", "clicks": 310,
            ]
        ],
    ]
}
