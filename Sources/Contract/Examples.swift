import HTTP
import JSON
import Model
import Work

/// An example of each schema that is a body or an answer. Those of bodies can be sent as they stand.
extension Schemas {
    static let examples: JSONObject = [
        "Link": linkExample, "LinkInput": newLinkExample, "LinkChanges": ["title": "Spring sale", "expires_at": nil],
        "BulkLinksInput": ["links": [["url": "https://example.com/a"], ["url": "https://example.com/b", "tags": ["campaign-q1"]]]],
        "BulkLinksChanges": ["links": [["id": .string(linkID), "disabled": true]]],
        "LinkCount": ["count": 12_340], "Tag": ["tag": "campaign-q1", "links": 42],
        "LinkSelection": ["ids": [.string(linkID)]],
        "DeletedLinkSelection": ["ids": [.string(linkID)]],
        "QRCode": qrCodeExample, "QRCodeInput": newQRCodeExample, "QRCodeChanges": ["foreground": "#1a3c6e", "size": 1024],
        "Domain": DomainExamples.domain, "DomainInput": DomainExamples.newDomain,
        "DomainChanges": ["expired_url": "https://www.example.com/sale-is-over", "not_found_url": nil],
        "LinkFilter": ["tag": ["spring"]], "DeletedLinkFilter": ["tag": ["spring"]],
        "MatchingChanges": ["filter": ["tag": ["spring"], "state": "active"], "changes": ["disabled": true, "add_tags": ["over"]]],
        "MatchingDeletion": ["filter": ["tag": ["spring"]]], "MatchingRestoration": ["filter": ["tag": ["spring"]]],
        "MatchingResults": matchingResultsExample,
        "BulkResults": bulkResultsExample, "Clicks": clicksExample, "Usage": usageExample,
        "Key": .object(keyExample), "KeyWithText": keyWithTextExample,
        "KeyInput": ["name": "Website", "scopes": ["links:read", "links:write"], "allowed_addresses": ["203.0.113.0/24"]],
        "KeyChanges": ["name": "Website 2", "requests_per_minute": 100],
        "Rotation": ["overlap_seconds": 86_400],
        "Webhook": .object(webhookExample), "WebhookWithSecret": webhookWithSecretExample,
        "WebhookInput": ["url": "https://example.com/hooks", "events": ["click.recorded"], "link_id": .string(linkID)],
        "WebhookChanges": ["description": "CRM, new"], "SecretRotation": ["overlap_seconds": 3600],
        "Delivery": deliveryExample(withBody: true), "DeliverySummary": deliveryExample(withBody: false),
        "Recovery": recoveryExample,
        "Recovered": ["recovered": 12, "has_more": false], "Event": eventExample, "Nothing": [:],
        "Page": PageExamples.page, "PageInput": PageExamples.newPage, "PageChanges": ["title": "Ada Lovelace", "theme": "bloom"],
        "PageVersion": .object(PageExamples.version), "PageVersionWithContent": PageExamples.versionWithContent,
        "PageRestoration": ["publish": true], "PageAnalytics": PageExamples.analytics,
        "Image": PageExamples.image,
        "AuditEntry": auditExample, "Member": memberExample, "MemberChanges": ["role": "viewer"],
        "ResetLink": ["url": "https://app.example.com/reset#\(token)", "expires_at": "2099-12-31T23:59:59Z"],
        "Invitation": .object(invitationExample), "InvitationInput": ["email": "grace@example.com", "role": "member"],
        "InvitationWithURL": invitationWithURLExample, "Workspace": workspaceExample,
        "WorkspaceChanges": ["name": "Acme Corporation", "brand": ["color": "#0b57d0"]],
        "Problem": problemExample, "Document": ["openapi": "3.1.0"],
    ]

    private static let linkID = "lnk_01kac7w8v0e3s5q9x2b4m6n8p0"
    private static let keyID = "key_01kac7w8v0e3s5q9x2b4m6n8p1"
    private static let memberID = "usr_01kac7w8v0e3s5q9x2b4m6n8p2"

    private static let newLinkExample: JSON = [
        "url": "https://example.com/long-page", "tags": ["campaign-q1"], "utm_source": "twitter", "utm_medium": "social",
        "expires_at": "2099-12-31T23:59:59Z",
    ]

