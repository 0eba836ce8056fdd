import Glibc
import Threads

/// A receiver on a port of its own that behaves as badly as a test asks for. Each connection has a thread.
public final class Receiver: Sendable {
    public struct Record: Sendable {
        public var connections = 0
        public var requests: [String] = []
    }

    public let port: Int
    private let listener: Int32
    private let record: Monitor<Record>

    public var connections: Int { record.withLock { $0.connections } }
    public var requests: [String] { record.withLock { $0.requests } }
    public var url: String { "http://127.0.0.1:\(port)/hook" }

    /// - Parameter behave: is called once for each connection, which is closed when it returns.
    public init(_ behave: @escaping @Sendable (Visitor) -> Void) throws {
        let listener = try Self.listen(backlog: 512)
        let record = Monitor(Record())
        (self.listener, self.record, port) = (listener, record, Self.port(of: listener))
        _ = try Thread.start(name: "receiver") {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { break }
                record.withLock { $0.connections += 1 }
                _ = try? Thread.start(name: "visitor") {
                    behave(Visitor(descriptor: descriptor, record: record))
                    close(descriptor)
                }
            }
            close(listener)
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Answers every request of a connection with the same bytes.
    public static func answering(_ answer: String) throws -> Receiver {
        try Receiver { visitor in
            while visitor.read() != nil { visitor.send(answer) }
        }
    }

    public static func listen(backlog: Int32) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port: 0)
        let outcome = withAddress(&address) { bind(descriptor, $0, $1) }
        guard outcome == 0, Glibc.listen(descriptor, backlog) == 0 else { throw ReceiverFailure.noPort }
        return descriptor
    }

    /// Ports that nobody listens on, as far as one can know.
    public static func freePorts(_ count: Int) throws -> [Int] {
        let listeners = try (0..<count).map { _ in try listen(backlog: 1) }
        defer { listeners.forEach { close($0) } }
        return listeners.map(port(of:))
    }

    public static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withAddress(&address) { pointer, _ in getsockname(descriptor, pointer, &length) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    public static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    public static func withAddress<R>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}

public enum ReceiverFailure: Error { case noPort }

/// The receiver's side of one connection.
public struct Visitor: Sendable {
    public let descriptor: Int32
    let record: Monitor<Receiver.Record>

    /// The head and the body of the next request; nil when there is none.
    @discardableResult
    public func read() -> String? {
        var bytes: [UInt8] = []
        var wanted: Int?
        while bytes.count < wanted ?? .max {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            bytes += buffer.prefix(count)
            if wanted == nil { wanted = Self.length(of: bytes) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        record.withLock { $0.requests.append(text) }
        return text
    }

    /// How long a request is that begins with these bytes; nil while its head is not whole.
    private static func length(of bytes: [UInt8]) -> Int? {
        guard let end = (0..<max(bytes.count - 3, 0)).first(where: { bytes[$0..<$0 + 4] == [13, 10, 13, 10] }) else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self).split(whereSeparator: \.isNewline)
        let field = head.first { $0.lowercased().hasPrefix("content-length:") }
        return end + 4 + (field.flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0)
    }

    /// False once the other side is gone.
    @discardableResult
    public func send(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Sends the same until the other side has had enough.
    public func sendForever(_ text: String, pause: UInt32 = 0) {
        while send(text) { usleep(pause) }
    }

    /// Does nothing until the other side ends the connection.
    public func waitForEnd() {
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) > 0 {}
    }

    /// Makes the end of the connection a reset (RST).
    public func resetAtEnd() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}

/// A port whose queue of connections is full: the kernel drops what comes, as a silent firewall does.
public final class SilentPort {
    public let port: Int
    private let descriptors: [Int32]

    public init() throws {
        let listener = try Receiver.listen(backlog: 0)
        port = Receiver.port(of: listener)
        var address = Receiver.loopback(port: port)
        descriptors = [listener] + (0..<4).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
            _ = Receiver.withAddress(&address) { connect(descriptor, $0, $1) }
            return descriptor
        }
    }

    deinit { descriptors.forEach { close($0) } }
}
