import JSON
import Model

/// What a mail is about, as it waits in the outbox: the facts. The text is made of them when it is sent.
public enum MailNotice: Sendable, Equatable {
    case invitation(Invitation)
    /// Somebody has asked for another password. Whether there is such a user is looked up when it is sent.
    case reset
    case signIn(SignIn)
    case endpointFailing(EndpointFailing)
    case certificateEnding(host: String, end: Timestamp)

    public struct Invitation: Sendable, Equatable {
        public var workspace: String
        public var role: Role
        /// Nil where the sysadmin invites.
        public var inviter: String?
        /// With what lets somebody in.
        public var link: String
        public var end: Timestamp

        public init(to workspace: String, as role: Role, by inviter: String?, link: String, until end: Timestamp) {
            (self.workspace, self.role, self.inviter, self.link, self.end) = (workspace, role, inviter, link, end)
        }
    }

    public struct SignIn: Sendable, Equatable {
        public var browser: String
        public var system: String
        /// Coarse: a /24 or a /48.
        public var address: String
        public var time: Timestamp

        public init(browser: String, system: String, address: String, time: Timestamp) {
            (self.browser, self.system, self.address, self.time) = (browser, system, address, time)
        }
    }

    public struct EndpointFailing: Sendable, Equatable {
        public var workspace: WorkspaceID
        public var webhook: WebhookID
        public var since: Timestamp

        public init(workspace: WorkspaceID, webhook: WebhookID, since: Timestamp) {
            (self.workspace, self.webhook, self.since) = (workspace, webhook, since)
        }
    }

    public enum Kind: String, Sendable, CaseIterable {
        case invitation, reset
        case signIn = "sign_in"
        case endpointFailing = "endpoint_failing"
        case certificateEnding = "certificate_ending"
    }

    public var kind: Kind {
        switch self {
        case .invitation: .invitation
        case .reset: .reset
        case .signIn: .signIn
        case .endpointFailing: .endpointFailing
        case .certificateEnding: .certificateEnding
        }
    }
}

// MARK: - As it waits

extension MailNotice {
    /// What is sealed.
    public var content: [UInt8] { json.serialized() }

    private var json: JSON {
        switch self {
        case .invitation(let it):
            [
                "workspace": .string(it.workspace), "role": .string(it.role.rawValue), "inviter": JSON(it.inviter),
                "link": .string(it.link), "end": .string(it.end.rfc3339),
            ]
        case .reset: [:]
        case .signIn(let it):
            [
                "browser": .string(it.browser), "system": .string(it.system), "address": .string(it.address),
                "time": .string(it.time.rfc3339),
            ]
        case .endpointFailing(let it):
            [
                "workspace": .string(it.workspace.description), "webhook": .string(it.webhook.description),
                "since": .string(it.since.rfc3339),
            ]
        case .certificateEnding(let host, let end): ["host": .string(host), "end": .string(end.rfc3339)]
        }
    }

    /// - Parameter content: what ``content`` has given; nil for anything else.
    public init?(_ kind: Kind, content: [UInt8]) {
        guard let json = try? JSON.parse(content) else { return nil }
        func text(_ name: String) -> String? { json[name]?.stringValue }
        func time(_ name: String) -> Timestamp? { text(name).flatMap { Timestamp(rfc3339: $0) } }
        switch kind {
        case .invitation:
            guard let workspace = text("workspace"), let role = text("role").flatMap(Role.init), let link = text("link"),
                let end = time("end")
            else { return nil }
            self = .invitation(Invitation(to: workspace, as: role, by: text("inviter"), link: link, until: end))
        case .reset: self = .reset
        case .signIn:
            guard let browser = text("browser"), let system = text("system"), let address = text("address"), let time = time("time")
            else { return nil }
            self = .signIn(SignIn(browser: browser, system: system, address: address, time: time))
        case .endpointFailing:
            guard let workspace = text("workspace").flatMap({ WorkspaceID($0) }),
                let webhook = text("webhook").flatMap({ WebhookID($0) }), let since = time("since")
            else { return nil }
            self = .endpointFailing(EndpointFailing(workspace: workspace, webhook: webhook, since: since))
        case .certificateEnding:
            guard let host = text("host"), let end = time("end") else { return nil }
            self = .certificateEnding(host: host, end: end)
        }
    }
}
