import CSystemd

/// What a service tells systemd about itself (sd_notify(3)). Without systemd, or where it did not ask, nothing happens.
public enum ServiceManager {
    public enum State: String {
        /// Starting is over: whoever waited for this service may go on.
        case ready = "READY=1"
        /// Stopping has begun.
        case stopping = "STOPPING=1"
        /// Alive. Left out for `WatchdogSec=`, systemd ends the process and starts it anew.
        case watchdog = "WATCHDOG=1"
    }

    public static func notify(_ state: State) {
        _ = sd_notify(0, state.rawValue)
    }

    /// Microseconds within which the watchdog wants to hear from this process (sd_watchdog_enabled(3)); nil where none listens.
    public static var watchdogMicroseconds: UInt64? {
        var interval: UInt64 = 0
        return sd_watchdog_enabled(0, &interval) > 0 ? interval : nil
    }
}