    static let linkExample: JSON = {
        let text: [(String, JSON)] = [
            ("id", .string(linkID)), ("url", "https://example.com/long-page"), ("short_url", "https://go.example.com/my-link"),
            ("slug", "my-link"), ("domain", "go.example.com"), ("tags", ["campaign-q1"]), ("clicks", 1042), ("human_clicks", 977),
            ("password_protected", false), ("redirect_status", 302), ("disabled", false), ("indexable", false), ("archived", false),
            ("created_at", "2026-03-13T10:00:00Z"), ("updated_at", "2026-03-13T10:00:00Z"),
            ("last_clicked_at", "2026-03-14T08:30:00Z"), ("title", nil), ("utm_source", "twitter"), ("utm_medium", "social"),
            ("utm_campaign", nil), ("utm_term", nil), ("utm_content", nil), ("starts_at", nil),
            ("expires_at", "2099-12-31T23:59:59Z"), ("max_clicks", nil), ("expired_url", nil), ("external_id", nil),
            ("notes", nil), ("deleted_at", nil),
        ]
        return .object(JSONObject(text.map { .init(name: $0.0, value: $0.1) }))
    }()

    private static let newQRCodeExample: JSON = [
        "link_id": .string(linkID), "name": "Poster", "error_correction": "Q", "background": "transparent", "rounded": true,
    ]

    private static let qrCodeExample: JSON = [
        "id": "qr_01kac7w8v0e3s5q9x2b4m6n8p8", "link_id": .string(linkID), "name": "Poster", "size": 512, "margin": 4,
        "error_correction": "Q", "foreground": "#000000", "background": "transparent", "rounded": true, "has_logo": false,
        "created_at": "2026-03-13T10:00:00Z", "updated_at": "2026-03-13T10:00:00Z", "deleted_at": nil,
    ]

    private static let bulkResultsExample: JSON = [
        "succeeded": 1, "failed": 1,
        "results": [
            ["status": 201, "link": linkExample, "error": nil],
            ["status": 409, "link": nil, "error": [
                "code": "slug_taken", "title": "Slug already taken",
                "detail": "Choose another slug; my-link is taken on this domain.", "errors": [],
            ]],
        ],
    ]

    private static let matchingResultsExample: JSON = [
        "matched": 2, "succeeded": 1, "failed": 1,
        "refused": [["id": .string(linkID), "status": 422, "error": [
            "code": "validation_failed", "title": "Validation failed", "detail": "Correct the fields that errors names.",
            "errors": [["pointer": "/changes/add_tags", "code": "too_many", "message": "Add fewer; a link has at most 20 tags."]],
        ]]],
        "has_more": false, "next_cursor": nil,
    ]

    private static let clicksExample: JSON = [
        "start": "2026-03-13T00:00:00Z", "end": "2026-03-14T00:00:00Z", "as_of": "2026-03-13T10:00:00Z", "timezone": "UTC", "granularity": "day",
        "group_by": "country", "count": "all", "total": 1042, "groups": [["value": "DE", "clicks": 1002]],
        "other": ["values": 3, "clicks": 40],
    ]

    private static let usageExample: JSON = [
        "start": "2026-03-13T00:00:00Z", "end": "2026-03-14T00:00:00Z", "as_of": "2026-03-13T10:00:00Z", "timezone": "UTC", "granularity": "day",
        "group_by": "endpoint", "total": .object(countsExample),
        "groups": [.object(JSONObject([.init(name: "value", value: "GET /links/{id}")] + countsExample.members))],
    ]

    private static let countsExample: JSONObject = [
        "requests": 5210, "client_errors": 12, "server_errors": 0, "rate_limited": 3,
        "latency_ms": ["p50": 0.512, "p95": 1.217, "p99": 2.896],
    ]

    private static let keyExample: JSONObject = [
        "id": .string(keyID), "name": "Website", "test": false, "hint": "mk_live_…x7Qd", "scopes": ["links:read", "links:write"],
        "requests_per_minute": nil, "allowed_addresses": ["203.0.113.0/24"], "created_by": .string(memberID),
        "expires_at": nil, "rotated_at": nil, "successor_id": nil, "created_at": "2026-03-13T10:00:00Z",
        "last_used_at": "2026-03-14T08:30:00Z", "last_used_from": "203.0.113.0/24",
    ]

    private static let keyWithTextExample: JSON = .object(JSONObject(
        [.init(name: "key", value: "mk_live_00000000000000000000000000000000000000")] + keyExample.members))

