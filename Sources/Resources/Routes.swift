import API
import Contract
import HTTP
import Model
import PeopleResources

extension Route {
    /// The table of contents of the API.
    package static let all: [Route] = [
        Route(.post, "/links", .linksWrite, .createLink, LinkResource.create),
        Route(.get, "/links", .linksRead, .listLinks, LinkResource.list)
            .report(by: "domain", "search", "tag", "created_after", "created_before", "disabled", "state", "sort"),
        Route(.get, "/links/count", .linksRead, .countLinks, LinkResource.count).report,
        Route(.get, "/links/export", .linksRead, .exportLinks, LinkResource.export).report,
        Route(.get, "/tags", .linksRead, .listTags, TagResource.list).report,
        Route(.post, "/links/bulk", .linksWrite, .createLinks, LinkBulkResource.create),
        Route(.patch, "/links/bulk", .linksWrite, .updateLinks, LinkBulkResource.update),
        Route(.delete, "/links/bulk", .linksWrite, .deleteLinks, LinkBulkResource.delete),
        Route(.post, "/links/bulk/restore", .linksWrite, .restoreLinks, LinkBulkResource.restore),
        Route(.patch, "/links/matching", .linksWrite, .updateMatchingLinks, MatchingLinksResource.update).report,
        Route(.delete, "/links/matching", .linksWrite, .deleteMatchingLinks, MatchingLinksResource.delete).report,
        Route(.post, "/links/matching/restore", .linksWrite, .restoreMatchingLinks, MatchingLinksResource.restore).report,
        Route(.put, "/links/by-external-id/{external_id}", .linksWrite, .upsertLink, LinkResource.upsert),
        Route(.get, "/links/{id}", .linksRead, .getLink, LinkResource.get),
        Route(.patch, "/links/{id}", .linksWrite, .updateLink, LinkResource.update),
        Route(.delete, "/links/{id}", .linksWrite, .deleteLink, LinkResource.delete),
        Route(.post, "/links/{id}/restore", .linksWrite, .restoreLink, LinkResource.restore),

        Route(.get, "/links/{id}/qr", .linksRead, .getLinkQR, LinkQRResource.get),
        Route(.post, "/qr-codes", .linksWrite, .createQRCode, QRCodeResource.create),
        Route(.get, "/qr-codes", .linksRead, .listQRCodes, QRCodeResource.list),
        Route(.get, "/qr-codes/{id}", .linksRead, .getQRCode, QRCodeResource.get),
        Route(.patch, "/qr-codes/{id}", .linksWrite, .updateQRCode, QRCodeResource.update),
        Route(.delete, "/qr-codes/{id}", .linksWrite, .deleteQRCode, QRCodeResource.delete),
        Route(.post, "/qr-codes/{id}/restore", .linksWrite, .restoreQRCode, QRCodeResource.restore),
        Route(.get, "/qr-codes/{id}/image", .linksRead, .getQRCodeImage, QRCodeResource.image),

        Route(.post, "/domains", .domainsWrite, .createDomain, DomainResource.create),
        Route(.get, "/domains", .linksRead, .listDomains, DomainResource.list),
        Route(.get, "/domains/{id}", .linksRead, .getDomain, DomainResource.get),
        Route(.patch, "/domains/{id}", .domainsWrite, .updateDomain, DomainResource.update),
        Route(.delete, "/domains/{id}", .domainsWrite, .deleteDomain, DomainResource.delete),
        Route(.post, "/domains/{id}/verify", .domainsWrite, .verifyDomain, DomainResource.verify),

        Route(.get, "/analytics/clicks", .analyticsRead, .getClicks, ClickResource.get).report,
        Route(.get, "/analytics/clicks/export", .analyticsRead, .exportClicks, ClickResource.export).report,

        Route(.get, "/analytics/usage", .analyticsRead, .getUsage, UsageResource.get).report,

        Route(.post, "/api-keys", .keysWrite, .createKey, KeyResource.create).afterStepUp,
        Route(.get, "/api-keys", .keysWrite, .listKeys, KeyResource.list),
        Route(.get, "/api-keys/{id}", .keysWrite, .getKey, KeyResource.get),
        Route(.patch, "/api-keys/{id}", .keysWrite, .updateKey, KeyResource.update).accessChange.afterStepUp,
        Route(.delete, "/api-keys/{id}", .keysWrite, .revokeKey, KeyResource.revoke).accessChange,
        Route(.post, "/api-keys/{id}/rotate", .keysWrite, .rotateKey, KeyResource.rotate).accessChange.afterStepUp,

        Route(.post, "/webhooks", .webhooksWrite, .createWebhook, WebhookResource.create).accessChange,
        Route(.get, "/webhooks", .webhooksRead, .listWebhooks, WebhookResource.list),
        Route(.get, "/webhooks/{id}", .webhooksRead, .getWebhook, WebhookResource.get),
        Route(.patch, "/webhooks/{id}", .webhooksWrite, .updateWebhook, WebhookResource.update).accessChange,
        Route(.delete, "/webhooks/{id}", .webhooksWrite, .deleteWebhook, WebhookResource.delete).accessChange,
        Route(.post, "/webhooks/{id}/rotate-secret", .webhooksWrite, .rotateWebhookSecret, WebhookResource.rotateSecret),
        Route(.post, "/webhooks/{id}/test", .webhooksWrite, .testWebhook, WebhookResource.test),
        Route(.get, "/webhooks/{id}/deliveries", .webhooksRead, .listDeliveries, DeliveryResource.list)
            .report(by: "status", "event_type", "created_after", "created_before"),
        Route(.get, "/webhooks/{id}/deliveries/{delivery_id}", .webhooksRead, .getDelivery, DeliveryResource.get),
        Route(.post, "/webhooks/{id}/deliveries/{delivery_id}/replay", .webhooksWrite, .replayDelivery, DeliveryResource.replay),
        Route(.post, "/webhooks/{id}/recover", .webhooksWrite, .recoverDeliveries, DeliveryResource.recover).report,
        Route(.get, "/events", .webhooksRead, .listEvents, EventResource.list).report(by: "type"),
        Route(.get, "/events/{id}", .webhooksRead, .getEvent, EventResource.get),

        Route(.post, "/bio-pages", .pagesWrite, .createPage, PageResource.create),
        Route(.get, "/bio-pages", .pagesRead, .listPages, PageResource.list),
        Route(.get, "/bio-pages/{id}", .pagesRead, .getPage, PageResource.get),
        Route(.patch, "/bio-pages/{id}", .pagesWrite, .updatePage, PageResource.update),
        Route(.delete, "/bio-pages/{id}", .pagesWrite, .deletePage, PageResource.delete),
        Route(.post, "/bio-pages/{id}/restore", .pagesWrite, .restorePage, PageResource.restore),
        Route(.post, "/bio-pages/{id}/publish", .pagesWrite, .publishPage, PagePublication.publish),
        Route(.post, "/bio-pages/{id}/unpublish", .pagesWrite, .unpublishPage, PagePublication.unpublish),
        Route(.get, "/bio-pages/{id}/preview", .pagesRead, .previewPage, PagePublication.preview),
        Route(.get, "/bio-pages/{id}/versions", .pagesRead, .listPageVersions, PagePublication.listVersions),
        Route(.get, "/bio-pages/{id}/versions/{number}", .pagesRead, .getPageVersion, PagePublication.getVersion),
        Route(.post, "/bio-pages/{id}/versions/{number}/restore", .pagesWrite, .restorePageVersion, PagePublication.restore),
        Route(.get, "/bio-pages/{id}/analytics", .analyticsRead, .getPageAnalytics, PageAnalyticsResource.get).report,

        Route(.post, "/images", .pagesWrite, .createImage, ImageResource.create),
        Route(.get, "/images", .pagesRead, .listImages, ImageResource.list),
        Route(.get, "/images/{id}", .pagesRead, .getImage, ImageResource.get),
        Route(.delete, "/images/{id}", .pagesWrite, .deleteImage, ImageResource.delete),

        Route(.get, "/audit-log", .auditRead, .listAuditLog, AuditResource.list)
            .report(by: "actor", "action", "resource", "outcome", "created_after", "created_before"),
        Route(.get, "/audit-log/export", .auditRead, .exportAuditLog, AuditResource.export).report.afterStepUp,

        Route(.get, "/team/members", .teamRead, .listMembers, MemberResource.list),
        Route(.get, "/team/members/{id}", .teamRead, .getMember, MemberResource.get),
        Route(.patch, "/team/members/{id}", .membersWrite, .updateMember, MemberResource.update).accessChange.afterStepUp,
        Route(.delete, "/team/members/{id}", .membersWrite, .removeMember, MemberResource.remove).accessChange.afterStepUp,
        Route(.post, "/team/members/{id}/reset", .membersWrite, .resetMember, MemberResource.reset).afterStepUp,
        Route(.get, "/team/invitations", .teamRead, .listInvitations, InvitationResource.list),
        Route(.post, "/team/invitations", .membersWrite, .createInvitation, InvitationResource.create).afterStepUp,
        Route(.delete, "/team/invitations/{id}", .membersWrite, .withdrawInvitation, InvitationResource.withdraw).afterStepUp,
        Route(.get, "/workspace", .teamRead, .getWorkspace, WorkspaceResource.get),
        Route(.patch, "/workspace", .keysWrite, .updateWorkspace, WorkspaceResource.update).accessChange.afterStepUp,

        Route(open: .get, "/openapi.json", .getOpenAPI, PublicDocuments.openAPI),
    ]
}

extension Routes {
    /// All that MASK's API answers.
    package static let ofMASK = Routes(Route.all, ofPeople: Route.ofPeople)
}
