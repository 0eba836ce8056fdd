import Model

/// Why something is not done that was asked for in good order. Each says what to do to a person at the shell; the API says it in
/// words of its own.
public enum Refusal: Error, Equatable, CustomStringConvertible {
    case quotaExceeded(Quota, of: Workspace)
    /// Others change the same thing at the same time.
    case changedMeanwhile
    /// A copy of the same request has not ended.
    case requestNotEnded

    // Links and pages
    case unknownLink
    /// What comes back needs its link, and that was deleted.
    case linkDeleted(LinkID)
    case slugTaken(String)
    /// A deleted thing of the workspace keeps the slug.
    case slugDeleted(String, by: Deleted)
    /// Every random slug that was tried is taken.
    case slugSpaceExhausted
    case externalIDTaken
    /// The link would end before it starts.
    case wrongOrder
    case tooManyTags
    case imageIsLogo
    case imageIsShown

    // Accounts
    case workspaceTaken(String)
    case unknownWorkspace(String)
    case memberTaken(String)
    case unknownMember(String)
    case unknownKey(String)
    case alreadyRotated(successor: APIKeyID)
    case keyExpired
    /// No test key can have it.
    case scopeOfLiveKeys(Scope)
    case unknownUser(String)
    case userExists(String)
    /// Nobody signs in as the member with this address.
    case noAccount(String)
    /// The user works in other workspaces, where whoever asks is not as high.
    case worksElsewhere(String)
    /// One-time links would lead nowhere.
    case noAppHost
    /// A one-time link that was used, withdrawn or has ended.
    case linkUsed
    /// What would be changed is of a role above that of who asks.
    case insufficientRole(Role)
    /// Another user, or this one, has the passkey.
    case passkeyKnown
    /// The user has as many as one may have.
    case tooManyPasskeys
    /// Without it nobody could sign in as the user.
    case lastWayIn
    /// It is enough beside an authenticator app only.
    case shortPassword
    /// Without them nobody could change the workspace's plan.
    case lastOwner

    // Domains
    /// The workspace has it already.
    case domainExists(String)
    /// Another workspace has it.
    case domainTaken(String)
    case unknownDomain(String)
    case domainInUse(String)

    // Webhooks
    case webhookDisabled(WebhookID)
    /// Two secrets sign already, until then.
    case secretOverlap(until: Timestamp)

    public var description: String {
        switch self {
        case .quotaExceeded(let quota, let workspace):
            "\(workspace.slug) may have \(quota.phrase(workspace.limit(of: quota))). Raise the quota with: "
                + "maskctl workspace quota \(workspace.slug) \(quota.rawValue) NUMBER"
        case .changedMeanwhile: "Somebody else has changed it at the same time. Look at it and try again."
        case .requestNotEnded: "The same request has not ended yet. Try again."
        case .unknownLink: "The link does not exist."
        case .linkDeleted(let id): "Its link was deleted. Restore \(id) first."
        case .slugTaken(let slug): "\(slug) is taken. Choose another slug."
        case .slugDeleted(let slug, let thing): "\(thing.id), which was deleted, keeps \(slug). Restore it, delete it for good, or choose another slug."
        case .slugSpaceExhausted: "Every random slug that was tried is taken. Choose a slug."
        case .externalIDTaken: "A link of this workspace has the external id. Choose another."
        case .tooManyTags: "The link would have more than \(Tag.maximumCount) tags. Add fewer."
        case .wrongOrder: "The link would end before it starts. Choose a later end."
        case .imageIsLogo: "The workspace's brand has the image as its logo. Change that first."
        case .imageIsShown: "A page has the image in its draft or in a version. Delete that page first, for good."
        case .userExists(let email): "\(email) has an account. Say --workspace and --role, to invite them to one."
        case .unknownUser(let email): "Nobody signs in as \(email). List users with: maskctl user list"
        case .noAccount(let email): "Nobody signs in as \(email) yet. Invite them with: maskctl user invite"
        case .worksElsewhere(let email): "\(email) works in other workspaces, too. Make the link with: maskctl user reset \(email)"
        case .noAppHost: "There is no dashboard that a link could lead to. Set MASK_APP_HOST to its host."
        case .linkUsed: "The link was used, withdrawn or has ended. Make another."
        case .insufficientRole(let role): "It takes the role \(role.rawValue)."
        case .passkeyKnown: "The passkey is known already. Use another."
        case .tooManyPasskeys: "The user has as many passkeys as one may have. Remove one first."
        case .lastWayIn: "Nobody could sign in without it. Set a password or add a passkey first."
        case .shortPassword: "The password is enough beside an authenticator app only. Set a longer one first."
        case .lastOwner: "The workspace has no other owner. Make somebody else one first."
        case .workspaceTaken(let slug): "Workspace \(slug) exists already. Choose another name."
        case .unknownWorkspace(let slug): "Workspace \(slug) does not exist. List them with: maskctl workspace list"
        case .memberTaken(let email): "\(email) is a member already. List members with: maskctl member list"
        case .unknownMember(let email): "\(email) is no member. List members with: maskctl member list"
        case .unknownKey(let id): "Key \(id) does not exist or has ended. List keys with: maskctl key list"
        case .alreadyRotated(let successor): "This key has a successor. Rotate that: maskctl key rotate \(successor)"
        case .keyExpired: "The key has ended. Create another: maskctl key create"
        case .scopeOfLiveKeys(let scope): "A test key cannot have \(scope.rawValue). Leave it out."
        case .domainExists(let host), .domainTaken(let host): "\(host) is taken. List domains with: maskctl domain list"
        case .unknownDomain(let host): "Domain \(host) does not exist. List domains with: maskctl domain list"
        case .domainInUse(let host): "\(host) has links or pages. Move or delete them first."
        case .webhookDisabled(let id): "Endpoint \(id) is disabled or deleted. Nothing is sent to it."
        case .secretOverlap(let end): "The previous secret signs until \(end.rfc3339). Rotate after that."
        }
    }
}
