import API
import HTTP
import JSON
import Model
import Visits
import Work

extension LinkDraft {
    /// - Parameter hosts: of all items of a bulk request; nil of a single link.
    init(_ fields: inout JSONFields, _ call: Call, among hosts: KnownHosts? = nil) throws {
        let wanted = LinkFields(&fields, isNew: true)
        let domain = try call.domain(wanted.domain, among: hosts, &fields)
        try wanted.refuseOwnHosts(call, hosts, &fields)
        if hosts != nil { wanted.refusePassword(&fields) }
        let (url, home) = try fields.finish(requiring: wanted.url, domain)
        let open = wanted.applied(to: LinkSettings(url: url.text))
        if open.isWrongOrder { throw Problem.wrongOrder(fields) }
        let settings = try wanted.protected(open, call)
        self.init(settings: settings, domain: home, slug: wanted.slug.value, tags: wanted.tags.value ?? [])
    }
}

/// Changes to a link, found right in all that can be told without the link.
struct LinkChange {
    private let wanted: LinkFields
    private let domain: Domain?
    /// What ``Refusal/wrongOrder`` and ``Refusal/tooManyTags`` are of this body.
    private let (wrongOrder, tooManyTags): (Problem, Problem)

    func problem(of refusal: Refusal) -> Problem {
        switch refusal {
        case .wrongOrder: wrongOrder
        case .tooManyTags: tooManyTags
        default: refusal.problem
        }
    }

    /// - Parameter hosts: of all items of a bulk request; nil of a single link.
    init(_ fields: inout JSONFields, _ call: Call, isNew: Bool = false, among hosts: KnownHosts? = nil) throws {
        wanted = LinkFields(&fields, isNew: isNew)
        domain = try wanted.domain.isAbsent ? nil : call.domain(wanted.domain, among: hosts, &fields)
        try wanted.refuseOwnHosts(call, hosts, &fields)
        if hosts != nil { wanted.refusePassword(&fields) }
        (wrongOrder, tooManyTags) = (.wrongOrder(fields), .tooManyTags(fields))
        try fields.finish()
    }

    /// The link with the changes made; the same where there are none.
    func applied(to link: Link, _ call: Call) throws -> Link {
        var changed = link
        changed.settings = wanted.applied(to: link.settings)
        if changed.settings.isWrongOrder { throw Refusal.wrongOrder }
        changed.settings = try wanted.protected(changed.settings, call)
        if let domain { (changed.domain, changed.host) = (domain.id, domain.host) }
        switch wanted.slug {
        case .absent: break
        case .null: changed.slug = Slug.random(length: call.services.site.slugLength).text
        case .value(let slug): changed.slug = slug.text
        }
        changed.tags = try wanted.tags(from: link.tags)
        if changed != link { changed.updatedAt = call.now }
        return changed
    }
}

extension LinkFields {
    /// A link to a short link would count twice, and two can make a circle.
    fileprivate func refuseOwnHosts(_ call: Call, _ hosts: KnownHosts?, _ fields: inout JSONFields) throws {
        for (pointer, destination) in destinations {
            let isOwn = try hosts?.isOwn(destination.host) ?? call.services.visits.isOwn(destination.host)
            guard isOwn else { continue }
            fields.note(
                String(pointer.dropFirst()), code: "own_host",
                message: "Lead to the final address instead of to a host of this service.")
        }
    }

    /// Each password takes a moment of hashing, on purpose: a thousand would take a minute.
    fileprivate func refusePassword(_ fields: inout JSONFields) {
        guard hasPassword else { return }
        fields.note("password", code: "not_in_bulk", message: "Set passwords one link at a time.")
    }
}

extension Problem {
    fileprivate static func wrongOrder(_ fields: JSONFields) -> Problem {
        fields.refusal(of: "expires_at", code: "invalid_order", message: "Send a time after starts_at.")
    }

    fileprivate static func tooManyTags(_ fields: JSONFields) -> Problem {
        fields.refusal(of: "add_tags", code: "too_many", message: "Add fewer; a link has at most \(Tag.maximumCount) tags.")
    }
}

extension KnownHosts {
    /// Of all links that are to be made or changed.
    init(ofLinks items: [JSONFields], _ call: Call) throws {
        var hosts: Set = [call.services.site.sharedHost(of: call.workspace)]
        for fields in items {
            if let name = fields.peek("domain")?.stringValue, let host = try? HostName(validating: name) { hosts.insert(host.text) }
            for field in ["url", "expired_url"] { if let host = fields.peek(field).flatMap(Self.host) { hosts.insert(host) } }
        }
        try self.init(hosts, call.assignment)
    }

    /// The host that a URL leads to.
    static func host(of url: JSON) -> String? { url.stringValue.flatMap { try? Destination(validating: $0) }?.host }
}
