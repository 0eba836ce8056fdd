import ArgumentParser
import Bootstrap
import Glibc
import POSIX

/// Started by cron each minute.
struct MaskWebhooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mask-webhooks", abstract: "Send what waits for webhooks.",
        discussion: "Several runs, also on several hosts, may work at the same time. SIGTERM finishes what is in flight; SIGHUP does, and begins anew.",
        version: Release.version)

    @Option(name: .customLong("for"), help: "Seconds to work; then on until the next run has begun, 20 more at most.")
    var seconds = 55
    @Flag(help: "Send what is due now, and end.") var once = false
    @Flag(help: "Say what would be worked on, and send nothing.") var dryRun = false

    func validate() throws {
        guard (1...86_400).contains(seconds) else { throw ValidationError("--for takes 1 to 86400 seconds.") }
    }

    func run() throws {
        do {
            let environment = try Environment.current()
            guard !environment.isUntouched else { return }
            let program = SenderProgram(Installation(try Configuration(environment), label: "mask-webhooks"))
            if dryRun { return try program.rehearse().forEach { print($0) } }
            if once { return try program.runOnce() }
            if try program.run(seconds: seconds) { beginAnew() }
        } catch {
            complain("mask-webhooks", error)
            throw ExitCode.failure
        }
    }

    /// execvp(3): the program as it is on the disk now, with the same arguments, in the place of this one.
    private func beginAnew() {
        var arguments: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) } + [nil]
        execvp(CommandLine.arguments[0], &arguments)
        complain("mask-webhooks", SystemError("execvp", CommandLine.arguments[0]))
    }
}

StopSignals.block(reload: true)  // first thing, so that `maskctl reload` sees that this program knows SIGHUP
MaskWebhooks.main()
