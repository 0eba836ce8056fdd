import Glibc
import Images
import Synchronization
import Testing

/// Whose fault it is when the unit that draws SVG sends nothing: the document's, or the host's.
@Suite("The unit that draws SVG")
struct SVGUnitTests {
    /// What is done with a connection.
    private enum Act {
        /// systemd does so where there are too many, or the unit cannot be started.
        case close
        /// All is read, and nothing is drawn.
        case refuse
        /// A part is read: an error in the first line is enough for some.
        case refuseUnread
        case draw
    }

    /// A socket that does one act after the other, the last one again and again.
    private final class Unit: Sendable {
        let path: String
        private let descriptor: Int32

        init(_ acts: [Act]) throws {
            path = "/tmp/mask-svg-\(getpid())-\(UInt32.random(in: .min ... .max)).sock"
            descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(bound == 0 && listen(descriptor, 8) == 0)
            let (listener, png) = (descriptor, try Bitmap(width: 4, height: 2, pixels: [UInt8](repeating: 255, count: 32)).png())
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            let box = Unmanaged.passRetained(Work(listener, acts, png))
            var thread = pthread_t()
            pthread_create(&thread, &attributes, { argument in
                guard let argument else { return nil }
                Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
            pthread_detach(thread)
        }

        deinit {
            shutdown(descriptor, Int32(SHUT_RDWR))
            unlink(path)
        }
    }

    private final class Work: Sendable {
        private let listener: Int32
        private let acts: [Act]
        private let png: [UInt8]

        init(_ listener: Int32, _ acts: [Act], _ png: [UInt8]) { (self.listener, self.acts, self.png) = (listener, acts, png) }

        func run() {
            var rest = acts[...]
            while case let connection = accept(listener, nil, nil), connection >= 0 {
                let act = rest.count > 1 ? rest.removeFirst() : rest[rest.startIndex]
                var part = [UInt8](repeating: 0, count: 4096)
                switch act {
                case .close: break
                case .refuseUnread: _ = recv(connection, &part, 1, 0)
                case .refuse, .draw: while read(connection, &part, part.count) > 0 {}
                }
                if act == .draw { _ = send(connection, png, png.count, Int32(MSG_NOSIGNAL)) }
                close(connection)
            }
            close(listener)
        }
    }

    private func drawn(_ acts: Act...) throws -> Bitmap {
        let unit = try Unit(acts)
        return try withExtendedLifetime(unit) {
            let text = "<svg xmlns='http://www.w3.org/2000/svg'>" + String(repeating: "<g/>", count: 40_000) + "</svg>"
            return try SVG.decoded(
                Array(text.utf8), side: SVG.unitSide, limits: ImageLimits(bytes: 256 * 1024, side: 2048), by: .unit(socket: unit.path))
        }
    }

    @Test("what is drawn comes back")
    func drawing() throws {
        #expect(try drawn(.draw).width == 4)
    }

    @Test("a document that was read and not drawn is at fault, whether it was read to its end or not")
    func refused() {
        for acts in [[Act.refuse], [.refuseUnread, .draw, .refuse], [.refuseUnread, .draw, .refuseUnread]] {
            let error = #expect(throws: ImageError.self) {
                switch acts.count {
                case 1: _ = try drawn(acts[0])
                default: _ = try drawn(acts[0], acts[1], acts[2])
                }
            }
            if case .unreadable = error {} else { Issue.record("\(acts): \(String(describing: error))") }
        }
    }

    @Test("a connection that is closed at once says nothing of the document")
    func closed() throws {
        #expect(throws: ImageError.busy) { try drawn(.close) }
        #expect(throws: ImageError.busy) { try drawn(.refuseUnread, .close) }
        #expect(try drawn(.close, .draw).width == 4, "tried again")
    }
}
