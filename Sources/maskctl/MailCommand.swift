import AccountStore
import ArgumentParser
import Bootstrap
import Mail
import Model
import Operations
import Store
import Threads
import Work

struct MailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Mails: sends what waits, and tells what waits and what has failed.",
        discussion: "How mails leave this host is said by MASK_MAIL; without it there are none.",
        subcommands: [Send.self, List.self, Test.self])

    struct Send: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send the mails that are due.",
            discussion: """
                Run by cron. Prints nothing unless --verbose, and a sentence where a mail is given up: after six tries, of which the \
                last is fifteen hours after the first. Without MASK_MAIL it does nothing.
                """)

        @Option(name: .customLong("for"), help: "Seconds to stay, and to send mails as they come; Redis tells of them.")
        var seconds = 0
        @Flag(help: "Say what was done.") var verbose = false
        @Flag(help: "Say what is due, and send nothing.") var dryRun = false

        func validate() throws {
            guard (0...86_400).contains(seconds) else { throw ValidationError("--for takes 0 to 86400 seconds.") }
        }

        func run() throws {
            try silently(.mailSend) { installation in
                guard let mail = installation.configuration.mail else {
                    // Where nothing is to be sent, that is a good end as well.
                    return dryRun ? () : try noteRun(installation)
                }
                if dryRun { return try rehearse(installation) }
                let transport = MailTransport(mail, name: installation.configuration.site.appHost ?? "")
                let outcome = try send(MailRun(installation.office, key: installation.configuration.secretKey, by: transport), installation)
                if verbose {
                    print("sent \(outcome.sent), dropped \(outcome.dropped), to be tried again \(outcome.failed), given up \(outcome.givenUp.count)")
                }
                if !outcome.givenUp.isEmpty { throw JobFailure(description: outcome.givenUp.joined(separator: "; ")) }
            }
        }

        /// One at a time on this host works, and notes that it has come to a good end.
        private func noteRun(_ installation: Installation, _ body: () throws -> Void = {}) throws {
            try Job.mailSend.run(in: installation.configuration.jobs, body)
        }

        /// Sends what is due, and what comes as long as this stays. Whoever is at it on this host already sends that, too.
        private func send(_ run: MailRun, _ installation: Installation) throws -> MailRun.Outcome {
            let end = Deadline.after(milliseconds: seconds * 1000)
            let calls = seconds == 0 ? nil : try MailCalls(installation.configuration.redis)
            var outcome = MailRun.Outcome()
            repeat {
                try noteRun(installation) { outcome += try run.run() }
            } while calls?.wait(until: end) ?? false
            return outcome
        }

        private func rehearse(_ installation: Installation) throws {
            let now = Timestamp.now()
            let due = try installation.store.read { try Mails.list(on: $0) }.count { $0.dueAt.map { $0 <= now } ?? false }
            print("would send \(due)")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the mails that wait and those that were given up.",
            discussion: "For 30 days. What they say is not shown: invitations have a link that lets somebody in.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let mails = try openInstallation().store.read { try Mails.list(on: $0) }
            output.print(["id", "kind", "to", "state", "attempts", "next_attempt_at", "complaint", "created_at"], mails.map { mail in
                [
                    mail.id.description, mail.kind, mail.recipient.isEmpty ? "owners and admins" : mail.recipient,
                    mail.dueAt == nil ? "given up" : "waiting", mail.attempts, mail.dueAt?.rfc3339, mail.complaint,
                    mail.createdAt.rfc3339,
                ]
            })
        }
    }

    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a mail at once, and say what comes of it.",
            discussion: "It does not wait in the outbox. That it was handed over does not say that it arrives: look into the mailbox.")
        @Argument(help: "To whom, as jo@example.com.") var address: String

        func run() throws {
            guard let recipient = MailAddress(address) else { throw ValidationError("\(address) is no address that mail is sent to.") }
            let configuration = try Configuration(try Environment.current())
            guard let mail = configuration.mail, let host = configuration.site.appHost else {
                throw ValidationError("MASK_MAIL is not set: this installation sends no mail.")
            }
            try MailTransport(mail, name: host).send(.test(of: host), to: recipient, as: .new(), host: host)
            print("Handed over. If it does not arrive, look into the log of the mail server, and into the folder for unwanted mail.")
        }
    }
}
