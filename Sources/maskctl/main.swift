import ArgumentParser
import Bootstrap
import Glibc

/// The sysadmin's command.
struct Maskctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maskctl",
        abstract: "Set up and look after MASK.",
        discussion: "Configured by the same variables as the workers: the environment, and the file that MASK_CONFIG names.",
        subcommands: [
            MigrateCommand.self, WorkspaceCommand.self, MemberCommand.self, KeyCommand.self, DomainCommand.self,
            WebhookCommand.self, PageCommand.self, JournalCommand.self, AuditCommand.self, MaintainCommand.self, DoctorCommand.self,
        ])
}

signal(SIGPIPE, SIG_IGN)
Maskctl.main()
