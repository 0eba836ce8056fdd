import AnalyticsStore
import HTTP
import JSON
import LinkStore
import Model
import QRCodes
import Store
import Text
import Work

/// What OpenAPI tells of each route, in the order of the table; links, tags and QR codes: LinkOperations.swift.
extension Operation {
    package static let createDomain = Operation(
        id: "createDomain", summary: "Name a host of the workspace's own; links can be on it once it is verified",
        body: "DomainInput", status: 201, answer: "Domain", isTagged: true, problems: [409, 415, 422])

    package static let listDomains = Operation(
        id: "listDomains", summary: "List the domains of the workspace, newest first", query: pagination, answer: "Domain",
        isList: true)

    package static let getDomain = Operation(
        id: "getDomain", summary: "Read a domain, with the DNS records that it needs", answer: "Domain", isTagged: true,
        problems: [404])

    package static let updateDomain = Operation(
        id: "updateDomain", summary: "Change the fields that are sent; null clears a field", body: "DomainChanges",
        answer: "Domain", isTagged: true, problems: [404, 409, 415, 422])

    package static let deleteDomain = Operation(
        id: "deleteDomain", summary: "Give a host up that has no links and pages; others may have it then", status: 204,
        isTagged: true, problems: [404, 409])

    package static let verifyDomain = Operation(
        id: "verifyDomain", summary: "Look at the DNS records; where the TXT record is right the host is the workspace's",
        body: "Nothing", isBodyOptional: true, answer: "Domain", isTagged: true, problems: [404, 409, 415, 422])

    package static let createKey = Operation(
        id: "createKey", summary: "Create an API key; it is shown this once", body: "KeyInput", status: 201, answer: "KeyWithText",
        isTagged: true, problems: [409, 415, 422])

    package static let listKeys = Operation(
        id: "listKeys", summary: "List the API keys that are not revoked", query: pagination, answer: "Key", isList: true)

    package static let getKey = Operation(id: "getKey", summary: "Read an API key", answer: "Key", isTagged: true, problems: [404])

    package static let updateKey = Operation(
        id: "updateKey", summary: "Change the fields that are sent; null clears a field", body: "KeyChanges", answer: "Key",
        isTagged: true, problems: [404, 409, 415, 422])

    package static let revokeKey = Operation(
        id: "revokeKey", summary: "End an API key at once", status: 204, isTagged: true, problems: [404, 409])

    package static let rotateKey = Operation(
        id: "rotateKey", summary: "Put a successor in an API key's place; the old one works on for the overlap",
        body: "Rotation", isBodyOptional: true, status: 201, answer: "KeyWithText", isTagged: true,
        problems: [404, 409, 415, 422])

    package static let createWebhook = Operation(
        id: "createWebhook", summary: "Subscribe an endpoint to events; its secret is shown this once", body: "WebhookInput",
        status: 201, answer: "WebhookWithSecret", isTagged: true, problems: [409, 415, 422])

    package static let listWebhooks = Operation(
        id: "listWebhooks", summary: "List the endpoints", query: pagination, answer: "Webhook", isList: true)

    package static let getWebhook = Operation(
        id: "getWebhook", summary: "Read an endpoint, and how it is doing", answer: "Webhook", isTagged: true, problems: [404])

    package static let updateWebhook = Operation(
        id: "updateWebhook", summary: "Change the fields that are sent; null clears a field", body: "WebhookChanges",
        answer: "Webhook", isTagged: true, problems: [404, 409, 415, 422])

    package static let deleteWebhook = Operation(
        id: "deleteWebhook", summary: "Delete an endpoint", status: 204, isTagged: true, problems: [404, 409])

    package static let rotateWebhookSecret = Operation(
        id: "rotateWebhookSecret", summary: "Give an endpoint a new secret; the old one signs as well for the overlap",
        body: "SecretRotation", isBodyOptional: true, status: 201, answer: "WebhookWithSecret", isTagged: true,
        problems: [404, 409, 415, 422])

    package static let testWebhook = Operation(
        id: "testWebhook", summary: "Send an endpoint an event of its own", body: "Nothing", isBodyOptional: true, status: 202,
        answer: "Event", problems: [404, 409, 415, 422])

