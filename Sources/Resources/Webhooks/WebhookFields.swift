import API
import HTTP
import LinkStore
import Model
import Store
import Visits

/// What a client sends of an endpoint. Fields that are absent change nothing, `null` clears.
struct WebhookFields {
    let url: Destination?
    let events: Field<[EventPattern]>
    private let description: Field<String>
    private let link: Field<LinkID>
    private let host: Field<HostName>
    private let tag: Field<String>
    private let enabled: Field<Bool>

    init(_ fields: inout JSONFields, isNew: Bool) {
        if isNew {
            url = fields.required("url", as: .endpointURL)
        } else {
            let url = fields.field("url", as: .endpointURL)
            fields.refuseNull("url", url)
            self.url = url.value
        }
        events = fields.field("events", as: .array(of: .eventPattern)) { patterns in
            guard !patterns.isEmpty else { throw FieldRefusal(code: "empty", message: "Send at least one event, or *.") }
            return patterns.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
        fields.refuseNull("events", events)
        description = fields.field("description", as: .string(maximum: 255).map { try plain($0) })
        link = fields.field("link_id", as: .linkID)
        host = fields.field("domain", as: .string) { try HostName(validating: $0) }
        tag = fields.field("tag", as: .string) { try Tag(validating: $0).text }
        enabled = fields.field("enabled", as: .bool)
        fields.refuseNull("enabled", enabled)
    }

    /// The endpoint with the changes made.
    func applied(to webhook: Webhook, at now: Timestamp) -> Webhook {
        var changed = webhook
        if let url { changed.url = url.text }
        if let events = events.value { changed.events = events }
        if !description.isAbsent { changed.description = description.value }
        if !link.isAbsent { changed.filter.link = link.value }
        if !host.isAbsent { changed.filter.host = host.value?.text }
        if !tag.isAbsent { changed.filter.tag = tag.value }
        if let enabled = enabled.value, enabled != changed.enabled {
            changed.enabled = enabled
            (changed.disabledReason, changed.disabledAt) = (nil, enabled ? nil : now)
        }
        if changed.beginsAnew(after: webhook) { (changed.health.failures, changed.health.failingSince) = (0, nil) }
        if changed != webhook { changed.updatedAt = now }
        return changed
    }

    /// What cannot be right: an address that nothing may be sent to, a filter that lets nothing through.
    func refuse(_ call: Call, _ fields: inout JSONFields) throws {
        try refuseURL(call, &fields)
        try refuseFilter(call, &fields)
    }

    private func refuseFilter(_ call: Call, _ fields: inout JSONFields) throws {
        if let link = link.value, try call.services.store.read({ try Links.find(link, in: call.workspace, on: $0) }) == nil {
            fields.note("link_id", code: "unknown_link", message: "Use a link of this workspace, or leave it out.")
        }
        guard let host = host.value else { return }
        let domain = try call.services.domains.find(host.text, isNewExpected: true)
        if domain.map({ $0.workspace ?? call.workspace }) != call.workspace {
            fields.note("domain", code: "unknown_domain", message: "Use a domain of this workspace, or leave it out.")
        }
    }

    private func refuseURL(_ call: Call, _ fields: inout JSONFields) throws {
        guard let url else { return }
        let policy = call.services.webhooks
        if !policy.allowsHTTP && !url.text.hasPrefix("https:") {
            fields.note("url", code: "https_required", message: "Use https://; events are not sent in the clear.")
        }
        if try call.services.visits.isOwn(url.host) {
            fields.note("url", code: "own_host", message: "Use an address outside of this service.")
        }
        if let message = policy.refusal(ofPort: url.port) { fields.note("url", code: "blocked_port", message: message) }
        // A host in brackets is an IPv6 address; IPv4 has one spelling here, others are no URL.
        let host = url.host.filter { $0 != "[" && $0 != "]" }
        if (try? AddressRange(validating: host)) != nil, !policy.isAllowed(host) {
            fields.note("url", code: "blocked_address", message: "Use a public address.")
        }
    }
}

extension FieldType where Value == Destination {
    /// Its scheme in lower case, as all that look at it expect.
    fileprivate static var endpointURL: FieldType {
        FieldType<String>.string(maximum: 2048).map { text in
            let scheme = text.prefix { $0 != ":" }
            return try Destination(validating: scheme.lowercased() + text.dropFirst(scheme.count))
        }
    }
}

extension FieldType where Value == EventPattern {
    fileprivate static var eventPattern: FieldType {
        FieldType<String>.string.map { text in
            guard let pattern = EventPattern(text) else {
                throw FieldRefusal(code: "invalid_choice", message: "Use one of: \(EventPattern.all.joined(separator: ", ")).")
            }
            return pattern
        }
    }
}
