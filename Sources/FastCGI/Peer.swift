import Glibc
import Threads

/// The other side of a connection.
struct Peer: ByteSource {
    let descriptor: Int32

    /// The peer may not leave its thread waiting in the middle of a request. nginx has all of a request before it sends any.
    private static let patienceMilliseconds: Int32 = 30_000

    /// What is left of a refused body is read for so long.
    private static let drainMilliseconds = 20

    /// Waits for bytes. Before a request has begun a signal ends the wait; within one the bytes are there at once, or poll(2)
    /// bounds it.
    func receive(into buffer: UnsafeMutableRawBufferPointer, isBegun: Bool) -> Int {
        let received = recv(descriptor, buffer.baseAddress, buffer.count, isBegun ? Int32(MSG_DONTWAIT) : 0)
        if received >= 0 { return received }
        guard isBegun else { return Int(-errno) }
        guard errno == EINTR || errno == EAGAIN, isReadable(within: Self.patienceMilliseconds) else { return -Int(ETIMEDOUT) }
        return recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
    }

    /// Waits for bytes or the end, whatever signals come.
    func isReadable(within milliseconds: Int32) -> Bool {
        let end = Deadline.after(milliseconds: Int(milliseconds))
        var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var count = poll(&awaited, 1, milliseconds)
        while count < 0 && errno == EINTR { count = poll(&awaited, 1, Int32(end.remainingMilliseconds)) }
        return count > 0
    }

    /// - Returns: whether the peer took all of it.
    func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let count = Glibc.send(
                    descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
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