    package static let listDeliveries = Operation(
        id: "listDeliveries", summary: "List what was sent to an endpoint, with each attempt but not what was answered, newest first",
        query: [
            .init(name: "status", about: "Only deliveries that came to this", schema: Schemas.reference("DeliveryStatus")),
            .init(name: "event_type", about: "Only events of this type", schema: eventType),
            .init(name: "created_after", about: "Later than this", schema: .time),
            .init(name: "created_before", about: "Earlier than this", schema: .time),
        ] + pagination,
        answer: "DeliverySummary", isList: true, problems: [404])

    package static let getDelivery = Operation(
        id: "getDelivery", summary: "Read a delivery with its attempts, and what was answered", answer: "Delivery", problems: [404])

    package static let replayDelivery = Operation(
        id: "replayDelivery", summary: "Send an event again", body: "Nothing", isBodyOptional: true, status: 202,
        answer: "Delivery", problems: [404, 409, 415, 422])

    package static let recoverDeliveries = Operation(
        id: "recoverDeliveries", summary: "Send again what came to nothing in a window, up to 10,000 at a time",
        body: "Recovery", status: 202, answer: "Recovered", problems: [404, 409, 415, 422])

    package static let listEvents = Operation(
        id: "listEvents", summary: "List the events of the workspace, newest first",
        query: [.init(name: "type", about: "Only events of this type", schema: eventType)] + pagination,
        answer: "Event", isList: true)

    package static let getEvent = Operation(id: "getEvent", summary: "Read an event", answer: "Event", problems: [404])

    package static let createPage = Operation(
        id: "createPage", summary: "Create a bio page; visitors see it once it is published", body: "PageInput", status: 201,
        answer: "Page", isTagged: true, problems: [409, 415, 422])

    package static let listPages = Operation(
        id: "listPages", summary: "List the bio pages, newest first", query: [existence] + pagination, answer: "Page", isList: true)

    package static let getPage = Operation(id: "getPage", summary: "Read a bio page: its draft", answer: "Page", isTagged: true, problems: [404])

    package static let updatePage = Operation(
        id: "updatePage", summary: "Change the fields of the draft that are sent; null clears a field", body: "PageChanges",
        answer: "Page", isTagged: true, problems: [404, 409, 415, 422])

    package static let deletePage = Operation(
        id: "deletePage", summary: "Delete a bio page, its history and the short links that it made; all of it can be restored for 30 days",
        query: purge, status: 204, isTagged: true,
        problems: [404, 409])

    package static let restorePage = Operation(
        id: "restorePage", summary: "Bring a deleted bio page back as visitors saw it, with the short links that it made",
        body: "Nothing", isBodyOptional: true, answer: "Page", isTagged: true, problems: [404, 409, 415, 422])

    package static let publishPage = Operation(
        id: "publishPage", summary: "Show visitors the draft", body: "Nothing", isBodyOptional: true, answer: "Page", isTagged: true,
        problems: [404, 409, 415, 422])

    package static let unpublishPage = Operation(
        id: "unpublishPage", summary: "Show visitors nothing", body: "Nothing", isBodyOptional: true, answer: "Page",
        isTagged: true, problems: [404, 409, 415, 422])

    package static let previewPage = Operation(
        id: "previewPage", summary: "The draft as visitors would see it", files: ["text/html"], problems: [404])

    package static let listPageVersions = Operation(
        id: "listPageVersions", summary: "List what has been published, newest first", query: pagination, answer: "PageVersion",
        isList: true, problems: [404])

    package static let getPageVersion = Operation(
        id: "getPageVersion", summary: "Read what was published once", answer: "PageVersionWithContent", problems: [404])

    package static let restorePageVersion = Operation(
        id: "restorePageVersion", summary: "Make a version the draft again and, when asked, show it to visitors",
        body: "PageRestoration", isBodyOptional: true, answer: "Page", isTagged: true, problems: [404, 409, 415, 422])

    package static let getPageAnalytics = Operation(
        id: "getPageAnalytics", summary: "Count the views of a bio page and the clicks on its links",
        query: window("ClickInterval", "ClickGranularity") + [
            .init(name: "group_by", about: "What each line counts", schema: Schemas.reference("ViewGroup")),
            .init(name: "count", about: "Everyone, everyone but bots, or first visits of a day", schema: Schemas.reference("ClickCount")),
            lineLimit,
        ],
        answer: "PageAnalytics", problems: [404])

    package static let createImage = Operation(
        id: "createImage", summary: "Upload an image for bio pages; it is encoded anew", uploads: Picture.formats.map(\.mediaType),
        status: 201, answer: "Image", problems: [415, 422])

