import Work

// The use cases, at this call's service.
extension Call {
    package var links: LinkWork { LinkWork(assignment) }
    package var qrCodes: QRCodeWork { QRCodeWork(assignment) }
    package var pages: PageWork { PageWork(assignment) }
    package var images: ImageWork { ImageWork(assignment) }
    package var domains: DomainWork { DomainWork(assignment) }
    package var members: MemberWork { MemberWork(assignment, keepsOwner: true) }
    package var oneTimeLinks: OneTimeLinkWork { OneTimeLinkWork(services.office, by: assignment.author, at: now) }
    package var keys: KeyWork { KeyWork(assignment) }
    package var webhooks: WebhookWork { WebhookWork(assignment) }
    package var workspaces: WorkspaceWork { WorkspaceWork(assignment) }
}
