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
        try silently(job) { installation in
            if isRehearsal { return try body(installation) }
            try job.run(in: installation.configuration.jobs) { try body(installation) }
        }
    }

    /// What is done for a job, without its turn. Where nothing is set up yet there is nothing to do.
    func silently(_ job: Job, _ body: (Installation) throws -> Void) throws {
        do {
            guard try !Environment.current().isUntouched else { return }
            try body(try openInstallation())
        } catch {
            complain(job.command, error)
            throw ExitCode.failure
        }
    }
}
