import HTTP
import JSON

/// Every `code` that the API, or nginx in front of it, puts into a problem document: what it means and what to do.
/// The documentation's page `errors` has a section for each, to which `type` and `doc_url` lead.
package enum ErrorCatalog {
    package struct Entry: Sendable {
        package let code: String
        package let status: Int
        package let meaning: String
        package let remedy: String
    }

    package static let codes = entries.map(\.code)

    /// By status, and alphabetically within one.
    package static let entries: [Entry] = [
        .init("bad_request", 400, "nginx could not read the request as HTTP.", "Check the request line, the Host header and the syntax of the headers."),
        .init("invalid_json", 400, "The body is not JSON, or has a field twice.", "Correct it at the byte that offset names."),
        .init("invalid_parameter", 400, "A parameter of the query is unknown or has a value that cannot be.", "Correct the parameter that parameter names; detail says how."),
        .init("invalid_request", 400, "The request cannot be understood.", "Do what detail says."),
        .init("workspace_required", 400, "Somebody who is signed in has not said for which workspace.", "Name it in the header: Mask-Workspace: its-slug"),
        .init("invalid_code", 401, "The code of the authenticator app, or the recovery code, is wrong or was used.", "Send the code that the app shows now, each once."),
        .init("invalid_credentials", 401, "E-mail address and password are together nobody's, or a passkey's answer was not taken.", "Check both, or try again. Whoever invited you, or runs the service, can make a link to set another password."),
        .init("signed_out", 401, "Nobody is signed in: there is no session, or it has ended.", "Sign in."),
        .init("unauthorized", 401, "There is no API key, or it is wrong, expired or revoked.", "Send a valid key in the header: Authorization: Bearer mk_live_…"),
        .init("address_not_allowed", 403, "The API key may not be used from this address.", "Call from an address that the key allows, or add this one to its allowed_addresses."),
        .init("cross_site_request", 403, "The request carries a cookie and comes from a page of another origin.", "Programs use an API key at the API's own host."),
        .init("https_required", 403, "The request came over plain HTTP.", "Use https://, and replace the key: it was readable on its way."),
        .init("insufficient_role", 403, "The member who is signed in, or who made the API key, has not the role for this.", "Ask a member with the role in required_role, or use a key that such a member has made."),
        .init("insufficient_scope", 403, "The API key has not the scope for this.", "Use a key with the scope in required_scope."),
        .init("key_on_app_host", 403, "There is an API key in a request to the host of the dashboard.", "Send it to the API's host."),
        .init("other_account", 403, "The invitation is for another address than that of who is signed in.", "Sign in as whom detail names."),
        .init("second_factor_required", 403, "The password is right, and the account has an authenticator app, too.", "Send the same again with code."),
        .init("step_up_required", 403, "The change needs that you have shown who you are in the last 15 minutes.", "Show it with POST /session/step-up, then repeat the request."),
        .init("test_key", 403, "A test key changes no keys, no members and nothing of the workspace; neither does who looks at test data.", "Use a live key: mk_live_…; in the dashboard leave the test data"),
        .init("unknown_workspace", 403, "There is no workspace of this name that who is signed in is a member of.", "Choose another one; GET /v1/session lists them."),
        .init("not_found", 404, "There is nothing at this address, or nothing that you can see.", "Check path and id. What belongs to another workspace is not found, too."),
        .init("method_not_allowed", 405, "The address does not know the method.", "Use one of the methods in the Allow header."),
        .init("already_rotated", 409, "The API key has a successor already.", "Rotate the successor."),
        .init("conflict", 409, "Somebody else changed the same thing at the same time, or it is in a state that does not allow this.", "Read it again, then decide whether to repeat the change."),
        .init("domain_exists", 409, "The workspace has this domain already.", "Use the domain that is there."),
        .init("domain_in_use", 409, "There are links or bio pages on the domain.", "Move or delete them first."),
        .init("domain_taken", 409, "Another workspace has proved that it owns the host.", "Use another host, or ask its owner to remove it there."),
        .init("external_id_taken", 409, "Another link of the workspace has this external_id.", "Use another one, or change that link: PUT /links/by-external-id/{external_id}."),
        .init("idempotency_key_in_use", 409, "The request with this Idempotency-Key has not ended yet.", "Wait for the seconds in Retry-After, then send it again."),
        .init("image_in_use", 409, "A page shows the image, in its draft or in a version, or the workspace's brand does; a deleted page, too.", "Purge that page with DELETE …?purge=true, or change the brand, first."),
        .init("key_expired", 409, "The API key has expired.", "Create a new one."),
        .init("last_owner", 409, "The workspace has no other owner.", "Make another member an owner first."),
        .init("last_way_in", 409, "Nobody could sign in to the account without it.", "Set a password or add a passkey first."),
        .init("member_exists", 409, "Whoever is invited is a member already.", "Change the member's role instead."),
        .init("no_account", 409, "Nobody signs in as the member yet, so there is no password to set.", "Invite the member: POST /team/invitations."),
        .init("no_app_host", 409, "This installation has no dashboard that a link could lead to.", "Ask whoever runs the service to set MASK_APP_HOST."),
        .init("passkey_known", 409, "The passkey belongs to an account already.", "Use another authenticator."),
        .init("qr_code_unreadable", 409, "Nobody could scan the QR code with its present link and looks.", "Change what detail names."),
        .init("secret_overlap", 409, "The secret of the webhook before the present one still signs.", "Rotate after the time in detail, or send overlap_seconds 0."),
        .init("short_password", 409, "Without the authenticator app a password would let you in alone that is too short for that.", "Set one of 15 characters or more first: PUT /account/password."),
        .init("sign_in_first", 409, "There is an account of the address that was invited.", "Sign in to it, then use the link again."),
        .init("link_deleted", 409, "The link of the QR code was deleted, so the code cannot come back alone.", "Restore the link first: POST /links/{id}/restore."),
        .init("slug_deleted", 409, "A link or page of the workspace that was deleted keeps the slug for 30 days.", "Restore what deleted_id names, purge it with DELETE …?purge=true, or choose another slug."),
        .init("slug_taken", 409, "Another link or page on the domain has the slug.", "Choose another one, or leave it out for a random one."),
        .init("webhook_disabled", 409, "The webhook is switched off: nothing is sent to it.", "Enable it with PATCH /webhooks/{id} first."),
        .init("works_elsewhere", 409, "The user works in other workspaces, too, and a link for another password would open those.", "Ask whoever runs the service to make it: maskctl user reset."),
        .init("link_used_or_ended", 410, "The one-time link was used, withdrawn or has ended.", "Ask for another."),
        .init("precondition_failed", 412, "The resource is not in the state that If-Match or If-None-Match names.", "Read it again and send its present ETag."),
        .init("payload_too_large", 413, "The body has more than 1 MiB, or an image more than 8 MiB.", "Send less at a time."),
        .init("uri_too_long", 414, "The request line has more than 8 KiB.", "Shorten path or query."),
        .init("unsupported_media_type", 415, "The body has a Content-Type or Content-Encoding that is not read here.", "Send JSON as application/json, uncompressed; images as image/png, image/jpeg or image/webp."),
        .init("export_too_long", 422, "The export would have more entries than a file may.", "Narrow it with created_after and created_before."),
        .init("idempotency_key_reused", 422, "The Idempotency-Key belongs to another request of the last day.", "Send a new key with a new request."),
        .init("invalid_image", 422, "The image cannot be read, is too large, or is of a format that is not taken.", "Do what detail says."),
        .init("query_timeout", 422, "What was asked for takes the database longer than a request may.", "Ask for less: a shorter window of time, a smaller limit, or a filter on an id instead of a search."),
        .init("quota_exceeded", 422, "The workspace has as many of these as its plan, or the sysadmin, allows.", "Delete what is not needed, or ask for a larger plan; quota and limit say which it is."),
        .init("validation_failed", 422, "The body was read, and fields in it are wrong.", "Correct the fields that errors lists; it has all of them."),
        .init("rate_limited", 429, "There were more requests in this minute than the plan or the key allows, or too many from one address.", "Wait for the seconds in Retry-After. Whoever waits that long is let in."),
        .init("too_many_tries", 429, "Strangers have tried too many passwords at this account.", "Use a passkey, sign in from where you did before, or ask for a link; or wait for the seconds in Retry-After."),
        .init("headers_too_large", 431, "A header has more than 8 KiB, or all of them more than 32 KiB.", "Send fewer or shorter headers."),
        .init("internal_error", 500, "The request failed inside the server.", "Try again. If it happens again, report the request_id: the log has the cause under it."),
        .init("bad_gateway", 502, "The service was interrupted while it answered.", "Try again; with the same Idempotency-Key a POST is not done twice."),
        .init("slug_space_exhausted", 503, "Every random slug that was tried is taken.", "Choose a slug yourself, or try again."),
        .init("unavailable", 503, "A part of the service is not reachable, or has too much to do.", "Try again after the seconds in Retry-After."),
        .init("gateway_timeout", 504, "The service did not answer in time.", "Try again; with the same Idempotency-Key a POST is not done twice."),
    ]
}

extension ErrorCatalog.Entry {
    init(_ code: String, _ status: Int, _ meaning: String, _ remedy: String) {
        (self.code, self.status, self.meaning, self.remedy) = (code, status, meaning, remedy)
    }
}
