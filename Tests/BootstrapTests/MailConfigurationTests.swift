import Bootstrap
import Foundation
import Mail
import Support
import Testing

@Suite("The configuration of mail")
struct MailConfigurationTests {
    private func configuration(_ values: [String: String]) throws -> Configuration {
        let standard = [
            "MASK_SECRET_KEY": "0123456789abcdef0123456789abcdef", "MASK_APP_HOST": "app.mask.test", "MASK_MAIL_FROM": "MASK <mask@example.com>",
        ]
        return try Configuration(Environment(standard.merging(values) { $1 }))
    }

    @Test("without MASK_MAIL there is none")
    func none() throws {
        let configuration = try configuration(["MASK_MAIL_FROM": ""])
        #expect(configuration.mail == nil && configuration.mailKey == nil && !configuration.site.sendsMail)
    }

    @Test("sendmail is a program of this host")
    func sendmail() throws {
        let configuration = try configuration(["MASK_MAIL": "sendmail"])
        guard case .sendmail? = configuration.mail?.way else { return #expect(Bool(false)) }
        #expect(configuration.site.sendsMail && configuration.mailKey == configuration.secretKey)
        #expect(configuration.mail?.from.address.description == "mask@example.com" && configuration.mail?.from.name?.text == "MASK")
    }

    @Test("a server: host, port, and as whom", arguments: [
        ("smtp://relay.example", "relay.example", 25, false, nil), ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, false, nil),
        ("smtps://jo@mail.example.com:465", "mail.example.com", 465, true, "jo"),
        ("smtps://jo@example.com@mail.example.com", "mail.example.com", 465, true, "jo@example.com"),
        ("smtps://[2001:db8::1]:4650", "2001:db8::1", 4650, true, nil),
    ])
    func server(text: String, host: String, port: Int, isTLS: Bool, user: String?) throws {
        let configuration = try configuration(["MASK_MAIL": text, "MASK_MAIL_PASSWORD": "secret"])
        guard case .smtp(let server)? = configuration.mail?.way else { return #expect(Bool(false)) }
        #expect(server.host == host && server.port == port && server.isTLS == isTLS && server.user == user)
        #expect(server.password == (user == nil ? nil : "secret"))
    }

    @Test("authorities of its own, for a server whose certificate is of none that the system knows")
    func authorities() throws {
        for (file, expected) in [("", nil), ("/etc/mask/mail-ca.pem", "/etc/mask/mail-ca.pem")] {
            let configuration = try configuration(["MASK_MAIL": "smtp://relay.example", "MASK_MAIL_CA": file])
            guard case .smtp(let server)? = configuration.mail?.way else { return #expect(Bool(false)) }
            #expect(server.caFile == expected)
        }
    }

    @Test("the password can stand in a file")
    func file() throws {
        let folder = try TemporaryFolder("mail")
        try Data("s3cret\n".utf8).write(to: URL(filePath: folder.path + "/password"))
        let configuration = try configuration(["MASK_MAIL": "smtps://jo@mail.example.com", "MASK_MAIL_PASSWORD_FILE": folder.path + "/password"])
        guard case .smtp(let server)? = configuration.mail?.way else { return #expect(Bool(false)) }
        #expect(server.password == "s3cret")
    }

    @Test("a mistake is told with the variable's name, and no password is told", arguments: [
        (["MASK_MAIL": "yes"], "MASK_MAIL is not"), (["MASK_MAIL": "http://mail.example.com"], "MASK_MAIL is not"),
        (["MASK_MAIL": "smtp://"], "MASK_MAIL is not"), (["MASK_MAIL": "smtp://a:0"], "MASK_MAIL is not"), (["MASK_MAIL": "smtp://a:b"], "MASK_MAIL is not"),
        (["MASK_MAIL": "smtp://a/b"], "MASK_MAIL is not"), (["MASK_MAIL": "smtps://@a", "MASK_MAIL_PASSWORD": "x"], "MASK_MAIL is not"),
        (["MASK_MAIL": "smtps://jo:s3cret@a"], "MASK_MAIL_PASSWORD"), (["MASK_MAIL": "smtps://jo@a"], "MASK_MAIL_PASSWORD is missing"),
        (["MASK_MAIL": "sendmail", "MASK_MAIL_FROM": ""], "MASK_MAIL_FROM is missing"),
        (["MASK_MAIL": "sendmail", "MASK_MAIL_FROM": "nobody"], "MASK_MAIL_FROM is nobody"),
        (["MASK_MAIL": "sendmail", "MASK_APP_HOST": ""], "MASK_APP_HOST"),
        (["MASK_MAIL": "smtps://jo@a", "MASK_MAIL_PASSWORD_FILE": "/nonexistent"], "MASK_MAIL_PASSWORD_FILE"),
    ])
    func mistakes(values: [String: String], name: String) throws {
        let failure = #expect(throws: Environment.Failure.self) { _ = try configuration(values) }
        #expect(failure?.description.contains(name) == true, "\(failure?.description ?? "")")
        #expect(failure?.description.contains("s3cret") == false)
    }
}
