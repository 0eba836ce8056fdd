import HTTP
import Model
import Work

/// What a client sends to create or change a link. Fields that are absent change nothing, `null` clears.
struct LinkFields {
    var url: Destination?
    var slug: Field<Slug>
    var domain: Field<HostName>
    var tags: Field<[String]>
    private var expiredURL: Field<Destination>
    private var changes: [(inout LinkSettings) -> Void] = []
    /// The password itself: see ``protected(_:_:)``.
    private var password: Field<String> = .absent

    var hasPassword: Bool { password.value != nil }

    /// Longest text in one line: titles, campaign parameters, external ids.
    private static let textLimit = 255

    init(_ fields: inout JSONFields, isNew: Bool) {
        url = isNew || fields.field("url", as: .json).isPresent
            ? fields.required("url", as: .string) { try Destination(validating: $0) } : nil
        slug = fields.field("slug", as: .string) { try Slug(validating: $0) }
        domain = fields.field("domain", as: .string) { try HostName(validating: $0) }
        tags = Self.tags(&fields)
        expiredURL = fields.field("expired_url", as: .string) { try Destination(validating: $0) }
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

    private static func tags(_ fields: inout JSONFields) -> Field<[String]> {
        fields.field("tags", as: .array(of: .string.map { try Tag(validating: $0).text })) { tags in
            if let (_, problem) = Tag.problems(in: tags).first { throw problem }
            return tags
        }
    }

    private mutating func readTexts(_ fields: inout JSONFields) {
        let text = FieldType<String>.string(maximum: Self.textLimit).map { try plain($0) }
        read("title", \.title, text, &fields)
        read("utm_source", \.utm.source, text, &fields)
        read("utm_medium", \.utm.medium, text, &fields)
        read("utm_campaign", \.utm.campaign, text, &fields)
        read("utm_term", \.utm.term, text, &fields)
        read("utm_content", \.utm.content, text, &fields)
        read("external_id", \.externalID, text.map { try notEmpty($0) }, &fields)
    }

    private mutating func readLimits(_ fields: inout JSONFields) {
        read("starts_at", \.startsAt, .timestamp, &fields)
        read("expires_at", \.expiresAt, .timestamp, &fields)
        read("max_clicks", \.maxClicks, .integer(in: 1...2_000_000_000), &fields)
        read("disabled", \.disabled, .bool, or: false, &fields)
        read("indexable", \.indexable, .bool, or: false, &fields)
        read("redirect_status", \.redirectStatus, .redirectStatus, or: 302, &fields)
    }

    private mutating func read<Value>(
        _ name: String, _ path: WritableKeyPath<LinkSettings, Value?>, _ type: FieldType<Value>, _ fields: inout JSONFields
    ) {
        switch fields.field(name, as: type) {
        case .absent: break
        case .null: changes.append { $0[keyPath: path] = nil }
        case .value(let value): changes.append { $0[keyPath: path] = value }
        }
    }

    private mutating func read<Value>(
        _ name: String, _ path: WritableKeyPath<LinkSettings, Value>, _ type: FieldType<Value>, or standard: Value,
        _ fields: inout JSONFields
    ) {
        switch fields.field(name, as: type) {
        case .absent: break
        case .null: changes.append { $0[keyPath: path] = standard }
        case .value(let value): changes.append { $0[keyPath: path] = value }
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
