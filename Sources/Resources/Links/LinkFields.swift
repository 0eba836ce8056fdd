import API
import HTTP
import Model
import Work

/// What a client sends to create or change a link. Fields that are absent change nothing, `null` clears.
struct LinkFields {
    var url: Destination?
    var slug: Field<Slug>
    var domain: Field<HostName>
    var tags: Field<[String]>
    /// Tags that come to those that the link has, and those that go from them: in place of `tags`, and of a link that is there.
    private var addedTags: [String] = []
    private var removedTags: Set<String> = []
    private var expiredURL: Field<Destination>
    private var changes: [(inout LinkSettings) -> Void] = []
    /// The password itself: see ``protected(_:_:)``.
    private var password: Field<String> = .absent

    var hasPassword: Bool { password.value != nil }

    /// Longest text in one line: titles, campaign parameters, external ids.
    private static let textLimit = 255
    private static let notesLimit = 2000

    init(_ fields: inout JSONFields, isNew: Bool) {
        url = isNew || fields.field("url", as: .json).isPresent
            ? fields.required("url", as: .string) { try Destination(validating: $0) } : nil
        slug = fields.field("slug", as: .string) { try Slug(validating: $0) }
        domain = fields.field("domain", as: .string) { try HostName(validating: $0) }
        tags = Self.tags("tags", &fields)
        expiredURL = fields.field("expired_url", as: .string) { try Destination(validating: $0) }
        if !isNew { readTagChanges(&fields) }
        readTexts(&fields)
        readLimits(&fields)
        password = fields.field("password", as: .string(maximum: 128)) { try notEmpty($0) }
    }

    /// The hosts that the link would lead to.
    var destinations: [(pointer: String, Destination)] {
        [("/url", url), ("/expired_url", expiredURL.value)].compactMap { pointer, value in value.map { (pointer, $0) } }
    }

    /// Settings with the changes made, but that of the password.
    func applied(to settings: LinkSettings) -> LinkSettings {
        var settings = settings
        if let url { settings.url = url.text }
        switch expiredURL {
        case .absent: break
        case .null: settings.expiredURL = nil
        case .value(let url): settings.expiredURL = url.text
        }
        for change in changes { change(&settings) }
        return settings
    }

    /// Settings with the change of the password made: once, and only after everything else has been found right, for hashing
    /// takes its time. A password that cannot be hashed stores nothing.
    func protected(_ settings: LinkSettings, _ call: Call) throws -> LinkSettings {
        var settings = settings
        switch password {
        case .absent: break
        case .null: settings.passwordHash = nil
        case .value(let password): settings.passwordHash = try call.hash(of: password)
        }
        return settings
    }

    /// - Throws: ``Refusal/tooManyTags``
    func tags(from before: [String]) throws -> [String] {
        if !tags.isAbsent { return tags.value ?? [] }
        let kept = before.filter { !removedTags.contains($0) }
        let after = kept + addedTags.filter { !kept.contains($0) }
        if after.count > Tag.maximumCount && after.count > before.count { throw Refusal.tooManyTags }
        return after
    }

    private mutating func readTagChanges(_ fields: inout JSONFields) {
        addedTags = Self.tags("add_tags", &fields).value ?? []
        removedTags = Set(Self.tags("remove_tags", &fields).value ?? [])
        if !tags.isAbsent && !(addedTags.isEmpty && removedTags.isEmpty) {
            fields.note("tags", code: "one_of", message: "Send tags, or add_tags and remove_tags.")
        }
        if let both = addedTags.first(where: removedTags.contains) {
            fields.note("remove_tags", code: "one_of", message: "Add \(both) or remove it; both at once says nothing.")
        }
    }

    private static func tags(_ name: String, _ fields: inout JSONFields) -> Field<[String]> {
        fields.field(name, as: .array(of: .string.map { try Tag(validating: $0).text })) { tags in
            if let (_, problem) = Tag.problems(in: tags).first { throw problem }
            return tags
        }
    }

    private mutating func readTexts(_ fields: inout JSONFields) {
        var text: FieldType<String> { FieldType<String>.string(maximum: Self.textLimit).map { try plain($0) } }
        read("title", text, &fields) { $0.title = $1 }
        read("utm_source", text, &fields) { $0.utm.source = $1 }
        read("utm_medium", text, &fields) { $0.utm.medium = $1 }
        read("utm_campaign", text, &fields) { $0.utm.campaign = $1 }
        read("utm_term", text, &fields) { $0.utm.term = $1 }
        read("utm_content", text, &fields) { $0.utm.content = $1 }
        read("external_id", text.map { try notEmpty($0) }, &fields) { $0.externalID = $1 }
        read("notes", .multiline(maximum: Self.notesLimit), &fields) { $0.notes = $1 }
    }

    private mutating func readLimits(_ fields: inout JSONFields) {
        read("starts_at", .timestamp, &fields) { $0.startsAt = $1 }
        read("expires_at", .timestamp, &fields) { $0.expiresAt = $1 }
        read("max_clicks", .integer(in: 1...2_000_000_000), &fields) { $0.maxClicks = $1 }
        read("disabled", .bool, &fields) { $0.disabled = $1 ?? false }
        read("archived", .bool, &fields) { $0.archived = $1 ?? false }
        read("indexable", .bool, &fields) { $0.indexable = $1 ?? false }
        read("redirect_status", .redirectStatus, &fields) { $0.redirectStatus = $1 ?? 302 }
    }

    /// - Parameter set: is given nil where the field is to be as if it had never been set.
    private mutating func read<Value>(
        _ name: String, _ type: @autoclosure () -> FieldType<Value>, _ fields: inout JSONFields,
        _ set: @escaping (inout LinkSettings, Value?) -> Void
    ) {
        switch fields.field(name, as: type()) {
        case .absent: break
        case .null: changes.append { set(&$0, nil) }
        case .value(let value): changes.append { set(&$0, value) }
        }
    }
}

extension Field {
    fileprivate var isPresent: Bool { !isAbsent }
}

extension FieldType where Value == Int {
    fileprivate static var redirectStatus: FieldType {
        FieldType<Int>.integer.map { status in
            guard LinkSettings.redirectStatuses.contains(status) else {
                throw FieldRefusal(code: "invalid_choice", message: "Send one of 301, 302, 307, 308.")
            }
            return status
        }
    }
}
