import Glibc

/// The pools of workers on this host, as systemd knows them: one instance of `mask-worker@` for each socket.
public enum Pools {
    private static let sockets = "/run/mask"

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Restarts one pool after the other, and the sender. Each pool is ready (sd_notify(3)) before the next one stops.
    public static func restart() throws {
        let names = ((try? Folder.names(sockets, suffix: ".sock", for: "")) ?? []).map { $0.dropLast(5) }
        guard !names.isEmpty else { throw Failure(description: "There is no pool in \(sockets). Run: systemctl start mask.target") }
        for name in names {
            let unit = "mask-worker@\(name).service"
            guard Program.run(["systemctl", "restart", unit]) == 0 else {
                throw Failure(description: "\(unit) does not start; the pools after it are as they were. See: journalctl -u \(unit)")
            }
        }
        // The sender, where systemd runs it; what cron starts is new by itself a minute later.
        _ = Program.run(["systemctl", "try-restart", "--no-block", "mask-webhooks.service"])
    }
}
