import Bootstrap
import Glibc
import Journal
import Logging

/// Loads the journal as long as the process lives. Batches grow with the load: after one that was not full it rests.
struct LoaderLoop: ~Copyable {
    private var loader: JournalLoader
    private let logger: Logger

    private static let restMicroseconds: UInt32 = 250_000
    /// Between two looks at whether the process that loads is still there.
    private static let standbyMicroseconds: UInt32 = 1_000_000

    init(_ loader: consuming JournalLoader, logger: Logger) {
        self.loader = loader
        self.logger = logger
    }

    consuming func run() -> Never {
        // Visitors first: on Linux a thread has a niceness of its own (setpriority(2), "C library/kernel differences").
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
        // What is told already: an outage is one line, not one a second.
        var told: String?
        while true {
            do {
                guard let loaded = try loader.load() else {
                    usleep(Self.standbyMicroseconds)
                    continue
                }
                told = nil
                if !loaded.isFull { usleep(Self.restMicroseconds) }
            } catch {
                if told != "\(error)" { logger.warning("clicks wait in the journal: \(error)") }
                told = "\(error)"
                usleep(Self.standbyMicroseconds)
            }
        }
    }
}