    package static let listImages = Operation(
        id: "listImages", summary: "List the images, newest first", query: pagination, answer: "Image", isList: true)

    package static let getImage = Operation(id: "getImage", summary: "Read where an image is, and its size", answer: "Image", problems: [404])

    package static let deleteImage = Operation(
        id: "deleteImage", summary: "Delete an image that no page shows", status: 204, problems: [404, 409])

    package static let listAuditLog = Operation(
        id: "listAuditLog", summary: "List what was done in the workspace, newest first", query: auditFilter + pagination,
        answer: "AuditEntry", isList: true)

    static let exportFormat = Parameter(
        name: "format", about: "CSV, or JSON line by line", schema: Schemas.reference("ExportFormat"))

    /// Without their parameters.
    static let exportTypes = ["text/csv", "application/x-ndjson"]

    package static let exportAuditLog = Operation(
        id: "exportAuditLog", summary: "The audit log as a file, two at a time",
        query: [exportFormat] + auditFilter,
        files: exportTypes)

    package static let listMembers = Operation(
        id: "listMembers", summary: "List who works in the workspace", query: pagination, answer: "Member", isList: true)

    package static let getMember = Operation(id: "getMember", summary: "Read a member", answer: "Member", isTagged: true, problems: [404])

    package static let updateMember = Operation(
        id: "updateMember", summary: "Change a member's role; it holds for the next request of their sessions and keys",
        body: "MemberChanges", answer: "Member", isTagged: true, problems: [404, 409, 415, 422])

    package static let removeMember = Operation(
        id: "removeMember", summary: "Remove a member, and end the API keys that they have made", status: 204, isTagged: true,
        problems: [404, 409])

    package static let resetMember = Operation(
        id: "resetMember", summary: "Make a link by which a member sets another password, once; it is shown this once",
        body: "Nothing", isBodyOptional: true, status: 201, answer: "ResetLink", problems: [404, 409, 415, 422])

    package static let listInvitations = Operation(
        id: "listInvitations", summary: "List who is invited and has not come yet, newest first", query: pagination,
        answer: "Invitation", isList: true)

    package static let createInvitation = Operation(
        id: "createInvitation", summary: "Invite somebody to the workspace; the link is shown this once", body: "InvitationInput",
        status: 201, answer: "InvitationWithURL", problems: [409, 415, 422])

    package static let withdrawInvitation = Operation(
        id: "withdrawInvitation", summary: "Withdraw an invitation; its link is good for nothing any more", status: 204,
        problems: [404, 409])

    package static let getWorkspace = Operation(
        id: "getWorkspace", summary: "Read the key's workspace", answer: "Workspace", isTagged: true)

    package static let updateWorkspace = Operation(
        id: "updateWorkspace", summary: "Change name, plan or brand, with an API key that an owner has made", body: "WorkspaceChanges",
        answer: "Workspace", isTagged: true, problems: [409, 415, 422])

    package static let getOpenAPI = Operation(
        id: "getOpenAPI", summary: "This document", answer: "Document", isTagged: true, isDocument: true)


    // MARK: Parameters that several share

    static let imageFormat = Parameter(
        name: "format", about: "What Accept likes better where left out, else png",
        schema: Schemas.reference("QRFormat"))

    static let imageSize = Parameter(name: "size", about: "Width and height in pixels", schema: Schemas.qrSize)

    static let pagination: [Parameter] = [
        .init(name: "limit", about: "Items on a page", schema: ["type": "integer", "minimum": 1, "maximum": 100, "default": 25]),
        .init(name: "starting_after", about: "The next_cursor of the page before", schema: .cursor),
    ]

    private static let eventType = Schemas.reference("EventType")

    private static let auditFilter: [Parameter] = [
        .init(name: "actor", about: "Only what this API key or member did; maskctl, or maskctl: and a person", schema: ["type": "string"]),
        .init(name: "action", about: "Only this, such as link.updated or GET /links/{id}", schema: ["type": "string"]),
        .init(name: "resource", about: "Only what was done to this", schema: ["type": "string"]),
        .init(name: "outcome", about: "Only what came to this", schema: Schemas.reference("AuditOutcome")),
        .init(name: "created_after", about: "Later than this", schema: .time),
        .init(name: "created_before", about: "Earlier than this", schema: .time),
    ]
}
