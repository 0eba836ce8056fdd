import Glibc
import Threads

/// `rsvg-convert` in a unit of its own. systemd starts one for each connection: the document goes in, the PNG comes out, and
/// nothing comes where the document cannot be drawn within the unit's bounds.
enum SVGUnit {
    /// The unit is ended after 5 s (RuntimeMaxSec); this is for a systemd that is late.
    private static let patienceMilliseconds = 10_000
    private static let outputBytes = 4 * 1024 * 1024

    /// What a connection came to.
    private enum Outcome {
        case drawn([UInt8])
        /// The document was read to its end, and the drawer would not draw it.
        case refused
        /// The connection was closed with a part of the document unread: by a drawer that had seen enough, or by a systemd that
        /// could not start one.
        case unread
    }

    /// What every drawer draws.
    private static let point = Array("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>".utf8)

    /// - Throws: ``ImageError/unreadable(_:)`` where the drawer has refused the document; ``ImageError/busy`` where nobody drew.
    static func drawn(_ file: [UInt8], _ path: String) throws(ImageError) -> [UInt8] {
        var outcome = try ask(path, file)
        if case .unread = outcome {
            guard access("/usr/bin/rsvg-convert", X_OK) == 0 else { throw .failed("rsvg-convert has to be installed") }
            // Whose fault it was, another drawing tells.
            guard case .drawn = try ask(path, point) else { throw .busy }
            outcome = try ask(path, file)
        }
        guard case .drawn(let png) = outcome else { throw .unreadable("it is no SVG that librsvg can draw in 2 s and 256 MiB") }
        return png
    }

    private static func ask(_ path: String, _ file: [UInt8]) throws(ImageError) -> Outcome {
        let connection = try Connection(path)
        let isSent = connection.send(file)
        guard let png = try connection.receive() else { return .unread }
        return !png.isEmpty ? .drawn(png) : isSent ? .refused : .unread
    }

    private struct Connection: ~Copyable {
        private let descriptor: Int32

        init(_ path: String) throws(ImageError) {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0 else { throw .failed("socket: \(String(cString: strerror(errno)))") }
            var patience = timeval(tv_sec: SVGUnit.patienceMilliseconds / 1000, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))  // connect(2) as well
            guard Self.connect(descriptor, path) else {
                // The socket's queue is full, or its unit is just being started anew.
                if errno == EAGAIN || errno == ECONNREFUSED { throw .busy }
                throw .failed("connect \(path): \(String(cString: strerror(errno)))")
            }
        }

        /// False with `errno`; a path that is too long for an address is nobody's.
        private static func connect(_ descriptor: Int32, _ path: String) -> Bool {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
            return withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
                }
            }
        }

        deinit { close(descriptor) }

        /// All of it, and the end.
        /// - Returns: whether it was taken; by the kernel, not yet by the drawer.
        func send(_ file: [UInt8]) -> Bool {
            var rest = file[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 || errno == EINTR else { break }
                rest = rest.dropFirst(max(0, count))
            }
            shutdown(descriptor, Int32(SHUT_WR))
            return rest.isEmpty
        }

        /// Everything that comes; nil where the other end was closed with something unread (ECONNRESET).
        /// - Throws: ``ImageError/tooCostly`` where it is too much or takes too long.
        func receive() throws(ImageError) -> [UInt8]? {
            let end = Deadline.after(milliseconds: SVGUnit.patienceMilliseconds)
            var (received, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
            while true {
                var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard !end.hasPassed else { throw .tooCostly }
                guard poll(&awaited, 1, end.pollTimeout) > 0 else { continue }
                let count = read(descriptor, &part, part.count)
                if count == 0 { return received }
                guard count > 0 else { return nil }
                received += part[..<count]
                guard received.count <= SVGUnit.outputBytes else { throw .tooCostly }
            }
        }
    }
}
