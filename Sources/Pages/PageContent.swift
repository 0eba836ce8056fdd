import JSON
import Model

/// What stands on a page: the JSON that the API has found right, in names that a template's context is made of.
///
///     {"title": …, "description": …, "avatar": …, "language": …, "theme": …, "colors": {…}, "seo": {…}, "social_card": {…},
///      "blocks": [{"type": "link", …}, …]}
public struct PageContent: Sendable, Equatable {
    public var json: JSONObject

    /// In their order.
    public static let members = [
        "title", "description", "avatar", "language", "theme", "colors", "seo", "social_card", "blocks",
    ]

    /// Blocks of a page at the most.
    public static let blockLimit = 100

    public init(_ json: JSONObject) { self.json = json }

    /// As it is stored.
    public init(stored text: String) throws(JSONError) {
        json = try JSON.parse(Array(text.utf8)).objectValue ?? JSONObject()
    }

    public var stored: String { String(decoding: JSON.object(json).serialized(), as: UTF8.self) }

    public var title: String { json["title"]?.stringValue ?? "" }
    public var theme: String { json["theme"]?.stringValue ?? Themes.standard }

    public var blocks: [JSON] {
        get { json["blocks"]?.arrayValue ?? [] }
        set { json["blocks"] = .array(newValue) }
    }

    /// Every image that the page shows.
    public var images: [ImageID] {
        let single = [json["avatar"], json["social_card"]?["image"]]
        let texts = (single + blocks.map { $0["image"] }).compactMap { $0?.stringValue }
        return Array(Set(texts.compactMap { ImageID($0) })).sorted()
    }

    /// Every short link that its blocks lead to.
    public var links: [LinkID] { blocks.compactMap(\.link) }

    /// The blocks that show at a time.
    public func blocks(at now: Timestamp) -> [JSON] {
        blocks.filter { block in
            if let start = block.time("starts_at"), now < start { return false }
            if let end = block.time("ends_at"), now >= end { return false }
            return true
        }
    }

    /// When a block begins or ends to show next; nil when nothing is to change any more.
    public func nextChange(after now: Timestamp) -> Timestamp? {
        blocks.flatMap { [$0.time("starts_at"), $0.time("ends_at")] }.compactMap { $0 }.filter { $0 > now }.min()
    }
}

extension JSON {
    public var link: LinkID? { self["link_id"]?.stringValue.flatMap { LinkID($0) } }

    func time(_ name: String) -> Timestamp? { self[name]?.stringValue.flatMap { Timestamp(rfc3339: $0) } }
}
