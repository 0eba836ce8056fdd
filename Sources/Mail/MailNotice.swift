import JSON
import Model

/// What a mail is about, as it waits in the outbox: the facts. The text is made of them when it is sent.
public enum MailNotice: Sendable, Equatable {
    case invitation(Invitation)
    /// Somebody has asked for another password. Whether there is such a user is looked up when it is sent.
    case reset
    case signIn(SignIn)
    case accountChange(AccountChange)
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

    /// From where somebody has done something.
    public struct Place: Sendable, Equatable {
        public var browser: String
        public var system: String
        /// Coarse: a /24 or a /48.
        public var address: String

        public init(browser: String, system: String, address: String) {
            (self.browser, self.system, self.address) = (browser, system, address)
        }
    }

    public struct SignIn: Sendable, Equatable {
        public var place: Place
        public var time: Timestamp

        public init(from place: Place, at time: Timestamp) { (self.place, self.time) = (place, time) }
    }

    /// A way into an account that is another than before.
    public struct AccountChange: Sendable, Equatable {
        public var what: What
        /// Nil where whoever runs the service has done it.
        public var place: Place?
        public var time: Timestamp

        /// A passkey has a name.
        public enum What: Sendable, Equatable {
            case passkeyAdded(String), passkeyRemoved(String)
            case codesTurnedOn, codesTurnedOff
            case passwordChanged
            /// Password, passkeys and authenticator app are gone.
            case everythingReset
        }

        public init(_ what: What, from place: Place?, at time: Timestamp) { (self.what, self.place, self.time) = (what, place, time) }
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
        case accountChange = "account_change"
        case endpointFailing = "endpoint_failing"
        case certificateEnding = "certificate_ending"
    }

    public var kind: Kind {
        switch self {
        case .invitation: .invitation
        case .reset: .reset
        case .signIn: .signIn
        case .accountChange: .accountChange
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
        case .signIn(let it): .object(JSONObject(it.place.members + [.init(name: "time", value: .string(it.time.rfc3339))]))
        case .accountChange(let it):
            .object(JSONObject(it.what.members + (it.place?.members ?? []) + [.init(name: "time", value: .string(it.time.rfc3339))]))
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
        var place: Place? {
            guard let browser = text("browser"), let system = text("system"), let address = text("address") else { return nil }
            return Place(browser: browser, system: system, address: address)
        }
        switch kind {
        case .invitation:
            guard let workspace = text("workspace"), let role = text("role").flatMap(Role.init), let link = text("link"),
                let end = time("end")
            else { return nil }
            self = .invitation(Invitation(to: workspace, as: role, by: text("inviter"), link: link, until: end))
        case .reset: self = .reset
        case .signIn:
            guard let place, let time = time("time") else { return nil }
            self = .signIn(SignIn(from: place, at: time))
        case .accountChange:
            guard let what = AccountChange.What(text("what"), name: text("name")), let time = time("time") else { return nil }
            self = .accountChange(AccountChange(what, from: place, at: time))
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

extension MailNotice.Place {
    fileprivate var members: [JSONObject.Member] {
        [("browser", browser), ("system", system), ("address", address)].map { .init(name: $0, value: .string($1)) }
    }
}

extension MailNotice.AccountChange.What {
    fileprivate var members: [JSONObject.Member] {
        let (word, name): (String, String?) = switch self {
        case .passkeyAdded(let name): ("passkey_added", name)
        case .passkeyRemoved(let name): ("passkey_removed", name)
        case .codesTurnedOn: ("codes_turned_on", nil)
        case .codesTurnedOff: ("codes_turned_off", nil)
        case .passwordChanged: ("password_changed", nil)
        case .everythingReset: ("everything_reset", nil)
        }
        return [.init(name: "what", value: .string(word))] + (name.map { [.init(name: "name", value: .string($0))] } ?? [])
    }

    fileprivate init?(_ word: String?, name: String?) {
        switch (word, name) {
        case ("passkey_added", let name?): self = .passkeyAdded(name)
        case ("passkey_removed", let name?): self = .passkeyRemoved(name)
        case ("codes_turned_on", nil): self = .codesTurnedOn
        case ("codes_turned_off", nil): self = .codesTurnedOff
        case ("password_changed", nil): self = .passwordChanged
        case ("everything_reset", nil): self = .everythingReset
        default: return nil
        }
    }
}
