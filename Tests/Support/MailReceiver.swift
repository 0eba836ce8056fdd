import Glibc
import Threads

/// A mail server on a port of this machine that speaks as much of SMTP as a test needs. It keeps what it has taken.
public final class MailReceiver: Sendable {
    public struct Taken: Sendable, Equatable {
        public var sender: String
        public var recipients: [String]
        /// Without the dots that were stuffed.
        public var message: String
        /// What AUTH PLAIN was said, decoded by nobody.
        public var credentials: String?
    }

    private let receiver: Receiver
    private let box: Monitor<[Taken]>

    public var port: Int { receiver.port }
    public var taken: [Taken] { box.withLock { $0 } }

    /// - Parameter refusal: what RCPT is answered; nil takes all.
    public init(refusal: String? = nil, offersSignIn: Bool = false) throws {
        let box = Monitor<[Taken]>([])
        self.box = box
        receiver = try Receiver { visitor in
            var lines = Lines(visitor.descriptor)
            var taken = Taken(sender: "", recipients: [], message: "")
            visitor.send("220 test ESMTP\r\n")
            while let line = lines.next() {
                switch line.prefix(4).uppercased() {
                case "EHLO": visitor.send("250-test\r\n" + (offersSignIn ? "250-AUTH PLAIN\r\n" : "") + "250 8BITMIME\r\n")
                case "AUTH":
                    taken.credentials = line.split(separator: " ").last.map(String.init)
                    if line.split(separator: " ").count < 3 {
                        visitor.send("334 \r\n")
                        taken.credentials = lines.next()
                    }
                    visitor.send("235 in\r\n")
                case "MAIL":
                    taken.sender = line
                    visitor.send("250 ok\r\n")
                case "RCPT":
                    if refusal == nil { taken.recipients.append(line) }
                    visitor.send((refusal ?? "250 ok") + "\r\n")
                case "DATA":
                    visitor.send("354 go\r\n")
                    var message = ""
                    while let line = lines.next(), line != "." { message += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\n" }
                    taken.message = message
                    box.withLock { $0.append(taken) }
                    visitor.send("250 taken\r\n")
                case "QUIT":
                    visitor.send("221 bye\r\n")
                    return
                default: visitor.send("500 what\r\n")
                }
            }
        }
    }

    /// Lines of a connection.
    private struct Lines {
        private let descriptor: Int32
        private var bytes: [UInt8] = []

        init(_ descriptor: Int32) { self.descriptor = descriptor }

        /// Nil at the end.
        mutating func next() -> String? {
            while true {
                if let end = bytes.firstIndex(of: 10) {
                    defer { bytes.removeSubrange(...end) }
                    return String(decoding: bytes[..<end].filter { $0 != 13 }, as: UTF8.self)
                }
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return nil }
                bytes += buffer.prefix(count)
            }
        }
    }
}
