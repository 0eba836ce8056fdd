import Model

/// Someone who signs in. In a workspace they are a ``Model/Member``.
public struct User: Sendable, Equatable {
    public var id: UserID
    /// Lower case; unique.
    public var email: String
    public var name: String
    /// Nil where they have no password: then a passkey, or a link, lets them in.
    public var password: Password?
    /// 32 random bytes by which passkeys know them (WebAuthn, user handle): it tells nothing of who they are.
    public var handle: [UInt8]
    public var settings = Settings()
    public var authenticatorApp: AuthenticatorApp?
    public var disabledAt: Timestamp?
    /// Grows by one with each change: what an update compares with.
    public var version = 1
    public var createdAt: Timestamp

    public init(
        id: UserID = .new(), email: String, name: String, password: Password? = nil, handle: [UInt8], createdAt: Timestamp
    ) {
        (self.id, self.email, self.name, self.password) = (id, email, name, password)
        (self.handle, self.createdAt) = (handle, createdAt)
    }

    /// Whether a code of six digits is asked for beside the password.
    public var hasSecondFactor: Bool { authenticatorApp?.isConfirmed ?? false }

    /// A password as it is stored.
    public struct Password: Sendable, Equatable {
        public var hash: String
        /// Whether it is shorter than one has to be that lets somebody in alone.
        public var isShort: Bool

        public init(hash: String, isShort: Bool) { (self.hash, self.isShort) = (hash, isShort) }
    }

    /// How the dashboard looks and answers.
    public struct Settings: Sendable, Equatable {
        /// An IANA name; nil for the one of the browser.
        public var timeZone: String?
        public var scheme = Scheme.system
        public var density = Density.comfortable
        /// Whether single letters do something.
        public var shortcuts = true

        public init() {}
    }

    public enum Scheme: String, Sendable, CaseIterable { case system, light, dark }
    public enum Density: String, Sendable, CaseIterable { case comfortable, compact }

    /// An authenticator app's secret (RFC 6238).
    public struct AuthenticatorApp: Sendable, Equatable {
        /// Sealed with the installation's secret key.
        public var sealedSecret: [UInt8]
        /// Whether a code of it has been seen: before, it counts for nothing.
        public var isConfirmed: Bool
        /// The step of the last code that was taken: none counts twice.
        public var lastStep: Int

        public init(sealedSecret: [UInt8], isConfirmed: Bool = false, lastStep: Int = 0) {
            (self.sealedSecret, self.isConfirmed, self.lastStep) = (sealedSecret, isConfirmed, lastStep)
        }
    }
}

/// What a user is in a workspace.
public struct Membership: Sendable {
    public var workspace: Workspace
    public var member: Member
    /// Whether anybody is told of the workspace's events.
    public var hasWebhooks: Bool

    /// The same member among what the workspace's test keys have made.
    public var sandbox: Membership {
        // Of a sandbox nobody asks whether anybody is told, so somebody may be.
        Membership(workspace: workspace.sandbox, member: member, hasWebhooks: true)
    }

    /// What they may do there.
    public var scopes: Scopes {
        workspace.id.isSandbox ? member.role.scopes.intersection(.ofTestKeys) : member.role.scopes
    }
}
