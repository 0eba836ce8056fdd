import Bootstrap
import DeliveryStore
import Model
import Store

extension Doctor {
    /// The sender, and the endpoints that it sends to.
    var webhookChecks: [Check] {
        [
            Check(name: "webhooks", needs: ["database", "schema", "secret key", "cron"], look: webhooks),
            Check(name: "endpoints", needs: ["database", "schema"], look: endpoints),
        ]
    }

    private func webhooks() -> Finding {
        finding("See: maskctl webhook stats") {
            let statistics = try installation.store.read { try DeliveryStatistics.read(at: .now(), on: $0) }
            let seconds = statistics.oldestDueSeconds
            guard seconds < 180 else { throw Complaint("What is due has waited for \(seconds) s. Does cron run mask-webhooks each minute?") }
            return "\(statistics.deliveriesWaiting) deliveries waiting, the oldest due \(seconds) s ago"
        }
    }

    /// Receivers that are down are told of, but are nothing that is wrong here.
    private func endpoints() -> Finding {
        finding("See: journalctl -u mariadb") {
            let limit = 10
            let failing = try installation.store.read {
                try FailingEndpoints.list(since: Timestamp.now().adding(days: -1), limit: limit + 1, on: $0)
            }
            let words = failing.prefix(limit).map { "\($0.webhook) since \($0.since.rfc3339)" }
            if words.isEmpty { return "none has failed for a day" }
            let end = failing.count > limit ? ", and more" : ""
            return "no success at \(words.joined(separator: ", "))\(end). See: maskctl webhook deliveries"
        }
    }
}
