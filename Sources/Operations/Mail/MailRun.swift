import AccountStore
import Crypto
import DeliveryStore
import Mail
import Model
import Store
import Work

/// One run of `maskctl mail send`: claim, make the text, send, note; one mail at a time.
public struct MailRun {
    private let office: Office
    private let key: String
    private let transport: MailTransport

    /// So long at the most, as cron starts the next run a minute later.
    public static let seconds = 55

    /// - Parameter key: the installation's secret key.
    public init(_ office: Office, key: String, by transport: MailTransport) {
        (self.office, self.key, self.transport) = (office, key, transport)
    }

    /// What a run has done.
    public struct Outcome: Sendable, Equatable {
        public var sent = 0
        /// Were for nobody.
        public var dropped = 0
        /// Failed, and are tried again.
        public var failed = 0
        /// A sentence for each that was given up.
        public var givenUp: [String] = []

        public init(sent: Int = 0, dropped: Int = 0, failed: Int = 0, givenUp: [String] = []) {
            (self.sent, self.dropped, self.failed, self.givenUp) = (sent, dropped, failed, givenUp)
        }

        public static func += (sum: inout Outcome, more: Outcome) {
            sum.sent += more.sent
            sum.dropped += more.dropped
            sum.failed += more.failed
            sum.givenUp += more.givenUp
        }
    }

    /// Sends what is due.
    public func run(seconds: Int = MailRun.seconds) throws -> Outcome {
        let end = ContinuousClock.now + .seconds(seconds)
        var outcome = Outcome()
        while ContinuousClock.now < end {
            let now = Timestamp.now()
            guard let mail = try office.store.write({ try Mails.claim(unsealedWith: key, at: now, on: $0) }) else { break }
            try work(on: mail, &outcome)
        }
        return outcome
    }

    private func work(on mail: Mails.Claimed, _ outcome: inout Outcome) throws {
        guard let notice = mail.notice else { return try note("it was sealed with another MASK_SECRET_KEY", mail, isHopeless: true, &outcome) }
        guard let recipient = mail.recipient else { return try divide(notice, mail, &outcome) }
        do {
            guard let text = try text(of: notice, for: recipient) else {
                outcome.dropped += 1
                return try noteEnd(of: mail)
            }
            try transport.send(text, to: recipient, as: mail.id, host: office.site.appHost ?? office.site.apiHost)
        } catch where error.isDatabaseUnavailable {
            throw error
        } catch {
            return try note("\(error)", mail, &outcome)
        }
        outcome.sent += 1
        try noteEnd(of: mail)
    }

    private func noteEnd(of mail: Mails.Claimed) throws {
        try office.store.write { try Mails.noteEnd(of: mail, at: .now(), on: $0) }
    }

    private func note(_ complaint: String, _ mail: Mails.Claimed, isHopeless: Bool = false, _ outcome: inout Outcome) throws {
        let isGivenUp = try office.store.write {
            try Mails.note(complaint, about: mail, isHopeless: isHopeless, at: .now(), on: $0)
        }
        guard isGivenUp else { return outcome.failed += 1 }
        outcome.givenUp.append("\(mail.id) (\(mail.kind.rawValue)) was given up: \(complaint)")
    }

    /// Of what is for the owners and admins of a workspace each gets one of their own.
    private func divide(_ notice: MailNotice, _ mail: Mails.Claimed, _ outcome: inout Outcome) throws {
        let members: [Member] = if case .endpointFailing(let it) = notice {
            try office.store.read { try Members.list(in: it.workspace, on: $0) }
        } else { [] }
        let recipients = members.filter { $0.role == .owner || $0.role == .admin }.compactMap { MailAddress($0.email) }
        try office.store.write { connection in
            try connection.transaction { connection in
                // Where the claim is over another run has done this.
                guard try Mails.noteEnd(of: mail, at: .now(), on: connection) else { return }
                for recipient in recipients {
                    try Mails.add(OutgoingMail(notice, to: recipient), sealedWith: key, at: .now(), on: connection)
                }
            }
        }
        if recipients.isEmpty { outcome.dropped += 1 }
    }

    // MARK: Texts

    /// Nil where there is nobody, or nothing any more, to tell.
    private func text(of notice: MailNotice, for recipient: MailAddress) throws -> MailText? {
        let site = office.site
        switch notice {
        case .invitation(let it):
            // One that was withdrawn, or that another has taken the place of, lets nobody in any more.
            let token = String(it.link.drop { $0 != "#" }.dropFirst())
            guard try office.store.read({ try OneTimeLinks.find(digest: sha256(token), at: .now(), on: $0) }) != nil else { return nil }
            return .invitation(to: it.workspace, as: it.role, by: it.inviter, link: it.link, until: it.end)
        case .reset: return try reset(recipient)
        case .signIn(let it):
            return .signIn(from: it.place.facts, at: it.time, sessions: site.appURL + "/account/sessions")
        case .accountChange(let it): return .accountChange(it.what, from: it.place?.facts ?? [], at: it.time, app: site.appURL)
        case .endpointFailing(let it):
            let (workspace, webhook) = try office.store.read {
                (try Workspaces.find(it.workspace, on: $0), try WebhookEndpoints.find(it.webhook, on: $0))
            }
            guard let workspace, let webhook, webhook.enabled, webhook.workspace == workspace.id else { return nil }
            return .endpointFailing(
                webhook.url, of: workspace.name, since: it.since, deliveries: "\(site.apiURL)/webhooks/\(webhook.id)/deliveries")
        case .certificateEnding(let host, let end): return .certificateEnding(of: host, at: end)
        }
    }

    /// The link is made at each try, and ends the one before: it is good for half an hour from when it is sent.
    private func reset(_ recipient: MailAddress) throws -> MailText? {
        let user = try office.store.read { try Users.find(email: recipient.description, on: $0) }
        guard let user, user.disabledAt == nil else { return nil }
        let link = try OneTimeLinkWork(office, by: .maskctl(nil)).reset(user).make().value
        return .reset(link: link.url(at: office.site.appURL))
    }
}

extension MailNotice.Place {
    fileprivate var facts: [MailText.Fact] { [.init("Browser", browser), .init("System", system), .init("Network", address)] }
}
