import AccountStore
import Bootstrap
import Model
import Store

extension Doctor {
    /// Mails that wait for long, or were given up.
    var mailChecks: [Check] { [Check(name: "mail", needs: ["database", "schema"], look: mail)] }

    private func mail() -> Finding {
        guard installation.configuration.mail != nil else { return .good("none is sent: MASK_MAIL is not set") }
        return finding("See: maskctl mail list") {
            let (now, all) = (Timestamp.now(), try installation.store.read { try Mails.list(on: $0) })
            let late = all.filter { $0.dueAt != nil && $0.createdAt < now.adding(seconds: -Self.mailPatienceSeconds) }
            let givenUp = all.filter { $0.dueAt == nil && $0.createdAt > now.adding(days: -2) }
            guard let example = late.last ?? givenUp.last else { return "\(all.count { $0.dueAt != nil }) waiting" }
            let reason = example.complaint.map { ": \($0)" } ?? "; does cron run maskctl mail send?"
            throw Complaint("\(late.count) have waited for more than an hour, \(givenUp.count) were given up in two days\(reason). See: maskctl mail list")
        }
    }

    private static let mailPatienceSeconds = 3600
}
