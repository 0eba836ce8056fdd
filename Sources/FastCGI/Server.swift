import Glibc
import HTTP
import Logging
import POSIX
import Synchronization
import Threads

/// A FastCGI responder: threads that accept on one listening socket and answer one request at a time each.
///
/// Connections are kept by nginx and a kept connection holds its thread, so threads are plentiful (a blocked one costs a
/// few pages). Blocking from top to bottom: no event loop, no async.
///
/// Decided: threads. A pool of Swift's own has as many threads as processors, and each call of libmariadb or hiredis would
/// block one of them; an event loop would need those clients written anew. A thread for each kept connection ran level with a
/// program in C. Thousands of connections that wait for something other than nginx would change this.
public final class Server: Sendable {
    /// Answers one request. Runs on many threads at once; must not throw or trap.
    public typealias Handler = @Sendable (Request) -> Response
    /// Whether a long body may be read: asked with the request as it is without it. Must not throw or trap.
    public typealias BodyPolicy = @Sendable (Request) -> Bool

    private let socket: ListeningSocket
    private let logger: Logger
    private let handler: Handler
    private let mayRead: BodyPolicy
    private let workers: [Worker]
    private let stopping = Atomic(false)
    /// Until then nobody complains of accept(2) any more.
    private let complaint = Mutex(Deadline.after(milliseconds: 0))

    /// Seconds that requests may go on after the server was told to stop.
    public static let drainSeconds = 25

    /// Stack of a thread: request handling is shallow, and JSON depth is bounded.
    private static let stackSize = 512 * 1024

    public init(
        socket: ListeningSocket, threads: Int, logger: Logger, mayRead: @escaping BodyPolicy = { _ in true },
        handler: @escaping Handler
    ) {
        self.mayRead = mayRead
        self.socket = socket
        self.logger = logger
        self.handler = handler
        workers = (0..<threads).map { _ in Worker() }
    }

    /// Starts the threads, waits for SIGTERM or SIGINT, drains, and returns whether every request was finished.
    ///
    /// Call `StopSignals.block()` first thing in `main`, so that every thread of the process inherits the mask.
    /// - Parameters:
    ///   - started: called once every thread accepts.
    ///   - stopping: called when draining begins.
    public func run(started: () throws -> Void = {}, stopping: () -> Void = {}) throws -> Bool {
        Self.letWakeSignalThrough()
        for (number, worker) in workers.enumerated() {
            worker.thread.withLock { $0 = nil }
            let started = try Thread.start(name: "fastcgi-\(number)", stackSize: Self.stackSize) { self.serve(worker) }
            worker.thread.withLock { $0 = started }
        }
        try started()
        _ = StopSignals.wait()
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

    /// SIGUSR1 ends a wait in accept(2) or recv(2) and does nothing else: no SA_RESTART.
    private static func letWakeSignalThrough() {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR1, &action, nil)
    }

    // MARK: One thread

    private func serve(_ worker: Worker) {
        var connection = FastCGIConnection(socket)
        // What nginx has sent on a kept connection is answered, also by a server that stops.
        while !stopping.load(ordering: .acquiring) || connection.hasArrived {
            worker.state.store(.idle, ordering: .releasing)
            let arrival = connection.accept()
            worker.state.store(.busy, ordering: .releasing)
            switch arrival {
            case .request: answer(&connection)
            case .refused: refuse(&connection, 400)
            case .nothing: continue
            case .failed(let code):
                pause(after: code)
                continue
            }
            worker.answered.add(1, ordering: .relaxed)
        }
        worker.state.store(.ended, ordering: .releasing)
    }

    private func answer(_ connection: inout FastCGIConnection) {
        do throws(FastCGIConnection.Refusal) {
            let request = try connection.readRequest(mayRead: mayRead)
            let isWhole = connection.send(handler(request), bodyAllowed: request.method != .head)
            if isWhole { connection.finish(keeping: !stopping.load(ordering: .acquiring)) } else { connection.breakOff() }
        } catch {
            refuse(&connection, error.status)
        }
    }

    /// Also ends the connection: what is left of a refused body must not be read as a request.
    private func refuse(_ connection: inout FastCGIConnection, _ status: Int) {
        _ = connection.send(Response(status: status, fields: [.init(.contentType, "text/plain")]), bodyAllowed: true)
        connection.finish(keeping: false)
    }

    /// Accept errors are not fatal: no descriptors or memory now may mean some in a moment.
    private func pause(after code: Int32) {
        switch code {
        case EMFILE, ENFILE, ENOMEM, ENOBUFS:
            complain(of: code)
            usleep(100_000)
        case EINTR, ECONNABORTED, EAGAIN:
            break
        default:
            usleep(1_000)
        }
    }

    /// Once a minute: all threads meet it, ten times a second.
    private func complain(of code: Int32) {
        let isFirst = complaint.withLock { next in
            guard next.hasPassed else { return false }
            next = .after(milliseconds: 60_000)
            return true
        }
        guard isFirst else { return }
        logger.error("accept: \(String(cString: strerror(code))); waiting. Raise LimitNOFILE= if this goes on.")
    }

    // MARK: Stopping

    /// Puts something that cannot be accepted on in the listening socket's place (dup2(2)): no thread takes a connection from
    /// now on. A socket of systemd's lives on, and so does its queue;
    /// one of our own refuses from now on, and nginx asks the other pool.
    private func closeListener() {
        let null = open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { return }
        dup2(null, socket.descriptor)
        close(null)
    }

    /// Wakes the threads that wait in accept or on a kept connection until all have ended.
    /// A signal can arrive just before the thread blocks, so it is sent again until it has worked.
    private func stop() -> Bool {
        stopping.store(true, ordering: .releasing)
        closeListener()
        let deadline = Deadline.after(milliseconds: Self.drainSeconds * 1000)
        while !deadline.hasPassed {
            let living = workers.filter { $0.state.load(ordering: .acquiring) != .ended }
            if living.isEmpty { return true }
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
