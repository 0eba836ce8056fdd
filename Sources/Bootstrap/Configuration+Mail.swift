import Curl
import Mail

/// How mails leave this host, and whom they come from.
public struct MailConfiguration: Sendable {
    public var way: Way
    public var from: MailSender

    public enum Way: Sendable {
        /// The program of that name.
        case sendmail
        case smtp(MailServer)
    }
}

extension Configuration {
    /// The key that mails are sealed with; nil where none are sent.
    public var mailKey: String? { mail == nil ? nil : secretKey }

    /// Nil without MASK_MAIL.
    static func mail(_ environment: Environment, appHost: String?) throws(Environment.Failure) -> MailConfiguration? {
        guard let text = environment.optional("MASK_MAIL") else { return nil }
        guard appHost != nil else {
            throw Environment.Failure(description: "MASK_MAIL is set without MASK_APP_HOST; mails have links to the dashboard")
        }
        let password = try environment.secret("MASK_MAIL_PASSWORD")
        return MailConfiguration(way: try way(text, password, environment.optional("MASK_MAIL_CA")), from: try sender(environment))
    }

    private static func sender(_ environment: Environment) throws(Environment.Failure) -> MailSender {
        guard let text = environment.optional("MASK_MAIL_FROM") else {
            throw Environment.Failure(description: "MASK_MAIL_FROM is missing; set it to whom mails come from, as MASK <mask@example.com>")
        }
        guard let sender = MailSender(text) else {
            throw Environment.Failure(
                description: "MASK_MAIL_FROM is \(text); set it to an address, as mask@example.com or MASK <mask@example.com>")
        }
        return sender
    }

    private static func way(_ text: String, _ password: String?, _ authorities: String?) throws(Environment.Failure) -> MailConfiguration.Way {
        if text == "sendmail" { return .sendmail }
        let mistake = Environment.Failure(
            description: "MASK_MAIL is not sendmail, smtps://user@host:465 or smtp://host:25; set it to one of them")
        guard let (isTLS, rest) = scheme(text), !rest.contains(where: { "/?#\\\"".contains($0) || $0.isWhitespace }) else { throw mistake }
        // The name of an account may have an @ of its own.
        let mark = rest.lastIndex(of: "@")
        guard let (host, port) = place(mark.map { rest[rest.index(after: $0)...] } ?? rest, standard: isTLS ? 465 : 25) else { throw mistake }
        var server = MailServer(host: host, port: port, isTLS: isTLS, name: "localhost")
        if let user = mark.map({ String(rest[..<$0]) }) {
            guard !user.isEmpty else { throw mistake }
            guard !user.contains(":") else {
                throw Environment.Failure(description: "MASK_MAIL has a password in it; put it into MASK_MAIL_PASSWORD or the file of MASK_MAIL_PASSWORD_FILE")
            }
            guard let password else {
                throw Environment.Failure(description: "MASK_MAIL_PASSWORD is missing; MASK_MAIL signs in as \(user)")
            }
            (server.user, server.password) = (user, password)
        }
        server.caFile = authorities
        return .smtp(server)
    }

    private static func scheme(_ text: String) -> (isTLS: Bool, rest: Substring)? {
        if text.hasPrefix("smtps://") { return (true, text.dropFirst(8)) }
        if text.hasPrefix("smtp://") { return (false, text.dropFirst(7)) }
        return nil
    }

    /// `host`, `host:port`, `[2001:db8::1]:port`.
    private static func place(_ text: Substring, standard: Int) -> (host: String, port: Int)? {
        var (host, port) = (text, Substring())
        if text.first == "[" {
            guard let end = text.lastIndex(of: "]") else { return nil }
            (host, port) = (text[..<end].dropFirst(), text[text.index(after: end)...])
        } else if let mark = text.firstIndex(of: ":") {
            (host, port) = (text[..<mark], text[mark...])
        }
        guard !host.isEmpty else { return nil }
        if port.isEmpty { return (String(host), standard) }
        guard port.first == ":", let number = Int(port.dropFirst()), (1...65535).contains(number) else { return nil }
        return (String(host), number)
    }
}
