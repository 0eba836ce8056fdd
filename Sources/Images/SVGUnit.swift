import Glibc

/// `rsvg-convert` in a unit of its own. systemd starts one for each connection: the document goes in, the PNG comes out, and
/// nothing comes where the document cannot be drawn within the unit's bounds.
enum SVGUnit {
    /// The unit is ended after 5 s (RuntimeMaxSec); this is for a systemd that is late.
    private static let patience = 10
    private static let outputBytes = 4 * 1024 * 1024

    static func drawn(_ file: [UInt8], _ path: String) throws(ImageError) -> [UInt8] {
        let connection = try Connection(path)
        connection.send(file)
        let png = try connection.receive()
        guard png.isEmpty else { return png }
        guard access("/usr/bin/rsvg-convert", X_OK) == 0 else { throw .failed("rsvg-convert has to be installed") }
        throw .unreadable("it is no SVG that librsvg can draw in 2 s and 256 MiB")
    }

    private struct Connection: ~Copyable {
        private let descriptor: Int32

        init(_ path: String) throws(ImageError) {
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            guard descriptor >= 0, Self.connect(descriptor, path) else {
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

        /// All of it, and the end; an answer that does not come tells of what could not be sent.
        func send(_ file: [UInt8]) {
            var patience = timeval(tv_sec: SVGUnit.patience, tv_usec: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
            var rest = file[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 || errno == EINTR else { break }
                rest = rest.dropFirst(max(0, count))
            }
            shutdown(descriptor, Int32(SHUT_WR))
        }

        /// Everything that comes; nothing where it is too much or takes too long.
        func receive() throws(ImageError) -> [UInt8] {
            let end = time(nil) + SVGUnit.patience
            var (received, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
            while true {
                var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let left = end - time(nil)
                guard left > 0 else { throw .tooCostly }
                guard poll(&awaited, 1, Int32(left) * 1000) > 0 else { continue }
                let count = read(descriptor, &part, part.count)
                if count == 0 { return received }
                guard count > 0 else { return [] }  // the unit ended with something unread
                received += part[..<count]
                guard received.count <= SVGUnit.outputBytes else { throw .tooCostly }
            }
        }
    }
}
