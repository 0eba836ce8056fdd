import AccountStore
import ArgumentParser
import Bootstrap
import Model
import Work

struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users: people who sign in to the dashboard.",
        discussion: "A user may be a member of several workspaces. These links are printed, not mailed: hand them over.",
        subcommands: [Invite.self, Reset.self, List.self, ShowSessions.self, Disable.self, Enable.self])

    struct Invite: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link by which somebody makes their account, good once and for an hour.",
            discussion: "Without --workspace they name a workspace of their own, and are its owner.")
        @Argument(help: "The user's e-mail address.") var email: String
        @Option(help: "The slug of the workspace that they are to be a member of.") var workspace: String?
        @Option(help: "owner, admin, member or viewer of that workspace.") var role: Role?
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard Member.isValidEmail(email) else { throw ValidationError("\(email) is no e-mail address.") }
            guard (workspace == nil) == (role == nil) else { throw ValidationError("Say both --workspace and --role, or neither.") }
        }

        func run() throws {
            let office = try openInstallation().office
            let origin = try office.dashboard()
            let links = OneTimeLinkWork(office, by: .maskctl(Account.person))
            let change = if let workspace, let role {
                try links.invite(email, to: office.workspace(workspace), as: role, for: .welcome)
            } else {
                try links.welcome(email)
            }
            output.print(try change.make().value, at: origin)
        }
    }

    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a link by which a user sets another password, good once and for half an hour.",
            discussion: "A second factor is still asked for. All sessions of the user end when the password is set.")
        @Argument(help: "The user's e-mail address.") var email: String
        @Flag(help: "Take away password, passkeys, authenticator app and recovery codes, too, and end all sessions at once.") var all = false
        @OptionGroup var output: OutputOptions

        func run() throws {
            let office = try openInstallation().office
            let origin = try office.dashboard()
            let (links, user) = (OneTimeLinkWork(office, by: .maskctl(Account.person)), try office.user(email))
            let change = try all ? links.resetAll(user) : links.reset(user)
            output.print(try change.make().value, at: origin)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List users, and the workspaces that each is a member of.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let users = try openInstallation().office.users()
            output.print(["email", "name", "workspaces", "second_factor", "disabled_at", "id", "created_at"], users.map { user, memberships in
                [
                    user.email, user.name, memberships.map(\.workspace.slug), user.hasSecondFactor ? "yes" : "no",
                    user.disabledAt?.rfc3339, user.id.description, user.createdAt.rfc3339,
                ]
            })
        }
    }

    struct ShowSessions: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sessions", abstract: "List where a user is signed in, or end all of it.")
        @Argument(help: "The user's e-mail address.") var email: String
        @Flag(help: "End all sessions of the user: their next requests are refused.") var end = false
        @OptionGroup var output: OutputOptions

        func run() throws {
            let office = try openInstallation().office
            let user = try office.user(email)
            if end {
                let ended = try SessionWork(office.assignment(for: user)).endAll().make().value
                return print("\(user.email) is signed in nowhere any more; sessions that ended: \(ended).")
            }
            output.print(
                ["id", "browser", "system", "address", "country", "method", "created_at", "last_seen_at", "ends_at"],
                try office.sessions(of: user).map { session in
                    [
                        session.id.description, session.browser, session.system, session.address,
                        session.country.isEmpty ? String?.none : session.country,
                        session.method.rawValue, session.createdAt.rfc3339, session.seenAt.rfc3339, session.endsAt.rfc3339,
                    ]
                })
        }
    }

    struct Disable: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let nobody sign in as a user, and end their sessions.",
            discussion: "API keys are of members: maskctl member remove ends theirs.")
        @Argument(help: "The user's e-mail address.") var email: String

        func run() throws {
            let office = try openInstallation().office
            let user = try office.user(email)
            try UserWork(office.assignment(for: user)).setDisabled(true).make()
            print("Nobody signs in as \(user.email) any more. The API keys that they have made work on.")
        }
    }

    struct Enable: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a user sign in again.")
        @Argument(help: "The user's e-mail address.") var email: String

        func run() throws {
            let office = try openInstallation().office
            let user = try office.user(email)
            try UserWork(office.assignment(for: user)).setDisabled(false).make()
            print("\(user.email) can sign in again.")
        }
    }
}

extension OutputOptions {
    /// The one time that a link is shown.
    fileprivate func print(_ made: OneTimeLinkWork.Shown, at origin: String) {
        print([
            "url": made.url(at: origin), "email": made.link.email, "role": made.link.role?.rawValue, "expires_at": made.link.endsAt.rfc3339,
        ])
    }
}

extension Office {
    /// What the sysadmin does to an account.
    fileprivate func assignment(for user: User) -> AccountAssignment { .other(self, user, by: .maskctl(Account.person)) }
}
