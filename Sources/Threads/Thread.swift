import Glibc

/// A thread of the operating system, for work that blocks.
public struct Thread: Sendable {
    private enum State {
        case running(pthread_t)
        case finished
    }

    private let state: Monitor<State>

    /// Starts a thread that runs `body` once.
    ///
    /// The thread inherits the signal mask of the caller, and may outlive every copy of the returned value.
    ///
    /// - Parameters:
    ///   - name: shown by `top -H` and in core dumps; Linux keeps the first 15 bytes.
    ///   - stackSize: in bytes. Only pages that are touched take memory.
    /// - Throws: ``ThreadError``: `EAGAIN` when a limit on threads is reached, `EINVAL` for a stack that is too small.
    public static func start(
        name: String, stackSize: Int = 512 * 1024, _ body: @escaping @Sendable () -> Void
    ) throws(ThreadError) -> Thread {
        // Until pthread_create has written the identifier, 0 stands in; no one else has the monitor before that.
        let state = Monitor(State.running(0))
        let start = Start(name: name, body: body, state: state)
        // Creating under the lock means that the thread cannot be marked finished before it is marked running.
        try state.withLock { value throws(ThreadError) in
            value = .running(try create(start, stackSize: stackSize))
        }
        return Thread(state: state)
    }

    /// Blocks until the thread's body has returned. May be called any number of times, by any other thread.
    public func join() {
        _ = state.wait(until: .never) { value in
            if case .finished = value { true } else { nil }
        }
    }

    /// Sends the signal `number` to this thread alone, by `pthread_kill`; nothing happens once its body has returned.
    public func signal(_ number: Int32) {
        // While the lock is held a running thread cannot finish, so its identifier is still its own.
        state.withLock { value in
            if case .running(let identifier) = value { _ = pthread_kill(identifier, number) }
        }
    }

    /// What the new thread needs to begin, handed through the `void *` of `pthread_create`.
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        let state: Monitor<State>

        init(name: String, body: @escaping @Sendable () -> Void, state: Monitor<State>) {
            self.name = name
            self.body = body
            self.state = state
        }

        func run() {
            setName()
            body()
        }

        /// What `pthread_setname_np` does, which Glibc's module hides behind `_GNU_SOURCE`. A thread without a name works
        /// as well, so a failure is passed over.
        private func setName() {
            let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            defer { close(file) }
            let label = Array(name.utf8.prefix(15))
            _ = write(file, label, label.count)
        }

        func finish() {
            state.withLock { $0 = .finished }
            state.broadcast()
        }
    }

    /// Detached, so that a thread no one joins leaves nothing behind; ``join()`` waits on the monitor instead.
    private static func create(_ start: Start, stackSize: Int) throws(ThreadError) -> pthread_t {
        var attributes = pthread_attr_t()
        try check(pthread_attr_init(&attributes))
        defer { pthread_attr_destroy(&attributes) }
        try check(pthread_attr_setstacksize(&attributes, stackSize))
        try check(pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED)))

        var identifier = pthread_t()
        let argument = Unmanaged.passRetained(start)
        let code = pthread_create(&identifier, &attributes, threadMain, argument.toOpaque())
        if code != 0 { argument.release() }
        try check(code)
        return identifier
    }

    private static func check(_ code: Int32) throws(ThreadError) {
        if code != 0 { throw ThreadError(code: code) }
    }

    /// The C entry point. It takes over the reference that ``create(_:stackSize:)`` retained.
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.run()
        start.finish()
        return nil
    }
}

/// A thread could not be started.
public struct ThreadError: Error, Hashable, CustomStringConvertible {
    /// The `errno` value that pthread returned.
    public let code: Int32

    public var description: String {
        "the thread could not be started: \(String(cString: strerror(code)))"
    }
}
