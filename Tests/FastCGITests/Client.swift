import Glibc

/// As much of a FastCGI client as it takes to be a bad one (https://fastcgi-archives.github.io/FastCGI_Specification.html).
final class Client {
    private let descriptor: Int32

    /// Record types of section 8.
    enum Kind: UInt8 {
        case begin = 1, abort = 2, end = 3, parameters = 4, standardInput = 5, standardOutput = 6
    }

    init(path: String) throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard outcome == 0 else { throw ClientFailure.notConnected }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    // MARK: Sending

    func send(_ kind: Kind, _ content: [UInt8] = []) {
        var rest = content[...]
        repeat {
            let piece = rest.prefix(65_535)
            rest = rest.dropFirst(piece.count)
            let length = UInt16(piece.count)
            write([1, kind.rawValue, 0, 1, UInt8(length >> 8), UInt8(length & 255), 0, 0] + piece)
        } while !rest.isEmpty
    }

    func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Role responder; the connection is kept if asked.
    func begin(keeping: Bool = true) { send(.begin, [0, 1, keeping ? 1 : 0, 0, 0, 0, 0, 0]) }

    func sendParameters(_ parameters: [(String, String)]) {
        var content: [UInt8] = []
        for (name, value) in parameters { content += parameterBytes(Array(name.utf8), Array(value.utf8)) }
        if !content.isEmpty { send(.parameters, content) }
        send(.parameters)
    }

    // MARK: Receiving

    /// An answer as nginx would see it.
    struct Answer {
        var text = ""
        var head: [String] { String(text.prefix(upTo: text.range(of: "\r\n\r\n") ?? text.endIndex)).components("\r\n") }
        var status: String { String(head.first { $0.hasPrefix("Status: ") }?.dropFirst(8) ?? "") }
        var body: String { text.range(of: "\r\n\r\n").map { String(text[$0...].dropFirst(2)) } ?? "" }
    }

    /// What arrives until the end of the request; nil where the connection ends before.
    func receive() -> Answer? {
        var output: [UInt8] = []
        while let header = read(8) {
            guard let content = read(Int(header[4]) << 8 | Int(header[5])), read(Int(header[6])) != nil else { return nil }
            switch Kind(rawValue: header[1]) {
            case .standardOutput: output += content
            case .end: return Answer(text: String(decoding: output, as: UTF8.self))
            default: break
            }
        }
        return nil
    }

    /// Nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether the server has closed the connection.
    var isClosed: Bool { read(1) == nil }

    private func read(_ count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            let got = bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + received, count - received, 0) }
            guard got > 0 else { return nil }
            received += got
        }
        return bytes
    }
}

/// A name-value pair of section 3.4.
func parameterBytes(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    func length(_ count: Int) -> [UInt8] {
        if count < 128 { return [UInt8(count)] }
        return [UInt8(count >> 24) | 128, UInt8(count >> 16 & 255), UInt8(count >> 8 & 255), UInt8(count & 255)]
    }
    return length(name.count) + length(value.count) + name + value
}

enum ClientFailure: Error { case notConnected, noAnswer }

extension String {
    /// Where a text begins for the first time. `\r\n` is one Character, so CR LF CR LF are two.
    fileprivate func range(of text: String) -> Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }

    fileprivate func components(_ separator: Character) -> [String] { split(separator: separator).map(String.init) }
}
