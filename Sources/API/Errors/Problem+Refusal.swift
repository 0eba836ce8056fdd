import HTTP
import JSON
import Model
import Work

extension Refusal {
    /// What a client is told of it.
    package var problem: Problem {
        switch self {
        case .quotaExceeded(let quota, let workspace): .quotaExceeded(quota, of: workspace)
        case .changedMeanwhile: .keepsChanging("link")
        case .requestNotEnded: .idempotencyKeyInUse()
        case .unknownLink, .unknownWorkspace, .unknownMember, .unknownKey, .unknownDomain, .unknownUser: .notFound()
        case .slugTaken(let slug): .slugTaken(slug)
        case .slugDeleted(let slug, let thing): .slugDeleted(slug, by: thing)
        case .linkDeleted(let id): .conflict(code: "link_deleted", "Restore \(id) first: POST /links/\(id)/restore. Its link was deleted.")
        case .slugSpaceExhausted: .slugSpaceExhausted()
        case .externalIDTaken:
            .conflict(code: "external_id_taken", "Choose another external_id; a link of this workspace has it.")
        case .tooManyTags:
            .validationFailed("/add_tags", code: "too_many", "Add fewer; a link has at most \(Tag.maximumCount) tags.")
        case .wrongOrder: .validationFailed("/expires_at", code: "invalid_order", "Send a time after starts_at.")
        case .imageIsLogo:
            .conflict(code: "image_in_use", "The workspace's brand has the image as its logo. Change that first.")
        case .imageIsShown:
            .conflict(code: "image_in_use", "A page has the image in its draft or in a version. Delete that page first, for good.")
        case .alreadyRotated(let successor):
            .conflict(code: "already_rotated", "Rotate \(successor) instead; it has taken this key's place.")
        case .keyExpired: .conflict(code: "key_expired", "Create a new API key; this one has expired.")
        case .scopeOfLiveKeys(let scope):
            .validationFailed("/scopes", code: "of_live_keys", "Leave out \(scope.rawValue); a test key cannot have it.")
        case .domainExists(let host):
            .conflict(code: "domain_exists", "Use the domain that is there; the workspace has \(host) already.")
        case .domainTaken(let host):
            .conflict(
                code: "domain_taken", "Another workspace has \(host); it has to be deleted there before it can be yours.")
        case .domainInUse(let host):
            .conflict(code: "domain_in_use", "Move or delete the links and bio pages on \(host) first.")
        case .webhookDisabled:
            .conflict(code: "webhook_disabled", "Enable the endpoint first; nothing is sent to it now.")
        case .secretOverlap(let end):
            .conflict(
                code: "secret_overlap", "The previous secret signs until \(end.rfc3339). Rotate after that, or send "
                    + "overlap_seconds 0, which ends all secrets but the new one at once.")
        case .linkUsed: .linkEnded
        case .insufficientRole(let role): .insufficientRole(role.rawValue)
        case .passkeyKnown: .conflict(code: "passkey_known", "Use another authenticator; this passkey is known already.")
        case .tooManyPasskeys: .conflict("Remove a passkey first; the account has as many as one may have.")
        case .lastWayIn: .conflict(code: "last_way_in", "Set a password or add a passkey first; nobody could sign in without this.")
        case .shortPassword:
            .conflict(
                code: "short_password", "Set a password of 15 characters or more first; the present one is enough beside codes only.")
        case .lastOwner: .conflict(code: "last_owner", "Make another member an owner first; a workspace needs one.")
        case .noAccount(let email): .conflict(code: "no_account", "Invite \(email) first; nobody signs in as this member yet.")
        case .worksElsewhere(let email):
            .conflict(
                code: "works_elsewhere", "Ask whoever runs this service for the link; \(email) works in other workspaces, too, "
                    + "and it would open those.")
        case .noAppHost:
            .conflict(code: "no_app_host", "Ask whoever runs this service to set MASK_APP_HOST; without a dashboard links lead nowhere.")
        case .memberTaken(let email): .conflict(code: "member_exists", "Change the member's role instead; \(email) is a member already.")
        // Of what an API client cannot ask for.
        case .workspaceTaken, .userExists: .conflict(description)
        }
    }
}

extension Problem {
    package static let linkEnded = Problem(
        status: 410, code: "link_used_or_ended", title: "Link used or ended",
        detail: "Ask for another link; this one was used, withdrawn or has ended.")

    /// Both ways are told: `deleted_id` says what to restore, or to purge.
    package static func slugDeleted(_ slug: String, by thing: Deleted) -> Problem {
        let path = switch thing {
        case .link(let id): "/links/\(id)"
        case .page(let id): "/bio-pages/\(id)"
        }
        return Problem(
            status: 409, code: "slug_deleted", title: "Slug of something deleted",
            detail: "\(thing.id), which was deleted, keeps \(slug). Restore it with POST \(path)/restore, free the slug with "
                + "DELETE \(path)?purge=true, or choose another slug.",
            extensions: ["deleted_id": .string(thing.id)])
    }

    package static func keepsChanging(_ name: String) -> Problem { .conflict("Others keep changing this \(name); try again.") }

    package static func quotaExceeded(_ quota: Quota, of workspace: Workspace) -> Problem {
        let limit = workspace.limit(of: quota)
        let way = quota == .idempotencyBytes
            ? "Send fewer items in a request, or no Idempotency-Key; answers are kept for a day."
            : "Delete what is not needed."
        return Problem(
            status: 422, code: "quota_exceeded", title: "Quota exceeded",
            detail: "This workspace may have \(quota.phrase(limit)). \(way) A larger plan has more, and whoever runs this "
                + "service can raise the quota.",
            extensions: ["quota": .string(quota.rawValue), "limit": JSON(limit)])
    }
}
