import JSON
import Model

extension APIKey {
    /// The key object. The key itself is not in it: nobody has it.
    package var json: JSON {
        [
            "id": .string(id.description),
            "name": .string(name),
            "test": .bool(isTest),
            "hint": .string(hint),
            "scopes": JSON(scopes.list.map(\.rawValue)),
            "requests_per_minute": JSON(requestsPerMinute),
            "allowed_addresses": JSON(allowedAddresses.map(\.description)),
            "created_by": JSON(creator?.description),
            "expires_at": JSON(expiresAt?.rfc3339),
            "rotated_at": JSON(rotatedAt?.rfc3339),
            "successor_id": JSON(successor?.description),
            "created_at": .string(createdAt.rfc3339),
            "last_used_at": JSON(lastUse?.at.rfc3339),
            "last_used_from": JSON(lastUse?.address),
        ]
    }

    /// The one time that the key is shown.
    package func json(with text: APIKeyText) -> JSON {
        guard case .object(let object) = json else { return json }
        return .object(JSONObject([.init(name: "key", value: .string(text.text))] + object.members))
    }
}