    private static let auditExample: JSON = [
        "id": "aud_01kac7w8v0e3s5q9x2b4m6n8p3", "created_at": "2026-03-13T10:00:00Z", "actor": .string(keyID),
        "action": "link.updated", "resource": .string(linkID), "outcome": "success", "status": nil,
        "address": "203.0.113.7", "user_agent": "curl/8.5.0", "request_id": "req_5f9c7a1e0b3d4c6f8a2e1d0c9b8a7f6e",
        "changes": ["before": ["title": nil], "after": ["title": "Spring sale"]],
    ]

    private static let memberExample: JSON = [
        "id": .string(memberID), "email": "ada@example.com", "name": "Ada", "role": "owner",
        "created_at": "2026-03-13T10:00:00Z",
    ]

    /// What stands behind `#`.
    private static let token = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    private static let invitationExample: JSONObject = [
        "id": "inv_01kac7w8v0e3s5q9x2b4m6n8p9", "email": "grace@example.com", "role": "member", "invited_by": .string(memberID),
        "created_at": "2026-03-13T10:00:00Z", "expires_at": "2099-12-31T23:59:59Z",
    ]

    private static let invitationWithURLExample: JSON = .object(JSONObject(
        [.init(name: "url", value: "https://app.example.com/accept#\(token)")] + invitationExample.members))

    private static let problemExample: JSON = [
        "type": "https://api.example.com/docs/errors#validation_failed", "title": "Validation failed", "status": 422,
        "detail": "Correct the fields listed in errors.", "code": "validation_failed",
        "request_id": "req_5f9c7a1e0b3d4c6f8a2e1d0c9b8a7f6e",
        "doc_url": "https://api.example.com/docs/errors#validation_failed",
        "errors": [["pointer": "/url", "code": "required", "message": "Send this field."]],
    ]

    static let workspaceExample: JSON = [
        "id": "ws_01kac7w8v0e3s5q9x2b4m6n8p4", "slug": "acme", "name": "Acme", "plan": "pro", "requests_per_minute": 600,
        "audit_days": 180, "created_at": "2026-03-13T10:00:00Z", "test": false,
        "quotas": .object(JSONObject(Quota.allCases.map { quota in
            let used: JSON = quota == .pageVersions ? nil : 12
            return .init(name: quota.rawValue, value: ["limit": JSON(Plan.pro.limit(of: quota)), "used": used])
        })),
        "brand": ["name": "Acme", "color": "#0b57d0", "logo_image": nil],
    ]

    private static let webhookID = "wh_01kac7w8v0e3s5q9x2b4m6n8p5"

    private static let webhookExample: JSONObject = [
        "id": .string(webhookID), "url": "https://example.com/hooks", "description": "CRM", "events": ["link.*"],
        "link_id": nil, "domain": nil, "tag": nil, "enabled": true, "disabled_reason": nil, "disabled_at": nil,
        "previous_secret_ends_at": nil, "failures": 0, "failing_since": nil, "last_success_at": "2026-03-14T08:30:00Z",
        "waiting": 0, "clicks_dropped": 0, "created_at": "2026-03-13T10:00:00Z", "updated_at": "2026-03-13T10:00:00Z",
    ]

    /// What is older than thirty days is refused. Not of today: the document is the same whenever a worker began.
    private static let recoveryExample: JSON = [
        "since": "2099-12-01T00:00:00Z", "until": "2099-12-02T00:00:00Z", "status": "failed",
    ]

    private static let webhookWithSecretExample: JSON = .object(JSONObject(
        [.init(name: "secret", value: "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")] + webhookExample.members))

    private static let eventExample: JSON = EventCatalog.entries.first { $0.type == EventType.linkUpdated.rawValue }?.payload ?? .null

    private static func deliveryExample(withBody: Bool) -> JSON {
        var attempt: JSONObject = [
            "number": 1, "started_at": "2026-03-13T10:00:00Z", "duration_ms": 84, "address": "203.0.113.7",
            "http_version": "2", "status": 200, "error": nil,
        ]
        if withBody { attempt["body"] = "ok" }
        return [
            "id": "dlv_01kac7w8v0e3s5q9x2b4m6n8p7", "webhook_id": .string(webhookID),
            "event_id": "evt_01kac7w8v0e3s5q9x2b4m6n8p6", "event_type": "link.updated", "status": "succeeded",
            "trigger": "automatic", "next_attempt_at": nil, "created_at": "2026-03-13T10:00:00Z",
            "finished_at": "2026-03-13T10:00:00Z",
            "attempts": [.object(attempt)],
        ]
    }
}
