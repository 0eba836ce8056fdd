import JSON

/// What each member of a body or an answer means, where its schema does not say so itself: one sentence for one word, in OpenAPI and in the reference.
enum Glossary {
    /// The schemas, with a description at each member that has a meaning here.
    static func described(_ schemas: JSONObject) -> JSONObject {
        JSONObject(schemas.members.map { .init(name: $0.name, value: described($0.value, in: $0.name)) })
    }

    private static func described(_ schema: JSON, in component: String) -> JSON {
        switch schema {
        case .array(let items): return .array(items.map { described($0, in: component) })
        case .object(var object):
            for (index, member) in object.members.enumerated() {
                if member.name == "properties", case .object(let properties) = member.value {
                    let told = properties.members.map { property in
                        JSONObject.Member(name: property.name, value: self.told(described(property.value, in: component), property.name, component))
                    }
                    object.members[index].value = .object(JSONObject(told))
                } else if !["example", "examples"].contains(member.name) {
                    object.members[index].value = described(member.value, in: component)
                }
            }
            return .object(object)
        default: return schema
        }
    }

    private static func told(_ schema: JSON, _ name: String, _ component: String) -> JSON {
        guard case .object(var object) = schema, object["description"] == nil, object["$ref"] == nil else { return schema }
        let ofKind = kinds.first { component.hasPrefix($0.prefix) || component.hasSuffix($0.prefix) }?.meanings[name]
        guard let about = ofKind ?? meanings[name] else { return schema }
        object["description"] = .string(about)
        return .object(object)
    }

    /// Words that mean something of their own in schemas whose names begin or end so; the first that fits.
    private static let kinds: [(prefix: String, meanings: [String: String])] = [
        ("Delivery", ["status": "pending, succeeded, failed or canceled; of an attempt, the receiver's HTTP status", "number": "The first attempt is 1"]),
        ("AuditEntry", ["status": "The HTTP status of what was refused", "address": "Whence the request came", "changes": "What was before and after, of what has changed"]),
        ("Webhook", ["url": "Where events are sent", "events": "The types it is told of; * stands for all of a kind"]),
        ("Workspace", ["name": "For people", "slug": "In the dashboard's addresses"]),
        ("Invitation", ["email": "To whom it belongs"]),
        ("Key", ["name": "For people"]),
        ("Page", ["slug": "The last part of its address", "domain": "The host that it is on", "title": "Its heading", "description": "Below the heading", "clicks": "On links of the page", "links": "Clicks by link of the page", "url": "Where it leads"]),
        ("Recover", ["status": "failed, or all"]),
    ]

    private static let meanings = [
        // Of everything.
        "id": "Its identifier", "created_at": "When it was made", "updated_at": "When it was last changed",
        "expires_at": "When it ends; null for never",
        "has_more": "Whether there is another page", "data": "The items, or what an event is about",
        // Links.
        "url": "Where the link leads", "short_url": "The address to give away", "slug": "The last part of the short URL",
        "tags": "Names to find it by", "title": "For people", "clicks": "All, bots included",
        "utm_source": "Added to the destination", "utm_medium": "Added to the destination", "utm_campaign": "Added to the destination",
        "password": "Visitors have to type it; null for none",
        "disabled": "It leads nowhere for now",
        "external_id": "The client's own name for it",
        "last_clicked_at": "The newest click", "last_viewed_at": "The newest view", "ids": "Of the links", "links": "Links, or how many",
        "succeeded": "How many were done", "failed": "How many were not", "results": "One for each item, in its place", "link": "As it is now", "error": "Why not; null where it was done",
        "matched": "Links of the filter in this request", "refused": "Those that were not changed, and why", "count": "How many, or what is counted",
        "created_after": "Created later than this", "created_before": "Created earlier than this",
        "tag": "Its name", "state": "What holds of it now",
        // QR codes.
        "link_id": "The link it belongs to", "size": "Width and height in pixels", "error_correction": "How much may be dirty or covered: L, M, Q, H",
        "foreground": "Color of the modules", "background": "Color behind them, or transparent", "has_logo": "Whether a logo is in its middle",
        // Domains.
        "host": "The name of the domain",
        "verified_at": "When its TXT record was found", "last_checked_at": "When its records were last looked at",
        // Analytics.
        "start": "Where the window begins", "end": "Where it ends, exclusive", "timezone": "In which days are whole", "granularity": "Of a group by time",
        "group_by": "What the groups are of", "total": "Of the whole window", "groups": "The largest first, or in order of time", "value": "What the group is of",
        "views": "Of the page",
        "requests": "All",
        // Keys.
        "name": "Its name", "scopes": "What the key may do", "requests_per_minute": "Its limit; null for that of the plan",
        "rotated_at": "When it got a successor",
        "last_used_at": "Its newest request",
        // Webhooks and events.
        "description": "For people", "enabled": "Whether events are sent", "secret": "Signs what is sent: shown this once",
        "disabled_reason": "Why it was disabled by itself", "disabled_at": "When it was", "previous_secret_ends_at": "Until when the secret before signs, too",
        "failing_since": "The first of them", "last_success_at": "The newest delivery that succeeded",
        "webhook_id": "The endpoint", "event_id": "The event", "next_attempt_at": "When it is tried again", "finished_at": "When it ended, well or not",
        "attempts": "Each try, the oldest first", "started_at": "When it began", "duration_ms": "How long it took", "http_version": "Of the receiver's answer",
        "recovered": "Deliveries that were made",
        "type": "Its kind",
        // Pages and images.
        "language": "Of its text, as BCP 47 has it", "theme": "Its look", "colors": "Of its look", "seo": "For search engines", "social_card": "How it looks where it is shared",
        "publish": "Publish it at once", "published": "Whether visitors see it", "published_version": "The version that they see", "published_at": "When it was published",
        "number": "Of the version", "current": "Whether visitors see it", "published_by": "Who did",
        "width": "In pixels", "height": "In pixels", "image_url": "Of the QR code's picture",
        // The workspace.
        "action": "What was done", "user_agent": "Of the program that asked", "request_id": "Request-Id of the answer",
        "email": "Address of the person", "role": "What the person may do", "limit": "How many there may be",
        "brand": "How pages of its own look", "color": "Of buttons and links", "logo_image": "An image of the workspace", "invited_by": "The member who invited",
        // Problems.
        "code": "What went wrong, for programs", "errors": "Each field that is wrong", "status": "HTTP status",
    ]
}
