import Glibc
import Synchronization
import Threads

/// A name server on a loopback port that says what a test wants: records, refusals, or nothing at all.
public final class NameServer: Sendable {
    /// What is said about a name and type.
    public enum Answer: Sendable {
        case records([Record])
        /// An RCODE of RFC 1035 section 4.1.1: 2 is SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
        case code(UInt8)
        case silence
        /// Bytes after the header that are no records.
        case garbage
    }

    /// A record of the answer section: its owner, type and data.
    public struct Record: Sendable {
        var owner: String
        var type: UInt16
        var data: [UInt8]

        /// A TXT record of one string or several.
        public static func txt(_ owner: String, _ strings: String...) -> Record {
            Record(owner: owner, type: 16, data: strings.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) })
        }

        public static func cname(_ owner: String, _ target: String) -> Record {
            Record(owner: owner, type: 5, data: NameServer.encoded(target))
        }

        public static func a(_ owner: String, _ bytes: UInt8...) -> Record { Record(owner: owner, type: 1, data: bytes) }

        /// An IPv6 address that ends in these bytes, after 2001:db8.
        public static func aaaa(_ owner: String, _ last: UInt8) -> Record {
            Record(owner: owner, type: 28, data: [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 11) + [last])
        }
    }

    /// `127.0.0.1:port`, as MASK_DNS_SERVERS takes it.
    public let address: String
    private let descriptor: Int32
    private let answers = Mutex<[String: Answer]>([:])

    /// - Parameter port: 0 for one that is free.
    public init(port: UInt16 = 0) throws {
        descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let socket = descriptor
        let isBound = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw Failure(code: errno) }
        address = "127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
        _ = try Thread.start(name: "name server") { [weak self] in while self?.answerOne() == true {} }
    }

    struct Failure: Error { var code: Int32 }

    deinit { close(descriptor) }

    /// Says from now on what is answered to questions of a type (`TXT`, `A`, `AAAA`, `CNAME`) about a name. Whatever else
    /// is asked for does not exist.
    public func answer(_ type: String, _ name: String, _ answer: Answer) {
        answers.withLock { $0["\(type) \(name.lowercased())"] = answer }
    }

    /// Records of one name, each under its own type.
    public func set(_ name: String, _ records: Record...) {
        for (number, type) in Self.types {
            let wanted = records.filter { $0.type == number || $0.type == 5 || $0.owner != name }
            answer(type, name, wanted.isEmpty ? .code(3) : .records(wanted))
        }
    }

    private static let types: [UInt16: String] = [1: "A", 5: "CNAME", 16: "TXT", 28: "AAAA"]

    // MARK: Messages

    /// - Returns: false when the socket is closed.
    private func answerOne() -> Bool {
        var (question, from) = ([UInt8](repeating: 0, count: 1500), sockaddr_in())
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 100) > 0 else { return true }
        let count = withUnsafeMutablePointer(to: &from) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(descriptor, &question, question.count, 0, $0, &length)
            }
        }
        guard count > 16 else { return count >= 0 }
        guard let message = reply(to: Array(question.prefix(count))) else { return true }
        _ = withUnsafePointer(to: &from) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { sendto(descriptor, message, message.count, 0, $0, length) }
        }
        return true
    }

    private func reply(to question: [UInt8]) -> [UInt8]? {
        var (labels, next) = ([String](), 12)
        while question[next] != 0 {
            labels.append(String(decoding: question[(next + 1)...(next + Int(question[next]))], as: UTF8.self))
            next += Int(question[next]) + 1
        }
        let type = Self.types[UInt16(question[next + 1]) << 8 | UInt16(question[next + 2])] ?? "?"
        let key = "\(type) \(labels.joined(separator: ".").lowercased())"
        let asked = Array(question[12..<(next + 5)])
        func header(_ code: UInt8, _ count: Int) -> [UInt8] {
            [question[0], question[1], 0x81, 0x80 | code, 0, 1, 0, UInt8(count), 0, 0, 0, 0] + asked
        }
        switch answers.withLock({ $0[key] }) ?? .code(3) {
        case .silence: return nil
        case .code(let code): return header(code, 0)
        case .garbage: return header(0, 1) + [0xC0, 0xFF, 1]
        case .records(let records): return header(0, records.count) + records.flatMap(Self.encoded)
        }
    }

    private static func encoded(_ record: Record) -> [UInt8] {
        let length = UInt16(record.data.count)
        return encoded(record.owner) + [0, UInt8(record.type), 0, 1, 0, 0, 0, 60, UInt8(length >> 8), UInt8(length & 255)]
            + record.data
    }

    private static func encoded(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}
