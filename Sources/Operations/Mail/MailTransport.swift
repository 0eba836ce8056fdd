import Bootstrap
import Curl
import Mail
import POSIX

/// By which way mails leave this host.
public struct MailTransport: Sendable {
    private let way: Way
    private let from: MailSender

    enum Way: Sendable {
        /// A program that reads a mail and takes the recipient from its header: sendmail(8), as exim4, postfix, dma, nullmailer and
        /// msmtp-mta have it.
        case program(String)
        case server(MailServer)
    }

    private static let sendmail = "/usr/sbin/sendmail"
    private static let seconds = 45

    public init(_ configuration: MailConfiguration, name: String) {
        switch configuration.way {
        case .sendmail: self.init(.program(Self.sendmail), from: configuration.from)
        case .smtp(var server):
            server.name = name
            self.init(.server(server), from: configuration.from)
        }
    }

    init(_ way: Way, from: MailSender) { (self.way, self.from) = (way, from) }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Hands a mail over. That it arrives, nobody can know.
    /// - Parameter host: of the dashboard.
    public func send(_ text: MailText, to recipient: MailAddress, as id: MailID, host: String) throws {
        let message = MailMessage(id: id, from: from, to: recipient, text: text, host: host)
        switch way {
        case .program(let path): try feed(message.bytes(.host), to: path)
        case .server(let server): try server.take(message.bytes(), from: from.address.description, to: recipient.description)
        }
    }

    private func feed(_ bytes: [UInt8], to path: String) throws {
        let (status, text) = try Program.feed(bytes, to: [path, "-t", "-i"], seconds: Self.seconds)
        switch status {
        case 0: return
        case 127: throw Failure(description: "\(path) is missing; install a mail server such as dma, or set MASK_MAIL to an smtps:// address")
        case 137: throw Failure(description: "\(path) has not ended within \(Self.seconds) s")
        default: throw Failure(description: "\(path) failed (\(status)): \(text.split(whereSeparator: \.isNewline).last ?? "it says nothing")")
        }
    }
}
