import ArgumentParser
import Bootstrap
import Operations

struct ReloadCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Restart the pools of workers one after the other: new code, new configuration.",
        discussion: """
            Each pool finishes its requests while the others answer, and the next one waits until this one serves again. \
            Where a pool does not come back the rest is left as it is. The sender of webhooks, which cron or systemd has \
            started, finishes what is in flight and begins anew at once.
            """)

    var account: Account? { nil }

    func run() throws {
        _ = try Configuration(try Environment.current())  // a mistake is told before anything is stopped
        try Pools.restart()
    }
}
