import HTTP
import JSON
import Model
import Work

/// The shapes of OpenAPI's `components/schemas`; those of each resource in a file beside this.
enum Schemas {
    static let all: JSONObject = [
        "Link": link, "NewLink": newLink, "LinkChanges": linkChanges,
        "NewLinks": newLinks, "LinksChanges": linksChanges, "LinkIDs": linkIDs, "LinkCount": linkCount, "Tag": listedTag, "DeletedLinkIDs": deletedLinkIDs, "BulkResults": bulkResults,
        "LinkFilter": linkFilter, "DeletedLinkFilter": deletedLinkFilter, "MatchingChanges": matchingChanges, "MatchingDeletion": matchingDeletion,
        "MatchingRestoration": matchingRestoration, "MatchingResults": matchingResults,
        "QRCode": qrCode, "NewQRCode": newQRCode, "QRCodeChanges": qrCodeChanges,
        "Domain": domain, "NewDomain": newDomain, "DomainChanges": domainChanges,
        "Clicks": clicks, "Usage": usage,
        "Key": key, "KeyWithText": keyWithText, "NewKey": newKey, "KeyChanges": keyChanges, "Rotation": rotation,
        "Webhook": webhook, "WebhookWithSecret": webhookWithSecret, "NewWebhook": newWebhook,
        "WebhookChanges": webhookChanges, "SecretRotation": secretRotation, "Delivery": delivery,
        "ListedDelivery": listedDelivery, "Recovery": recovery,
        "Recovered": recovered, "Event": event, "Nothing": object([:]),
        "Page": page, "NewPage": newPage, "PageChanges": pageChanges, "PageVersion": pageVersion,
        "PageVersionWithContent": pageVersionWithContent, "PageRestoration": pageRestoration, "PageAnalytics": pageAnalytics,
        "Image": imageObject,
        "AuditEntry": auditEntry, "Member": member, "MemberChanges": memberChanges, "ResetLink": resetLink,
        "Invitation": invitation, "NewInvitation": newInvitation, "InvitationWithURL": invitationWithURL, "Workspace": workspace, "WorkspaceChanges": workspaceChanges,
        "Problem": problem, "Document": ["type": "object"],
    ]

    // MARK: Parts that several share

    static let string: JSON = ["type": "string"]
    static let moment: JSON = ["type": ["string", "null"], "format": "date-time"]
    static let limit: JSON = ["type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000_000]

    /// Control characters and marks that turn the direction of text: ``PlainText/isForbidden(_:)``, within brackets.
    static let forbidden = #"\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069"#
    static let plain = "^[^\(forbidden)]*$"

    /// One line that is not empty.
    static let line: JSON = ["type": "string", "minLength": 1, "maxLength": 255, "pattern": .string(plain)]

    static let hexColor: JSON = ["type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"]

    static func orNull(_ schema: JSON) -> JSON { ["anyOf": [schema, ["type": "null"]]] }

    /// Every member is known, and all are there unless `required` names fewer.
    static func object(_ members: JSONObject, required: [String]? = nil) -> JSON {
        [
            "type": "object", "additionalProperties": false, "required": JSON(required ?? members.members.map(\.name)),
            "properties": .object(members),
        ]
    }

    static func array(of items: JSON) -> JSON { ["type": "array", "items": items] }

    static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/" + name)] }

    /// RFC 9457, with the extensions that every problem has.
    private static let problem: JSON = [
        "type": "object", "required": ["type", "title", "status", "detail", "code", "request_id", "doc_url"],
        "properties": [
            "type": ["type": "string"], "title": ["type": "string"], "status": ["type": "integer"],
            "detail": ["type": "string"], "code": .oneOf(ErrorCatalog.codes), "request_id": ["type": "string"],
            "doc_url": ["type": "string"],
            "errors": array(of: fieldProblem),
        ],
        "examples": [examples["Problem"] ?? .null],
    ]

    static let fieldProblem: JSON = object(["pointer": string, "code": string, "message": string])
}
