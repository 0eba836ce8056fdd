import API
import HTTP
import JSON
import LinkStore
import Model
import Pages
import Store
import Work

/// What a client sends to create or change a page. Fields that are absent change nothing, `null` clears.
struct PageFields {
    /// Nil for a random one, or to leave it.
    let slug: Slug?
    let domain: Field<HostName>
    /// Members of the content, as they are stored.
    private var content: [(name: String, value: JSON)] = []

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
        for name in PageContent.members {
            changed[name] =
                self.content.last { $0.name == name }?.value ?? content.json[name] ?? Self.standard[name] ?? .null
        }
        return PageContent(changed)
    }

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
        if let count = fields.peek("blocks")?.arrayValue?.count, count > PageContent.blockLimit {
            fields.note(
                "blocks", code: "too_many", message: "Send at most \(PageContent.blockLimit) blocks; these are \(count).")
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
    let hosts: KnownHosts
    let themes: [String]

    init(_ fields: inout JSONFields, _ call: Call) throws {
        let named = Named(fields)
        (images, links) = try call.services.store.read { connection in
            (
                Set(try Images.find(Array(named.images), in: call.workspace, on: connection).keys),
                Set(try Links.places(of: named.links, in: call.workspace, on: connection).keys)
            )
        }
        hosts = try KnownHosts(named.hosts, call.assignment)
        themes = fields.peek("theme") == nil ? [] : try call.services.pages.themes()
    }

    /// What stands in the members that can name something, of as many blocks as a page can have: more are refused unread.
    private struct Named {
        private(set) var images: Set<ImageID> = []
        private(set) var links: Set<LinkID> = []
        private(set) var hosts: Set<String> = []

        /// Asking for a member without saying what it should be leaves it to be read, and refused, later.
        init(_ fields: JSONFields) {
            noteImage(fields.peek("avatar"))
            noteImage(fields.peek("social_card")?["image"])
            for block in (fields.peek("blocks")?.arrayValue ?? []).prefix(PageContent.blockLimit) {
                noteImage(block["image"])
                if let id = block["link_id"]?.stringValue.flatMap({ LinkID($0) }) { links.insert(id) }
                if let host = block["url"].flatMap(KnownHosts.host) { hosts.insert(host) }
            }
        }

        private mutating func noteImage(_ json: JSON?) {
            if let id = json?.stringValue.flatMap({ ImageID($0) }) { images.insert(id) }
        }
    }
}
