import Contract
import JSON
import Model

/// Which `code` a refusal of an operation can have, beyond what every request can meet.
enum ProblemCodes {
    /// Of every request: told once, on the page of errors.
    static let ofEveryRequest: Set<String> = [
        "bad_request", "invalid_request", "invalid_parameter", "unauthorized", "address_not_allowed", "https_required", "key_on_app_host", "rate_limited",
        "insufficient_scope", "insufficient_role", "method_not_allowed", "uri_too_long", "headers_too_large", "internal_error", "bad_gateway",
        "unavailable", "gateway_timeout",
    ]

    /// Of people who are signed in.
    static let ofSessions: Set<String> = [
        "workspace_required", "invalid_code", "invalid_credentials", "signed_out", "cross_site_request", "other_account", "second_factor_required",
        "step_up_required", "unknown_workspace", "last_way_in", "passkey_known", "short_password", "sign_in_first", "link_used_or_ended",
        "too_many_tries",
    ]

    private static let writesOfLinks: Set<String> = ["createLink", "updateLink", "upsertLink", "createLinks", "updateLinks"]
    private static let creates: Set<String> = [
        "createLink", "upsertLink", "createLinks", "restoreLink", "restoreLinks", "restoreMatchingLinks", "createQRCode", "restoreQRCode", "createDomain",
        "createKey", "createWebhook", "createPage", "restorePage", "createImage", "createInvitation",
    ]

    /// Codes of some operations alone; every other one goes by its status.
    private static let ofSome: [String: Set<String>] = [
        "slug_taken": writesOfLinks.union(["createPage", "updatePage"]),
        "slug_deleted": writesOfLinks.union(["createPage", "updatePage"]),
        "external_id_taken": writesOfLinks.union(["restoreLink", "restoreLinks", "restoreMatchingLinks"]),
        "slug_space_exhausted": ["createLink", "upsertLink", "createLinks", "createPage"],
        "link_deleted": ["restoreQRCode"], "qr_code_unreadable": ["createQRCode", "updateQRCode", "getQRCodeImage"],
        "domain_exists": ["createDomain"], "domain_taken": ["createDomain", "verifyDomain"], "domain_in_use": ["deleteDomain"],
        "already_rotated": ["rotateKey"], "key_expired": ["rotateKey"], "secret_overlap": ["rotateWebhookSecret"],
        "webhook_disabled": ["testWebhook", "replayDelivery", "recoverDeliveries"], "image_in_use": ["deleteImage"],
        "invalid_image": ["createImage", "createQRCode", "updateQRCode"],
        "last_owner": ["updateMember", "removeMember"], "member_exists": ["createInvitation"], "no_account": ["resetMember"],
        "works_elsewhere": ["resetMember"], "no_app_host": ["resetMember", "createInvitation"],
        "export_too_long": ["exportAuditLog", "exportLinks", "exportClicks"], "quota_exceeded": creates,
        "query_timeout": ["getClicks", "exportClicks", "getUsage", "getPageAnalytics", "listLinks", "countLinks", "exportLinks", "listTags", "listAuditLog"],
    ]

    static func of(_ operation: Reference.Operation) -> [ErrorCatalog.Entry] {
        let statuses = Set((operation.json["responses"]?.objectValue?.members ?? []).compactMap { Int($0.name) })
        let hasBody = operation.json["requestBody"] != nil
        return ErrorCatalog.entries.filter { entry in
            guard !ofEveryRequest.contains(entry.code), !ofSessions.contains(entry.code), statuses.contains(entry.status) else { return false }
            if let some = ofSome[entry.code] { return some.contains(operation.id) }
            return switch entry.code {
            case "idempotency_key_in_use", "idempotency_key_reused": operation.method == "POST"
            case "invalid_json", "unsupported_media_type", "payload_too_large", "validation_failed": hasBody
            case "precondition_failed": operation.parameters.contains { $0["name"] == "If-Match" }
            case "test_key": operation.route.scope.map { !Scopes.ofTestKeys.contains($0) } == true
            default: true
            }
        }
    }
}
