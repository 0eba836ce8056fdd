import AccountStore
import JSON
import Model

extension User {
    /// What the user sees of their account.
    /// - Parameters:
    ///   - passkeys: how many they have.
    ///   - recoveryCodes: how many are left.
    package func json(passkeys: Int, recoveryCodes: Int) -> JSON {
        [
            "id": .string(id.description), "email": .string(email), "name": .string(name), "timezone": JSON(settings.timeZone),
            "scheme": .string(settings.scheme.rawValue), "density": .string(settings.density.rawValue),
            "shortcuts": .bool(settings.shortcuts), "has_password": .bool(password != nil),
            "second_factor": .bool(hasSecondFactor), "passkeys": .integer(Int64(passkeys)),
            "recovery_codes_left": .integer(Int64(recoveryCodes)), "created_at": .string(createdAt.rfc3339),
        ]
    }
}

extension Session {
    /// What the user sees of the session that they are in.
    package func present(at now: Timestamp) -> JSON {
        [
            "id": .string(id.description), "method": .string(method.rawValue), "kept": .bool(isKept),
            "stepped_up_until": JSON(stepUpEnd(at: now)?.rfc3339), "created_at": .string(createdAt.rfc3339),
            "ends_at": .string(endsAt.rfc3339),
        ]
    }

    /// One of a list, and what the audit log has.
    package var json: JSON { .object(members) }

    package var members: JSONObject {
        [
            "id": .string(id.description), "browser": .string(browser), "system": .string(system), "address": .string(address),
            "country": country.isEmpty ? .null : .string(country), "method": .string(method.rawValue), "kept": .bool(isKept),
            "created_at": .string(createdAt.rfc3339), "last_seen_at": .string(seenAt.rfc3339), "ends_at": .string(endsAt.rfc3339),
        ]
    }
}

extension Membership {
    package var json: JSON {
        let isTest = workspace.id.isSandbox
        return [
            "id": .string(workspace.id.description), "slug": .string(workspace.slug + (isTest ? Sandbox.suffix : "")),
            "name": .string(workspace.name), "test": .bool(isTest), "role": .string(member.role.rawValue),
            "scopes": JSON(scopes.list.map(\.rawValue)), "member_id": .string(member.id.description),
        ]
    }
}

extension Passkey {
    package var json: JSON {
        [
            "id": .string(id.description), "name": .string(name), "host": .string(host), "backed_up": .bool(isBackedUp),
            "created_at": .string(createdAt.rfc3339), "last_used_at": JSON(lastUsedAt?.rfc3339),
        ]
    }
}

extension OneTimeLink {
    /// An invitation. What stands behind `#` is not in it: nobody has it.
    package var json: JSON { .object(members) }

    /// The one time that the link is shown.
    package func json(with url: String) -> JSON {
        .object(JSONObject([.init(name: "url", value: .string(url))] + members.members))
    }

    package var members: JSONObject {
        [
            "id": .string(id.description), "email": .string(email), "role": JSON(role?.rawValue),
            "invited_by": JSON(inviter?.description), "created_at": .string(createdAt.rfc3339), "expires_at": .string(endsAt.rfc3339),
        ]
    }
}
