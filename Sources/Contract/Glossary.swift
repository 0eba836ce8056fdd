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
        ("Domain", ["status": "pending until the TXT record was found, then verified", "name": "Of the record", "value": "Of the record", "type": "Of the record", "state": "found, missing, wrong, or unknown while name servers fail"]),
        ("Delivery", ["status": "pending, succeeded, failed or canceled; of an attempt, the receiver's HTTP status", "address": "The receiver's, that was connected to", "number": "The first attempt is 1", "error": "Why there was no answer", "type": "Of the event"]),
        ("AuditEntry", ["status": "The HTTP status of what was refused", "address": "Whence the request came", "changes": "What was before and after, of what has changed"]),
        ("Webhook", ["url": "Where events are sent", "events": "The types it is told of; * stands for all of a kind", "link_id": "Only events of this link", "domain": "Only events of links on this host", "tag": "Only events of links with this tag"]),
        ("Workspace", ["name": "For people", "slug": "In the dashboard's addresses"]),
        ("Member", ["role": "owner, admin, member or viewer"]),
        ("Invitation", ["role": "What the invited person becomes", "email": "To whom it belongs", "url": "Where it is accepted; shown this once"]),
        ("Key", ["name": "For people"]),
        ("QRCode", ["name": "For people"]),
        ("Page", ["slug": "The last part of its address", "domain": "The host that it is on", "title": "Its heading", "description": "Below the heading", "clicks": "On links of the page", "links": "Clicks by link of the page", "url": "Where it leads"]),
        ("Image", ["url": "Where it is shown"]),
        ("Recover", ["status": "failed, or all"]),
        ("ResetLink", ["url": "Good once, for half an hour"]),
    ]

    private static let meanings = [
        // Of everything.
        "id": "Its identifier", "created_at": "When it was made", "updated_at": "When it was last changed", "deleted_at": "When it was deleted; null while it is there",
        "expires_at": "When it ends; null for never", "created_by": "The member who made it",
        "has_more": "Whether there is another page", "next_cursor": "Send it as starting_after for the next page; null on the last one",
        "data": "The items, or what an event is about",
        // Links.
        "url": "Where the link leads", "short_url": "The address to give away", "slug": "The last part of the short URL", "domain": "The host of the short URL",
        "tags": "Names to find it by", "title": "For people", "clicks": "All, bots included",
        "utm_source": "Added to the destination", "utm_medium": "Added to the destination", "utm_campaign": "Added to the destination",
        "utm_term": "Added to the destination", "utm_content": "Added to the destination",
        "starts_at": "Before this the link leads nowhere", "max_clicks": "After so many visits it has expired",
        "expired_url": "Where an expired link leads", "password": "Visitors have to type it; null for none", "password_protected": "Whether visitors need a password",
        "redirect_status": "The HTTP status of its redirect", "disabled": "It leads nowhere for now", "indexable": "Search engines may list the short URL",
        "archived": "Out of lists; it still leads", "external_id": "The client's own name for it", "notes": "For people of the workspace",
        "last_clicked_at": "The newest click", "last_viewed_at": "The newest view", "ids": "Of the links", "links": "Links, or how many", "filter": "Which links", "changes": "What to set",
        "succeeded": "How many were done", "failed": "How many were not", "results": "One for each item, in its place", "link": "As it is now", "error": "Why not; null where it was done",
        "matched": "Links of the filter in this request", "refused": "Those that were not changed, and why", "count": "How many, or what is counted",
        "search": "Part of the slug, the destination or the title", "created_after": "Created later than this", "created_before": "Created earlier than this",
        "tag": "Its name", "state": "What holds of it now",
        // QR codes.
        "link_id": "The link it belongs to", "size": "Width and height in pixels", "margin": "The quiet zone, in modules", "error_correction": "How much may be dirty or covered: L, M, Q, H",
        "foreground": "Color of the modules", "background": "Color behind them, or transparent", "rounded": "Modules with round corners", "has_logo": "Whether a logo is in its middle",
        // Domains.
        "host": "The name of the domain", "root_url": "Where the bare host leads", "root_page_id": "The bio page at the bare host", "not_found_url": "Where an address without a link leads",
        "records": "The DNS records to make", "verified_at": "When its TXT record was found", "last_checked_at": "When its records were last looked at", "last_check_error": "What was wrong then",
        // Analytics.
        "start": "Where the window begins", "end": "Where it ends, exclusive", "as_of": "How new the numbers are", "timezone": "In which days are whole", "granularity": "Of a group by time",
        "group_by": "What the groups are of", "total": "Of the whole window", "groups": "The largest first, or in order of time", "value": "What the group is of", "other": "What groups beyond limit have together",
        "values": "How many there are", "series": "By time, for each group", "views": "Of the page",
        "requests": "All", "client_errors": "Answered 4xx", "server_errors": "Answered 5xx", "rate_limited": "Answered 429", "latency_ms": "Of answers, by percentile",
        // Keys.
        "name": "Its name", "scopes": "What the key may do", "requests_per_minute": "Its limit; null for that of the plan", "allowed_addresses": "Networks it may be used from; empty or null for any",
        "key": "The key itself: shown this once", "hint": "Its first and last characters", "rotated_at": "When it got a successor", "successor_id": "The key in its place",
        "last_used_at": "Its newest request", "last_used_from": "The network of its newest request", "overlap_seconds": "How long the old one works on",
        // Webhooks and events.
        "description": "For people", "events": "Types of events", "enabled": "Whether events are sent", "secret": "Signs what is sent: shown this once",
        "disabled_reason": "Why it was disabled by itself", "disabled_at": "When it was", "previous_secret_ends_at": "Until when the secret before signs, too", "failures": "Failed attempts in a row",
        "failing_since": "The first of them", "last_success_at": "The newest delivery that succeeded", "waiting": "Deliveries that are due or will be", "clicks_dropped": "Events of clicks that were too many to wait",
        "webhook_id": "The endpoint", "event_id": "The event", "event_type": "Its type", "trigger": "automatic, replay, recovery or test", "next_attempt_at": "When it is tried again", "finished_at": "When it ended, well or not",
        "attempts": "Each try, the oldest first", "started_at": "When it began", "duration_ms": "How long it took", "http_version": "Of the receiver's answer", "body": "Of the receiver's answer, its beginning",
        "since": "From when on", "until": "Up to when", "recovered": "Deliveries that were made", "timestamp": "When it happened", "previous": "What the changed members were before", "sequence": "Its place among the events of the workspace, without gaps",
        "type": "Its kind",
        // Pages and images.
        "avatar": "A picture above the heading", "language": "Of its text, as BCP 47 has it", "theme": "Its look", "colors": "Of its look", "seo": "For search engines", "social_card": "How it looks where it is shared",
        "blocks": "What is on it, from top to bottom", "publish": "Publish it at once", "published": "Whether visitors see it", "published_version": "The version that they see", "published_at": "When it was published",
        "has_unpublished_changes": "Whether the draft is another one", "number": "Of the version", "current": "Whether visitors see it", "published_by": "Who did", "content": "The page as it was",
        "width": "In pixels", "height": "In pixels", "image_url": "Of the QR code's picture",
        // The workspace.
        "actor": "Who did it: a key, a user, or maskctl", "action": "What was done", "resource": "To what", "outcome": "success, or why it was refused", "user_agent": "Of the program that asked", "request_id": "Request-Id of the answer",
        "email": "Address of the person", "role": "What the person may do", "plan": "hobby, pro or enterprise", "quotas": "What it may have and has", "limit": "How many there may be", "used": "How many there are",
        "brand": "How pages of its own look", "color": "Of buttons and links", "logo_image": "An image of the workspace", "audit_days": "How long the audit log is kept", "invited_by": "The member who invited",
        // Problems.
        "code": "What went wrong, for programs", "detail": "What to change, for people", "errors": "Each field that is wrong", "status": "HTTP status", "pointer": "Which member of the body (RFC 6901)", "message": "What to change", "doc_url": "Where the code is explained",
        "parameter": "Which parameter of the query",
    ]
}
