import Application
import Bootstrap
import Glibc
import POSIX

// mask-worker [--listen PATH]: answers the API and short links behind nginx.
// Without --listen it serves the socket that systemd passes in.

StopSignals.block()

do {
    let configuration = try Configuration(try Environment.current())
    let installation = Installation(configuration, label: "mask-worker", statementSeconds: Configuration.statementSeconds)
    let arguments = try WorkerArguments(CommandLine.arguments)
    let isClean = try Worker(installation).run(socket: arguments.socket)
    exit(isClean ? EXIT_SUCCESS : EXIT_FAILURE)
} catch {
    complain("mask-worker: \(error)")
    exit(EX_CONFIG)  // sysexits(3): starting again without a change will not help
}
