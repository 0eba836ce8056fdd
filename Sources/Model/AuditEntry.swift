/// One line of the audit log: who did what to which resource, and what came of it.
public struct AuditEntry: Sendable {
    /// Who acted.
    public enum Actor: Sendable, Equatable {
        case key(APIKeyID)
        /// Somebody who is signed in, as the member that they are.
        case member(MemberID)
        /// The sysadmin on the command line, by the name of the system's user where that is known.
        case maskctl(person: String?)
        /// `mask-webhooks`, which disables endpoints that have gone.
        case sender
    }

    public var id: AuditID
    public var workspace: WorkspaceID
    public var at: Timestamp
    public var actor: Actor
    /// An ``AuditAction``.
    public var action: String
    public var resource: String
    public var address: String
    public var userAgent: String
    public var requestID: String
    /// What changed, as JSON with `before` and `after`; secrets masked.
    public var changes: [UInt8]?

    public init(
        id: AuditID = .new(), workspace: WorkspaceID, at: Timestamp, actor: Actor, action: String, resource: String,
        address: String = "", userAgent: String = "", requestID: String = "", changes: [UInt8]? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.at = at
        self.actor = actor
        self.action = action
        self.resource = resource
        self.address = address
        self.userAgent = userAgent
        self.requestID = requestID
        self.changes = changes
    }
}

/// What changes are called in the audit log: a resource and what became of it. What ends in `_refused` has changed nothing.
public enum AuditAction: String, Sendable, CaseIterable {
    case workspaceCreated = "workspace.created"
    case workspaceUpdated = "workspace.updated"
    /// Somebody is signed in from now on, or is not any more.
    case sessionCreated = "session.created"
    case sessionEnded = "session.ended"
    /// Somebody who is signed in has not shown who they are: a wrong password, code or passkey.
    case sessionStepUpRefused = "session.step_up_refused"
    case userPasswordChanged = "user.password_changed"
    case userTOTPEnabled = "user.totp_enabled"
    /// A wrong first code of an authenticator app that is set up.
    case userTOTPRefused = "user.totp_refused"
    case userTOTPDisabled = "user.totp_disabled"
    case userRecoveryCodesMade = "user.recovery_codes_made"
    case userPasskeyAdded = "user.passkey_added"
    case userPasskeyRemoved = "user.passkey_removed"
    /// Its counter did not grow: two authenticators may have the same key.
    case userPasskeySuspicious = "user.passkey_suspicious"
    /// Somebody else has made a link for another password.
    case userResetMade = "user.reset_made"
    case userDisabled = "user.disabled"
    case userEnabled = "user.enabled"
    case invitationCreated = "invitation.created"
    case invitationWithdrawn = "invitation.withdrawn"
    /// Whoever was invited has come.
    case memberJoined = "member.joined"
    case memberAdded = "member.added"
    case memberUpdated = "member.updated"
    case memberRemoved = "member.removed"
    case keyCreated = "key.created"
    case keyUpdated = "key.updated"
    case keyRotated = "key.rotated"
    case keyRevoked = "key.revoked"
    case domainCreated = "domain.created"
    case domainUpdated = "domain.updated"
    /// Looked at again, with what was found.
    case domainChecked = "domain.checked"
    case domainVerified = "domain.verified"
    case domainDeleted = "domain.deleted"
    case linkCreated = "link.created"
    case linkUpdated = "link.updated"
    /// It may be restored for a month.
    case linkDeleted = "link.deleted"
    case linkRestored = "link.restored"
    /// Deleted for good.
    case linkPurged = "link.purged"
    case pageCreated = "page.created"
    case pageUpdated = "page.updated"
    case pagePublished = "page.published"
    case pageUnpublished = "page.unpublished"
    /// A version is the draft again; or the page itself is back.
    case pageRestored = "page.restored"
    case pageDeleted = "page.deleted"
    case pagePurged = "page.purged"
    case imageCreated = "image.created"
    case imageDeleted = "image.deleted"
    case qrCodeCreated = "qr_code.created"
    case qrCodeUpdated = "qr_code.updated"
    case qrCodeDeleted = "qr_code.deleted"
    case qrCodeRestored = "qr_code.restored"
    case qrCodePurged = "qr_code.purged"
    case webhookCreated = "webhook.created"
    case webhookUpdated = "webhook.updated"
    case webhookDeleted = "webhook.deleted"
    case webhookSecretRotated = "webhook.secret_rotated"
    /// No success for a day, and for three: what comes before it is disabled.
    case webhookFailing = "webhook.failing"
    case webhookDisabled = "webhook.disabled"
    case webhookTested = "webhook.tested"
    case deliveryReplayed = "delivery.replayed"
    case deliveriesRecovered = "delivery.recovered"
}
