import Bootstrap
import Crypto
import Glibc
import Model
import Webhooks

extension Doctor {
    /// What is done by the clock on this host.
    var jobChecks: [Check] {
        [
            Check(name: "cron", needs: ["database"], look: jobs),
            Check(name: "certificates", look: certificates),
        ]
    }

    private func jobs() -> Finding {
        if let host, !HostState.crons.contains(where: { host.units[$0] == "active" }) {
            return .bad("cron does not run: webhooks, certificates and what is to be forgotten wait for it. Type: systemctl start cron")
        }
        let now = Timestamp.now()
        var (words, late): ([String], [String]) = ([], [])
        for job in Job.allCases {
            let age = job.lastSuccess(in: installation.configuration.jobs).map { seconds(from: $0, to: now) }
            words.append("\(job.command) \(Self.text(age))")
            if let age, age > job.patienceSeconds { late.append("\(job.command) \(Self.text(age))") }
        }
        let search = SenderMetrics(installation.memory).lastSearch.map { seconds(from: $0, to: now) }
        words.append("mask-webhooks \(Self.text(search))")
        if let search, search > Self.senderPatienceSeconds { late.append("mask-webhooks \(Self.text(search))") }
        let folder = installation.configuration.jobs
        if isOld(folder), Job.allCases.allSatisfy({ $0.lastSuccess(in: folder) == nil }) {
            return .bad("cron has run nothing yet. See /etc/cron.d/mask and cron's mail.")
        }
        guard late.isEmpty else {
            return .bad("last came to a good end: \(late.joined(separator: ", ")). Run it by hand; see /etc/cron.d/mask and cron's mail.")
        }
        return .good(words.joined(separator: ", "))
    }

    private static let senderPatienceSeconds = 300

    /// Whether it was made so long ago that the jobs of each minute should have left something in it.
    private func isOld(_ folder: String) -> Bool {
        var status = stat()
        return stat(folder, &status) == 0 && time(nil) - status.st_mtim.tv_sec > Job.journalLoad.patienceSeconds
    }

    /// A clock that was set back must not look like a job that ran right now for long.
    private func seconds(from time: Timestamp, to now: Timestamp) -> Int { max(0, Int((now.milliseconds - time.milliseconds) / 1000)) }

    private static func text(_ seconds: Int?) -> String {
        switch seconds {
        case nil: "never"
        case let seconds? where seconds < 120: "\(seconds) s ago"
        case let seconds? where seconds < 7200: "\(seconds / 60) min ago"
        case let seconds?: "\(seconds / 3600) h ago"
        }
    }

    private func certificates() -> Finding {
        let ends = CertificateFolder.ends(in: installation.configuration.certificates)
        guard let first = ends.min(by: { $0.end < $1.end }) else {
            return .bad("\(installation.configuration.certificates) has no certificate that can be read. See MASK_CERTIFICATES.")
        }
        let days = Int((Int64(first.end) - Timestamp.now().milliseconds / 1000) / 86_400)
        guard days >= Certificates.warningDays else {
            return .bad("\(first.host) ends in \(days) days. Run: maskctl domain certificate --all; or renew what you put there yourself.")
        }
        return .good("\(ends.count), the first to end is \(first.host) in \(days) days")
    }
}
