import JSON
import Model

extension Webhook {
    /// The endpoint object. Its secret is not in it.
    package var json: JSON {
        [
            "id": .string(id.description),
            "url": .string(url),
            "description": JSON(description),
            "events": JSON(events.map(\.description)),
            "link_id": JSON(filter.link?.description),
            "domain": JSON(filter.host),
            "tag": JSON(filter.tag),
            "enabled": .bool(enabled),
            "disabled_reason": JSON(disabledReason),
            "disabled_at": JSON(disabledAt?.rfc3339),
            "previous_secret_ends_at": JSON(previousSecretEndsAt?.rfc3339),
            "failures": .integer(Int64(health.failures)),
            "failing_since": JSON(health.failingSince?.rfc3339),
            "last_success_at": JSON(health.lastSuccessAt?.rfc3339),
            "waiting": .integer(Int64(health.waiting)),
            "clicks_dropped": .integer(Int64(health.clicksDropped)),
            "created_at": .string(createdAt.rfc3339),
            "updated_at": .string(updatedAt.rfc3339),
        ]
    }

    /// The one time that the secret is shown.
    package func json(with secret: String) -> JSON {
        guard case .object(let object) = json else { return json }
        return .object(JSONObject([.init(name: "secret", value: .string(secret))] + object.members))
    }

    /// What its owner can change; how it is doing shows, but is no change.
    package var settings: JSON {
        guard case .object(let object) = json else { return json }
        let names = ["id", "url", "description", "events", "link_id", "domain", "tag", "enabled", "disabled_reason"]
        return .object(JSONObject(object.members.filter { names.contains($0.name) }))
    }
}

extension Delivery {
    /// - Parameter withBodies: what was answered; 16 KiB an attempt are too much for a list.
    package func json(_ attempts: [DeliveryAttempt], withBodies: Bool = true) -> JSON {
        [
            "id": .string(id.description),
            "webhook_id": .string(webhook.description),
            "event_id": .string(event.description),
            "event_type": .string(type.rawValue),
            "status": .string(status.rawValue),
            "trigger": .string(trigger.rawValue),
            "next_attempt_at": JSON(dueAt?.rfc3339),
            "created_at": .string(createdAt.rfc3339),
            "finished_at": JSON(finishedAt?.rfc3339),
            "attempts": .array(attempts.map { $0.json(withBody: withBodies) }),
        ]
    }
}

extension DeliveryAttempt {
    fileprivate func json(withBody: Bool) -> JSON {
        var object: JSONObject = [
            "number": .integer(Int64(number)),
            "started_at": .string(startedAt.rfc3339),
            "duration_ms": .integer(Int64(milliseconds)),
            "address": JSON(address.isEmpty ? nil : address),
            "http_version": JSON(httpVersion.isEmpty ? nil : httpVersion),
            "status": JSON(status),
            "error": JSON(error),
        ]
        // What is no UTF-8 is shown as the replacement character.
        if withBody { object["body"] = .string(String(decoding: body, as: UTF8.self)) }
        return .object(object)
    }
}

extension Event {
    /// The event as receivers get it, whole however long it is.
    package var json: JSON {
        guard case .object(var object)? = try? JSON.parse(body) else { return .null }
        object["sequence"] = JSON(sequence)
        return .object(object)
    }
}
