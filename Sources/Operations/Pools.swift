import Bootstrap
import Glibc
import POSIX

/// The pools of workers on this host, as systemd knows them: one instance of `mask-worker@` for each socket.
public enum Pools {
    private static let sockets = "/run/mask"

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Restarts one pool after the other, and the sender. Each pool is ready (sd_notify(3)) before the next one stops.
    public static func restart() throws {
        let names = ((try? Folder.names(sockets, suffix: ".sock")) ?? []).map { $0.dropLast(5) }
        guard !names.isEmpty else { throw Failure(description: "There is no pool in \(sockets). Run: systemctl start mask.target") }
        for name in names {
            let unit = "mask-worker@\(name).service"
            guard Program.run(["systemctl", "restart", unit]) == 0 else {
                throw Failure(description: "\(unit) does not start; the pools after it are as they were. See: journalctl -u \(unit)")
            }
        }
        reloadSenders()
    }

    /// Whoever started them, cron or systemd, they finish what is in flight and begin anew.
    static func reloadSenders() {
        for name in (try? Folder.names("/proc")) ?? [] {
            guard let process = pid_t(name), File.text(of: "/proc/\(name)/comm") == "mask-webhooks\n" else { continue }
            // One of a version that does not wait for SIGHUP would end in the middle of what it sends.
            kill(process, knowsReload(File.text(of: "/proc/\(name)/status") ?? "") ? SIGHUP : SIGTERM)
        }
    }

    /// Whether it has blocked SIGHUP, which is signal 1: proc(5), `SigBlk`.
    static func knowsReload(_ status: String) -> Bool {
        let line = status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") }
        return line.flatMap { UInt64($0.dropFirst(7).filter(\.isHexDigit), radix: 16) }.map { $0 & 1 == 1 } ?? false
    }
}
