import Model

// Every text that MASK mails. Short and plain: what has happened, what to do, and what to do where it was somebody else.
extension MailText {
    /// - Parameters:
    ///   - inviter: nil where the sysadmin invites.
    ///   - link: is good until `end`.
    public static func invitation(
        to workspace: String, as role: Role, by inviter: String?, link: String, until end: Timestamp
    ) -> MailText {
        let who = inviter.map { "\($0) invites you" } ?? "You are invited"
        return MailText("Invitation to \(workspace)", [
            .paragraph("\(who) to the workspace \(workspace) as \(role.withArticle): you \(role.mayDo)."),
            .link("Accept the invitation", to: link),
            .paragraph("The link works once, until \(time(end)). After that, ask whoever invites you for another."),
            .paragraph("If you do not know this workspace, do nothing: the link ends by itself."),
        ])
    }

    /// - Parameter link: is good for half an hour.
    public static func reset(link: String) -> MailText {
        MailText("Set another password", [
            .paragraph("Somebody has asked for another password for your account."),
            .link("Set another password", to: link),
            .paragraph("The link works once, for half an hour. Your password stays as it is until you have set another."),
            .paragraph("If it was not you, ignore this mail. Nobody gets in without this link."),
        ])
    }

    /// - Parameters:
    ///   - place: the browser, the system and the coarse address.
    ///   - sessions: the screen of the dashboard that lists them.
    public static func signIn(from place: [Fact], at now: Timestamp, sessions: String) -> MailText {
        MailText("New sign-in to your account", [
            .paragraph("Somebody has signed in to your account from a place and a browser that were not signed in before."),
            .facts(place + [Fact("Time", time(now))]),
            .paragraph("If it was you, there is nothing to do."),
            .link("If it was not you, end that session, then set another password", to: sessions),
        ])
    }

    /// - Parameters:
    ///   - place: as of a sign-in; empty where whoever runs the service has done it.
    ///   - app: the origin of the dashboard.
    public static func accountChange(_ what: MailNotice.AccountChange.What, from place: [Fact], at now: Timestamp, app: String) -> MailText {
        let (subject, sentence): (HeaderText, String) = switch what {
        case .passkeyAdded(let name): ("New passkey for your account", "The passkey \(name) was added to your account. It signs in without a password.")
        case .passkeyRemoved(let name): ("Passkey of your account removed", "The passkey \(name) was removed. It signs in to your account no more.")
        case .codesTurnedOn: ("Codes of an app turned on", "Beside the password of your account, codes of an authenticator app are asked for from now on.")
        case .codesTurnedOff: ("Codes of an app turned off", "The password of your account signs in without a code from now on.")
        case .passwordChanged: ("Your password was changed", "Your account has another password. All other sessions have ended.")
        case .everythingReset:
            ("Your account was reset", "Whoever runs this service was asked to let you in anew. Password, passkeys and authenticator app are gone, and all sessions have ended.")
        }
        let close: [Block] = switch what {
        // Who was shut out signs in no more.
        case .passwordChanged: [.paragraph("If it was you, there is nothing to do."), .link("If it was not you, ask for a link and set another", to: app + "/reset")]
        case .everythingReset: [.paragraph("You get a link to set another password. If you have not asked for it, tell them.")]
        default:
            [.paragraph("If it was you, there is nothing to do."), .link("If it was not you, undo it there, then set another password", to: app + "/account/security")]
        }
        return MailText(subject, [.paragraph(sentence), .facts(place + [Fact("Time", time(now))])] + close)
    }

    /// - Parameter deliveries: where each attempt can be read.
    public static func endpointFailing(
        _ url: String, of workspace: String, since: Timestamp, deliveries: String
    ) -> MailText {
        MailText("Webhook of \(workspace) is failing", [
            .paragraph("An endpoint of the workspace \(workspace) takes no webhooks any more."),
            .facts([Fact("Endpoint", url), Fact("No success since", time(since))]),
            .paragraph("Its events are kept and tried again. After five days without a success it is disabled."),
            .link("Read with an API key what each attempt came to", to: deliveries),
            .paragraph("Mend the receiver, or disable the endpoint if it is of no use any more."),
        ])
    }

    public static func certificateEnding(of host: String, at end: Timestamp) -> MailText {
        MailText("Certificate of \(host) ends soon", [
            .paragraph("The certificate of \(host) ends at \(time(end)) and was not renewed. After that, browsers refuse the host."),
            .paragraph("Type on the server that renews it, and read what it says:"),
            .command("maskctl domain certificate \(host)"),
            .paragraph("If you have put the certificate there yourself, put a new one in its place."),
        ])
    }

    /// What `maskctl mail test` sends.
    public static func test(of host: String) -> MailText {
        MailText("Mail from \(host) arrives", [.paragraph("\(host) can send mail. There is nothing to do.")])
    }

    /// `2026-01-31 23:59 UTC`.
    private static func time(_ time: Timestamp) -> String {
        time.rfc3339.prefix(10) + " " + time.rfc3339.dropFirst(11).prefix(5) + " UTC"
    }
}

extension Role {
    fileprivate var withArticle: String {
        switch self {
        case .owner, .admin: "an \(rawValue)"
        case .member, .viewer: "a \(rawValue)"
        }
    }

    fileprivate var mayDo: String {
        switch self {
        case .owner: "can do everything there"
        case .admin: "can do everything there but change the plan"
        case .member: "can make and change links, pages and webhooks there"
        case .viewer: "can look at everything there, and change nothing"
        }
    }
}
