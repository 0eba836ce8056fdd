import Glibc

/// The signals that stop a program: SIGTERM and SIGINT, and for some SIGHUP, by which they begin anew.
///
/// They are blocked in all threads and waited for in one: a signal during a handler would cut its system calls short.
public enum StopSignals {
    /// Blocks them in the calling thread and in all that it will start. Call it first thing in `main`.
    /// - Parameter reload: SIGHUP as well.
    public static func block(reload: Bool = false) {
        var set = signals(reload)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // Who has hung up is an error of that one connection.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for one of them.
    /// - Returns: its number.
    public static func wait(reload: Bool = false) -> Int32 {
        var set = signals(reload)
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        return number
    }

    private static func signals(_ reload: Bool) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        if reload { sigaddset(&set, SIGHUP) }
        return set
    }
}
