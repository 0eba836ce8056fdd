import Foundation
import Synchronization
import Threads

/// A TCP port of this machine that leads to a Unix socket, and that a test may make behave as a network does: silent, which
/// is no end of a connection but nothing that comes.
public final class Proxy: Sendable {
    public let port: Int
    private let socket: String
    private let isOver = Atomic(false)
    /// Connections with numbers up to this one carry nothing.
    private let silentUpTo = Atomic(0)
    private let count = Atomic(0)
    /// What a client says whose connection is then cut.
    private let lastWords = Mutex<[UInt8]?>(nil)

    public init(to socket: String) throws {
        self.socket = socket
        let listener = try Receiver.listen(backlog: 64)
        port = Receiver.port(of: listener)
        _ = try Threads.Thread.start(name: "proxy") { [weak self] in
            while self?.isOver.load(ordering: .relaxed) == false {
                guard Self.isReadable(listener) else { continue }
                let client = accept(listener, nil, nil)
                if client >= 0 { self?.serve(client) }
            }
            close(listener)
        }
    }

    deinit { isOver.store(true, ordering: .relaxed) }

    /// From now on nothing comes through, of connections that stand and of those that are made.
    public func fallSilent() { silentUpTo.store(.max, ordering: .relaxed) }

    /// Nothing comes through any more of the connections that stand.
    public func silenceStanding() { silentUpTo.store(count.load(ordering: .relaxed), ordering: .relaxed) }

    /// What waited comes through.
    public func speak() { silentUpTo.store(0, ordering: .relaxed) }

    /// The next time that a client says this the server answers, and the answer is lost with the connection.
    public func loseAnswer(to words: String) { lastWords.withLock { $0 = Array(words.utf8) } }

    private func isLast(_ bytes: [UInt8]) -> Bool {
        lastWords.withLock { words in
            guard let wanted = words, bytes.contains(wanted) else { return false }
            words = nil
            return true
        }
    }

    private func serve(_ client: Int32) {
        let number = count.add(1, ordering: .relaxed).newValue
        let server = Self.connect(socket)
        guard server >= 0 else {
            close(client)
            return
        }
        _ = try? Threads.Thread.start(name: "proxied") { [weak self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            pump: while let self, !isOver.load(ordering: .relaxed) {
                if number <= silentUpTo.load(ordering: .relaxed) {
                    usleep(5_000)
                    continue
                }
                var both = [client, server].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                guard poll(&both, 2, 20) > 0 else { continue }
                for (from, to) in [(0, server), (1, client)] where both[from].revents != 0 {
                    let size = read(both[from].fd, &buffer, buffer.count)
                    guard size > 0, send(to, buffer, size, Int32(MSG_NOSIGNAL)) == size else { break pump }
                    if from == 0, isLast(Array(buffer[..<size])) {
                        _ = read(server, &buffer, buffer.count)  // so the server is done
                        break pump
                    }
                }
            }
            close(client)
            close(server)
        }
    }

    private static func isReadable(_ descriptor: Int32) -> Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, 50) > 0
    }

    private static func connect(_ path: String) -> Int32 {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        if isConnected { return descriptor }
        close(descriptor)
        return -1
    }
}
