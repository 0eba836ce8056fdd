import ArgumentParser
import Bootstrap
import POSIX

/// Something that a job has found wrong, in one sentence.
struct JobFailure: Error, CustomStringConvertible {
    let description: String
}

extension ParsableCommand {
    /// What cron runs: one at a time on a host, a second one ends well at once. Where it fails it says so in one line, for
    /// cron to mail, and exits 1.
    /// - Parameter isRehearsal: does not wait for its turn and is not noted.
    func job(_ job: Job, isRehearsal: Bool, _ body: (Installation) throws -> Void) throws {
        do {
            guard try !Environment.current().isUntouched else { return }
            let installation = try openInstallation()
            if isRehearsal { return try body(installation) }
            try job.run(in: installation.configuration.jobs) { try body(installation) }
        } catch {
            complain(job.command, error)
            throw ExitCode.failure
        }
    }
}
