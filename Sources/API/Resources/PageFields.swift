import HTTP
import Model
import Pages
import Store

/// What a client sends to create or change a page. Fields that are absent change nothing, `null` clears.
struct PageFields {
    /// Nil for a random one, or to leave it.
    let slug: Slug?
    let domain: Field<HostName>
    /// Members of the content, as they are stored.
    private var content: [(name: String, value: JSON)] = []

    static let blockLimit = 100

    init(_ fields: inout JSONFields, _ call: Call, isNew: Bool) throws {
        let known = try PageReferences(&fields, call)
        slug = Self.slug(&fields, isNew: isNew)
        domain = fields.field("domain", as: .string) { try HostName(validating: $0) }
        readTexts(&fields, isNew: isNew)
        readLook(&fields, known)
        read("avatar", .image(known), &fields)
        read("seo", .seo, &fields)
        read("social_card", .socialCard(known), &fields)
        readBlocks(&fields, known)
    }

    /// The content with the changes made, every member in its place.
    func applied(to content: PageContent) -> PageContent {
        var changed = JSONObject()
        for name in Self.members {
            changed[name] =
                self.content.last { $0.name == name }?.value ?? content.json[name] ?? Self.standard[name] ?? .null
        }
        return PageContent(changed)
    }

    static let members = [
        "title", "description", "avatar", "language", "theme", "colors", "seo", "social_card", "blocks",
    ]

    private static let standard: JSONObject = ["language": "en", "theme": .string(Themes.standard), "blocks": []]

    private static func slug(_ fields: inout JSONFields, isNew: Bool) -> Slug? {
        func validated(_ text: String) throws -> Slug {
            let slug = try Slug(validating: text)
            guard slug.text.utf8.count <= Slug.maximumPageBytes else {
                throw FieldRefusal(
                    code: "invalid_slug", message: "Use a slug of at most \(Slug.maximumPageBytes) bytes in UTF-8.")
            }
            return slug
        }
        let slug = fields.field("slug", as: .string, validated)
        if !isNew { fields.refuseNull("slug", slug) }
        return slug.value
    }

    private mutating func readTexts(_ fields: inout JSONFields, isNew: Bool) {
        if isNew {
            if let title = fields.required("title", as: .title) { content.append(("title", .string(title))) }
        } else {
            let title = fields.field("title", as: .title)
            fields.refuseNull("title", title)
            if let title = title.value { content.append(("title", .string(title))) }
        }
        read("description", FieldType<String>.multiline(maximum: 1000).json, &fields)
        read("language", FieldType<String>.language.json, or: "en", &fields)
    }

    private mutating func readLook(_ fields: inout JSONFields, _ known: PageReferences) {
        read("theme", .theme(known), or: .string(Themes.standard), &fields)
        read("colors", .colors, &fields)
    }

    /// Counted first: of ten thousand blocks none is worth reading.
    private mutating func readBlocks(_ fields: inout JSONFields, _ known: PageReferences) {
        if let count = fields.peek("blocks")?.arrayValue?.count, count > Self.blockLimit {
            fields.note(
                "blocks", code: "too_many", message: "Send at most \(Self.blockLimit) blocks; these are \(count).")
            _ = fields.value("blocks", as: .json)
            return
        }
        read("blocks", FieldType<[JSON]>.array(of: .block(known)).map { .array($0) }, or: [], &fields)
    }

    private mutating func read(
        _ name: String, _ type: FieldType<JSON>, or standard: JSON = .null, _ fields: inout JSONFields
    ) {
        switch fields.field(name, as: type) {
        case .absent: break
        case .null: content.append((name, standard))
        case .value(let json): content.append((name, json))
        }
    }
}

/// What a body names: which of it is there, found out at once.
struct PageReferences {
    let images: Set<ImageID>
    let links: Set<LinkID>
    /// Hosts of this service among the URLs.
    let ownHosts: Set<String>
    let themes: [String]

    init(_ fields: inout JSONFields, _ call: Call) throws {
        var texts: [String] = []
        // Asking for a member without saying what it should be leaves it to be read, and refused, later.
        for name in ["avatar", "social_card", "blocks"] {
            if let json = fields.peek(name) { Self.collect(json, into: &texts) }
        }
        let (imageIDs, linkIDs) = (Set(texts.compactMap { ImageID($0) }), Set(texts.compactMap { LinkID($0) }))
        (images, links) = try call.services.store.read { connection in
            (
                Set(try Images.find(Array(imageIDs), in: call.workspace, on: connection).keys),
                Set(try ClickSubscriptions.places(of: linkIDs, in: call.workspace, on: connection).keys)
            )
        }
        let hosts = Set(texts.compactMap { (try? Destination(validating: $0))?.host })
        ownHosts = try Set(
            hosts.filter { host in
                try host == call.services.site.apiHost || host == call.services.site.linkHost
                    || call.services.domains.find(host) != nil
            })
        themes = fields.peek("theme") == nil ? [] : try call.services.pages.themes()
    }

    /// Every text in a value; of more than any page can have the first, for the body is refused anyway.
    private static func collect(_ json: JSON, into texts: inout [String]) {
        guard texts.count < 10_000 else { return }
        switch json {
        case .string(let text): texts.append(text)
        case .array(let items): items.forEach { collect($0, into: &texts) }
        case .object(let object): object.members.forEach { collect($0.value, into: &texts) }
        default: break
        }
    }
}
