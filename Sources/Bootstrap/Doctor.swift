import Glibc
import Images
import Journal
import MariaDB
import Model
import Redis
import Store

/// Looks at everything that MASK needs and says what to do where something is wrong.
public struct Doctor {
    public enum Finding {
        case good(String)
        case bad(String)
    }

    private let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    public var checks: [(name: String, check: () -> Finding)] {
        [
            ("database", database), ("durability", durability), ("schema", schema), ("redis", redis), ("spool", spool),
            ("journal", journal), ("webhooks", webhooks), ("endpoints", endpoints), ("images", images), ("pages", pages),
            ("clock", clock),
        ]
    }

    private func database() -> Finding {
        finding("Start MariaDB, or correct MASK_MARIADB_SOCKET (or _HOST), MASK_MARIADB_USER, MASK_DATABASE.") {
            let version = try installation.store.read { try $0.query("SELECT VERSION()").first?.string(0) ?? "?" }
            return "MariaDB \(version)"
        }
    }

    private func durability() -> Finding {
        finding("Connect to MariaDB first.") {
            let value = try installation.store.read {
                try $0.query("SELECT @@innodb_flush_log_at_trx_commit").first?.integer(0)
            }
            guard value == 1 else { throw Complaint("Put innodb_flush_log_at_trx_commit = 1 into [mariadbd] and restart MariaDB.") }
            return "every commit is on disk before it is answered"
        }
    }

    private func schema() -> Finding {
        finding("Run: maskctl migrate") {
            let pending = try installation.store.read { try installation.migrator().pending(on: $0) }
            guard pending.isEmpty else { throw Complaint("\(pending.count) migrations are missing. Run: maskctl migrate") }
            return Schema.newestMigration
        }
    }

    private func redis() -> Finding {
        finding("Start Redis, or correct MASK_REDIS_SOCKET (or _HOST), MASK_REDIS_PASSWORD.") {
            _ = try installation.redis.withResource(keepIf: \.isUsable) { try $0.command("PING") }
            return "answers"
        }
    }

    private func spool() -> Finding {
        let path = installation.configuration.spool
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            return .bad("\(path): \(String(cString: strerror(errno))). Create it for the workers' user, or correct MASK_SPOOL.")
        }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return .bad("\(path): \(String(cString: strerror(errno)))") }
        let free = (Int(status.f_bavail) * Int(status.f_frsize)) >> 20
        return free < 256 ? .bad("\(path) has \(free) MiB left; clicks wait there. Make room.") : .good("\(path), \(free) MiB free")
    }

    private func journal() -> Finding {
        finding("See: maskctl journal status") {
            let segments = try JournalStatus.segments(in: installation.configuration.spool, store: installation.store)
            let waiting = segments.reduce(0) { $0 + ($1.bytes - $1.loaded) } >> 20
            guard waiting < 64 else { throw Complaint("\(waiting) MiB wait to be loaded. Is a worker running? maskctl journal load") }
            return "\(segments.count) segments, \(waiting) MiB waiting"
        }
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
        finding("Connect to MariaDB first.") {
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

    private func images() -> Finding {
        finding("Install the Debian package librsvg2-bin, or nobody can upload a logo as SVG.") {
            let point = Array("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>".utf8)
            _ = try SVG.decoded(point, side: 1, limits: ImageLimits(bytes: point.count, side: 1))
            return "SVG can be drawn"
        }
    }

    private func pages() -> Finding {
        let path = installation.configuration.pages
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            return .bad("\(path): \(String(cString: strerror(errno))). Create it for the workers' user, or correct MASK_PAGES.")
        }
        return finding("Correct MASK_THEMES.") { "\(path), themes \(try installation.publisher.themes().joined(separator: ", "))" }
    }

    private func clock() -> Finding {
        finding("Connect to MariaDB first.") {
            let text = try installation.store.read { try $0.query("SELECT UTC_TIMESTAMP(3)").first?.string(0) ?? "" }
            guard let theirs = Timestamp(sql: text) else { throw Complaint("MariaDB tells no time.") }
            let apart = abs(theirs.milliseconds - Timestamp.now().milliseconds)
            guard apart < 2000 else { throw Complaint("This host and MariaDB's are \(apart) ms apart. Run NTP on both.") }
            return "\(apart) ms from MariaDB's"
        }
    }

    private struct Complaint: Error {
        let advice: String
        init(_ advice: String) { self.advice = advice }
    }

    private func finding(_ advice: String, _ check: () throws -> String) -> Finding {
        do {
            return .good(try check())
        } catch let complaint as Complaint {
            return .bad(complaint.advice)
        } catch {
            return .bad("\(error). \(advice)")
        }
    }
}
