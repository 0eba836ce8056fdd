import Glibc
import Threads

/// The other side of a connection.
struct Peer: ByteSource {
    let descriptor: Int32

    /// In which all of a request has to come. nginx has all of it before it sends any.
    private let patienceMilliseconds: Int

    /// How long the peer may take nothing of an answer. nginx takes all of it at once, but for what goes beyond the 64 MB of an
    /// export that it keeps: that waits for the client.
    private let sendPatienceMilliseconds: Int

    /// Of the request that is read.
    private var end = Deadline.never
    /// No request has come yet. A new connection of nginx brings its first at once; one that does not is closed.
    private var isNew = true

    private static let silenceMilliseconds: Int32 = 2000

    /// What is left of a refused body is read for so long.
    private static let drainMilliseconds = 20

    init(descriptor: Int32, patienceMilliseconds: Int = 30_000, sendPatienceMilliseconds: Int = 600_000) {
        self.descriptor = descriptor
        self.patienceMilliseconds = patienceMilliseconds
        self.sendPatienceMilliseconds = sendPatienceMilliseconds
    }

    /// One deadline for all of the request: with each byte a new one, a byte now and then would hold the thread for ever.
    mutating func begin() { (end, isNew) = (.after(milliseconds: patienceMilliseconds), false) }

    /// Waits for bytes. Before a request has begun a signal ends the wait; within one the bytes are there at once, or poll(2)
    /// bounds it.
    func receive(into buffer: UnsafeMutableRawBufferPointer, isBegun: Bool) -> Int {
        guard isBegun else {
            var received = recv(descriptor, buffer.baseAddress, buffer.count, isNew ? Int32(MSG_DONTWAIT) : 0)
            if received < 0 && isNew && errno == EAGAIN {
                guard isReadable(within: Self.silenceMilliseconds) else { return -Int(ETIMEDOUT) }
                received = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
            }
            return received >= 0 ? received : Int(-errno)
        }
        guard !end.hasPassed else { return -Int(ETIMEDOUT) }
        let received = recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        if received >= 0 { return received }
        guard errno == EINTR || errno == EAGAIN, isReady(Int16(POLLIN), until: end) else { return -Int(ETIMEDOUT) }
        return recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
    }

    /// Waits for bytes or the end, whatever signals come.
    func isReadable(within milliseconds: Int32) -> Bool { isReady(Int16(POLLIN), until: .after(milliseconds: Int(milliseconds))) }

    private func isReady(_ events: Int16, until end: Deadline) -> Bool {
        var awaited = pollfd(fd: descriptor, events: events, revents: 0)
        var count = poll(&awaited, 1, end.pollTimeout)
        while count < 0 && errno == EINTR { count = poll(&awaited, 1, end.pollTimeout) }
        return count > 0
    }

    /// - Returns: whether the peer took all of it.
    func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer[...]
            while !rest.isEmpty {
                let count = Glibc.send(
                    descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count < 0 && errno == EAGAIN {
                    guard isReady(Int16(POLLOUT), until: .after(milliseconds: sendPatienceMilliseconds)) else { return false }
                } else if !(count < 0 && errno == EINTR) {
                    return false
                }
            }
            return true
        }
    }

    /// Reads and forgets what the peer still sends, until it has closed its side too or is silent.
    func drain() {
        let end = Deadline.after(milliseconds: 10 * Self.drainMilliseconds)
        var waste = [UInt8](repeating: 0, count: 65_536)
        while !end.hasPassed, isReadable(within: Int32(Self.drainMilliseconds)),
            recv(descriptor, &waste, waste.count, Int32(MSG_DONTWAIT)) > 0 {}
    }
}
