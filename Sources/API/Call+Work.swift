import Work

// The use cases, at this call's service.
extension Call {
    var links: LinkWork { LinkWork(assignment) }
    var qrCodes: QRCodeWork { QRCodeWork(assignment) }
    var pages: PageWork { PageWork(assignment) }
    var images: ImageWork { ImageWork(assignment) }
    var domains: DomainWork { DomainWork(assignment) }
    var keys: KeyWork { KeyWork(assignment) }
    var webhooks: WebhookWork { WebhookWork(assignment) }
    var workspaces: WorkspaceWork { WorkspaceWork(assignment) }
}
