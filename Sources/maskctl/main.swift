import ArgumentParser
import Bootstrap
import Glibc
import Store
import Work

/// The sysadmin's command.
struct Maskctl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maskctl",
        abstract: "Set up and look after MASK.",
        discussion: """
            Configured by the same variables as the workers: the environment, and the file that MASK_CONFIG names, or \
            /etc/mask/mask.env. With that one, root works as the user mask, or whoever a command needs.
            """,
        version: Release.version,
        subcommands: [
            SetupCommand.self, MigrateCommand.self, ReloadCommand.self, WorkspaceCommand.self, MemberCommand.self, UserCommand.self, KeyCommand.self, DomainCommand.self,
            WebhookCommand.self, MailCommand.self, PageCommand.self, DocsCommand.self, JournalCommand.self, AuditCommand.self, ClicksCommand.self, AgentCommand.self, MaintainCommand.self, DoctorCommand.self,
            BackupCommand.self, RestoreCommand.self,
        ])
}

/// A command that works as another user than ``Account/mask`` when root types it.
protocol AccountCommand: ParsableCommand {
    /// nil: stays root.
    var account: Account? { get }
}

signal(SIGPIPE, SIG_IGN)
do {
    var command = try Maskctl.parseAsRoot()
    switch command {
    case let command as any AccountCommand: try command.account?.assume()
    default: try Account.mask.assume()
    }
    try command.run()
} catch where error.isChangedMeanwhile {
    Maskctl.exit(withError: Refusal.changedMeanwhile)
} catch {
    Maskctl.exit(withError: error)
}
