import Bootstrap
import FastCGI
import Glibc
import Systemd
import Threads

/// Tells systemd's watchdog that the worker serves. When all threads hang it keeps silent, and systemd starts the worker anew.
enum Watchdog {
    static func start(_ server: Server) throws {
        guard let interval = ServiceManager.watchdogMicroseconds else { return }
        _ = try Thread.start(name: "watchdog") {
            var last = server.pulse
            while true {
                usleep(UInt32(clamping: interval / 3))
                let now = server.pulse
                if now.idleThreads > 0 || now.answered != last.answered { ServiceManager.notify(.watchdog) }
                last = now
            }
        }
    }
}
