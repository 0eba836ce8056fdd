import CFastCGI
import Glibc
import HTTP
import Logging
import Synchronization
import Threads

/// A FastCGI responder: threads that accept on one listening socket and answer one request at a time each.
///
/// Connections are kept by nginx and a kept connection holds its thread, so threads are plentiful (a blocked one costs a
/// few pages). Blocking from top to bottom: no event loop, no async.
public final class Server: Sendable {
    /// Answers one request. Runs on many threads at once; must not throw or trap.
    public typealias Handler = @Sendable (Request) -> Response

    private let socket: ListeningSocket
    private let logger: Logger
    private let handler: Handler
    private let workers: [Worker]
    private let stopping = Atomic(false)

    /// Seconds that requests may go on after the server was told to stop.
    public static let drainSeconds = 25

    /// After this, threads without a request are no longer waited for.
    private static let graceMilliseconds = 300

    /// Stack of a thread: request handling is shallow, and JSON depth is bounded.
    private static let stackSize = 512 * 1024

    public init(socket: ListeningSocket, threads: Int, logger: Logger, handler: @escaping Handler) {
        self.socket = socket
        self.logger = logger
        self.handler = handler
        workers = (0..<threads).map { _ in Worker() }
    }

    /// Starts the threads, waits for SIGTERM or SIGINT, drains, and returns whether every request was finished.
    ///
    /// Call ``blockStopSignals()`` first thing in `main`, so that every thread of the process inherits the mask.
    /// - Parameters:
    ///   - started: called once every thread accepts.
    ///   - stopping: called when draining begins.
    public func run(started: () throws -> Void = {}, stopping: () -> Void = {}) throws -> Bool {
        // After closing its side libfcgi waits for the peer to close too, by default two seconds; nginx may take its time.
        setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "20", 0)
        guard FCGX_Init() == 0 else { throw ServerError.libraryRefused }
        for (number, worker) in workers.enumerated() {
            worker.thread.withLock { $0 = nil }
            let started = try Thread.start(name: "fastcgi-\(number)", stackSize: Self.stackSize) { self.serve(worker) }
            worker.thread.withLock { $0 = started }
        }
        try started()
        Self.waitForStopSignal()
        stopping()
        return stop()
    }

    /// How the server is doing, for a watchdog: where no thread is idle and nothing has been answered since the last look,
    /// nobody is served.
    public struct Pulse: Sendable {
        public let idleThreads: Int
        public let answered: Int
    }

    public var pulse: Pulse {
        Pulse(
            idleThreads: workers.count { $0.state.load(ordering: .relaxed) == .idle },
            answered: workers.reduce(0) { $0 + $1.answered.load(ordering: .relaxed) })
    }

    /// Blocks SIGTERM and SIGINT in the calling thread and in all that it will start; ``run()`` waits for them.
    /// A signal during a handler would cut its system calls short, and libfcgi would take that for the end of the body.
    public static func blockStopSignals() {
        var set = stopSignals()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    private static func stopSignals() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }

    private static func waitForStopSignal() {
        var set = stopSignals()
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
    }

    // MARK: One thread

    private func serve(_ worker: Worker) {
        let connection: FastCGIConnection
        do {
            connection = try FastCGIConnection(socket)
        } catch {
            logger.error("a thread cannot serve: \(error)")
            return worker.state.store(.ended, ordering: .releasing)
        }
        while !stopping.load(ordering: .acquiring) {
            worker.state.store(.idle, ordering: .releasing)
            let code = connection.accept { worker.state.store(.busy, ordering: .releasing) }
            worker.state.store(.busy, ordering: .releasing)
            if code < 0 {
                pause(after: -code)
                continue
            }
            answer(connection)
            worker.answered.add(1, ordering: .relaxed)
        }
        worker.state.store(.ended, ordering: .releasing)
    }

    private func answer(_ connection: FastCGIConnection) {
        switch connection.readRequest() {
        case .success(let request):
            let isWhole = connection.send(handler(request), bodyAllowed: request.method != .head)
            if isWhole { connection.finish() } else { connection.breakOff() }
        case .failure(let refusal):
            _ = connection.send(Response(status: refusal.status, fields: [.init(.contentType, "text/plain")]), bodyAllowed: true)
            connection.finishAndClose()
        }
    }

    /// Accept errors are not fatal: no descriptors or memory now may mean some in a moment.
    private func pause(after code: Int32) {
        switch code {
        case EMFILE, ENFILE, ENOMEM, ENOBUFS:
            logger.error("accept: \(String(cString: strerror(code))); waiting. Raise LimitNOFILE= if this goes on.")
            usleep(100_000)
        case EINTR, ECONNABORTED, EAGAIN:
            break
        default:
            usleep(1_000)
        }
    }

    // MARK: Stopping

    /// Puts something that cannot be accepted on in the listening socket's place (dup2(2)): under load a thread inside
    /// libfcgi's accept could otherwise go on taking connections. A socket of systemd's lives on, and so does its queue;
    /// one of our own refuses from now on, and nginx asks the other pool.
    private func closeListener() {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return }
        dup2(null, socket.descriptor)
        close(null)
    }

    /// Tells libfcgi, then wakes the threads that sit in accept or read on a kept connection until all have ended.
    /// A signal can arrive just before the thread blocks, so it is sent again until it has worked.
    private func stop() -> Bool {
        stopping.store(true, ordering: .releasing)
        FCGX_ShutdownPending()
        closeListener()
        let deadline = Deadline.after(milliseconds: Self.drainSeconds * 1000)
        let grace = Deadline.after(milliseconds: Self.graceMilliseconds)
        while !deadline.hasPassed {
            let living = workers.filter { $0.state.load(ordering: .acquiring) != .ended }
            if living.isEmpty { return true }
            // A thread that stays inside libfcgi's accept has no request; the process may end without it.
            if grace.hasPassed, living.allSatisfy({ $0.state.load(ordering: .acquiring) == .idle }) { return true }
            for worker in living where worker.state.load(ordering: .acquiring) == .idle {
                worker.thread.withLock { $0?.signal(SIGUSR1) }
            }
            usleep(20_000)
        }
        logger.warning("requests were still running after \(Self.drainSeconds) s")
        return false
    }
}

/// One thread of the pool, seen from outside.
private final class Worker: Sendable {
    enum State: UInt8, AtomicRepresentable { case busy, idle, ended }

    let state = Atomic(State.busy)
    /// Requests since the start.
    let answered = Atomic(0)
    let thread = Mutex<Thread?>(nil)
}

public enum ServerError: Error, CustomStringConvertible {
    case libraryRefused
    case noMemory

    public var description: String {
        switch self {
        case .libraryRefused: "FCGX_Init failed"
        case .noMemory: "FCGX_InitRequest failed"
        }
    }
}
