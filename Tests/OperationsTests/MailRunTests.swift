import AccountStore
import Bootstrap
import Crypto
import Curl
import Foundation
import Mail
import Model
import Store
import Support
import Testing
import Work

@testable import Operations

/// `maskctl mail send`, by a program that stands in for sendmail(8) and by a server of this machine.
@Suite("Sending mails", .database)
struct MailRunTests {
    private let database = TestDatabase.current
    private let folder: TemporaryFolder
    private let office: Office
    private let from: MailSender

    init() throws {
        folder = try TemporaryFolder("mail")
        var site = SiteConfiguration(apiHost: "api.mask.test", linkHost: "mask.test")
        (site.appHost, site.sendsMail) = ("app.mask.test", true)
        office = Office(
            site: site, store: database.store, redis: try TestServers.redis().makePool(capacity: 4), secretKey: TestDatabase.secretKey)
        from = try #require(MailSender("MASK <mask@example.com>"))
    }

    private func add(_ notice: MailNotice, to recipient: String?) throws {
        let mail = OutgoingMail(notice, to: recipient.flatMap { MailAddress($0) })
        try database.store.write { try Mails.add(mail, sealedWith: TestDatabase.secretKey, at: .now(), on: $0) }
    }

    /// A program that keeps its words and what it reads, a file for each run.
    private func program(_ more: String = "") throws -> MailTransport {
        let path = folder.path + "/sendmail"
        let script = "#!/bin/sh\n\(more)\nfile=\(folder.path)/$$.mail\necho \"$@\" >$file\ncat >>$file\n"
        try Data(script.utf8).write(to: URL(filePath: path))
        chmod(path, 0o755)
        return MailTransport(.program(path), from: from)
    }

    private func mails() throws -> [String] {
        try folder.files.filter { $0.hasSuffix(".mail") }.map { try String(contentsOfFile: folder.path + "/" + $0, encoding: .utf8) }
    }

    private func run(_ transport: MailTransport, key: String = TestDatabase.secretKey) throws -> MailRun.Outcome {
        try MailRun(office, key: key, by: transport).run()
    }

    private func newUser(_ email: String) throws -> User {
        let user = User(email: email, name: "Ada", handle: try randomBytes(32), createdAt: .now())
        try database.store.write { try Users.create(user, on: $0) }
        return user
    }

    /// Invites somebody, as the dashboard does: their mail waits.
    private func invite(_ email: String) throws -> OneTimeLinkWork.Shown {
        let tenant = try database.makeTenant()
        return try OneTimeLinkWork(office, by: .maskctl(nil)).invite(email, to: tenant.workspace, as: .member).make().value
    }

    private let signIn = MailNotice.signIn(.init(from: .init(browser: "Firefox", system: "Linux", address: "203.0.113.0/24"), at: .now()))

    // MARK: Ways

    @Test("a program gets one mail each, as sendmail -t -i, and lines as this host ends them")
    func sendmail() throws {
        try add(signIn, to: "ada@example.com")
        try add(signIn, to: "bob@example.com")
        let outcome = try run(try program())
        #expect(outcome == .init(sent: 2))
        let mails = try mails()
        #expect(mails.count == 2)
        for mail in mails {
            #expect(mail.hasPrefix("-t -i\nDate: ") && !mail.contains("\r"))
            #expect(mail.contains("\nAuto-Submitted: auto-generated\n") && mail.contains("\nSubject: New sign-in to your account\n"))
            #expect(mail.contains("Network: 203.0.113.0/24"))
        }
        #expect(mails.count { $0.contains("\nTo: <ada@example.com>\n") } == 1)
        #expect(try run(try program()) == .init(), "nothing is sent twice")
    }

    @Test("who waits for mails hears of one at once, and of none where its time is up")
    func calls() throws {
        let redis = try TestServers.redis()
        let calls = try MailCalls(redis)
        while calls.wait(until: .after(milliseconds: 300)) {}
        #expect(try office.requestReset("ada@example.com").make().isChange)
        let begun = ContinuousClock.now
        #expect(calls.wait(until: .after(milliseconds: 10_000)))
        #expect(ContinuousClock.now - begun < .seconds(5))
        #expect(try run(try program()) == .init(dropped: 1), "there is no such account")
    }

    @Test("a program that fails is named with its last words, and the mail is tried again under the same id")
    func failing() throws {
        try add(signIn, to: "ada@example.com")
        #expect(try run(try program("echo 'first'; echo 'queue is full' >&2; exit 75")) == .init(failed: 1))
        let listed = try #require(try database.store.read { try Mails.list(on: $0) }.first)
        #expect(listed.complaint == "\(folder.path)/sendmail failed (75): queue is full")
        #expect(try run(try program()) == .init(), "not before a minute has passed")
        try database.connect().execute("UPDATE mails SET due_at = UTC_TIMESTAMP(3)")
        #expect(try run(try program()) == .init(sent: 1))
        #expect(try mails().first?.contains("Message-ID: <\(listed.id)@app.mask.test>") == true)
    }

    @Test("a program that is missing, and one that hangs, fail in a sentence")
    func missing() throws {
        try add(signIn, to: "ada@example.com")
        #expect(try run(MailTransport(.program("/nonexistent/sendmail"), from: from)).failed == 1)
        #expect(try database.store.read { try Mails.list(on: $0) }.first?.complaint?.hasPrefix("/nonexistent/sendmail is missing") == true)
    }

    @Test("a server gets envelope and message, dots stuffed and nothing else changed")
    func smtp() throws {
        let receiver = try MailReceiver()
        let shown = try invite("bob@example.com")
        let server = MailServer(host: "127.0.0.1", port: receiver.port, isTLS: false, name: "app.mask.test")
        #expect(try run(MailTransport(.server(server), from: from)) == .init(sent: 1))
        let taken = try #require(receiver.taken.first)
        #expect(taken.sender.hasPrefix("MAIL FROM:<mask@example.com>") && taken.recipients == ["RCPT TO:<bob@example.com>"])
        #expect(taken.message.hasPrefix("Date: ") && taken.message.contains("\nSubject: Invitation to Workspace demo\n"))
        #expect(taken.message.contains("https://app.mask.test/accept#\(shown.token)") && taken.credentials == nil)
    }

    @Test("lines that begin with a dot arrive as they are")
    func dots() throws {
        let receiver = try MailReceiver()
        let server = MailServer(host: "127.0.0.1", port: receiver.port, isTLS: false, name: "app.mask.test")
        try server.take(Array("Subject: x\r\n\r\n.\r\n..two\r\nend\r\n".utf8), from: "a@example.com", to: "b@example.com")
        #expect(receiver.taken.first?.message == "Subject: x\n\n.\n..two\nend\n")
    }

    @Test("a server that wants a name gets it, with the password")
    func signedIn() throws {
        let receiver = try MailReceiver(offersSignIn: true)
        var server = MailServer(host: "127.0.0.1", port: receiver.port, isTLS: false, name: "app.mask.test")
        (server.user, server.password) = ("jo@example.com", "secret")
        try server.take(Array("Subject: x\r\n\r\nx\r\n".utf8), from: "a@example.com", to: "b@example.com")
        let credentials = receiver.taken.first?.credentials.flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
        #expect(credentials == "\0jo@example.com\0secret")
    }

    @Test("what a server says against it is kept in its own words; one that is not there is told of, too")
    func refused() throws {
        let receiver = try MailReceiver(refusal: "550 5.1.1 no such user")
        try add(signIn, to: "nobody@example.com")
        let server = MailServer(host: "127.0.0.1", port: receiver.port, isTLS: false, name: "app.mask.test")
        #expect(try run(MailTransport(.server(server), from: from)) == .init(failed: 1))
        #expect(try database.store.read { try Mails.list(on: $0) }.first?.complaint == "127.0.0.1:\(receiver.port): 550 5.1.1 no such user")
        let away = MailServer(host: "127.0.0.1", port: try Receiver.freePorts(1)[0], isTLS: false, name: "app.mask.test")
        let refusal = #expect(throws: MailServer.Refusal.self) { try away.take([], from: "a@example.com", to: "b@example.com") }
        #expect(refusal?.description.contains("127.0.0.1:\(away.port): ") == true)
    }

    @Test("neither address can bring a command of its own", arguments: ["a@example.com>\r\nRCPT TO:<eve@example.com", "<a@example.com>", "a b@example.com", ""])
    func commands(address: String) throws {
        let server = MailServer(host: "127.0.0.1", port: 1, isTLS: false, name: "app.mask.test")
        let refusal = #expect(throws: MailServer.Refusal.self) { try server.take([], from: "a@example.com", to: address) }
        #expect(refusal?.description == "an address cannot be sent")
    }

    // MARK: What is sent

    @Test("a reset has a link that works, made when it is sent; for nobody, and for who is disabled, nothing is sent")
    func reset() throws {
        let user = try newUser("ada@example.com")
        var disabled = try newUser("eve@example.com")
        disabled.disabledAt = .now()
        try database.store.write { [disabled] in try Users.update(disabled, on: $0) }
        for email in ["ada@example.com", "eve@example.com", "nobody@example.com"] { try add(.reset, to: email) }
        #expect(try run(try program()) == .init(sent: 1, dropped: 2))
        let mail = try #require(try mails().first)
        let token = try #require(mail.firstMatch(of: /https:\/\/app\.mask\.test\/reset#([A-Za-z0-9_-]{43})/)).output.1
        let link = try database.store.read { try OneTimeLinks.find(digest: sha256(String(token)), at: .now(), on: $0) }
        #expect(link?.user == user.id && link?.purpose == .reset)
        #expect(try database.number("SELECT COUNT(*) FROM one_time_links") == 1)
        #expect(try database.store.read { try Mails.list(on: $0) }.isEmpty)
    }

    @Test("of a failing endpoint the owners and admins of the workspace hear, each by one mail")
    func endpoint() throws {
        let tenant = try database.makeTenant()
        let webhook = try database.makeWebhook(of: tenant, to: "https://receiver.example/hook")
        for (email, role) in [("o@example.com", Role.owner), ("a@example.com", .admin), ("m@example.com", .member), ("v@example.com", .viewer)] {
            let member = Member(id: .new(), workspace: tenant.workspace.id, email: email, name: email, role: role, createdAt: .now())
            try database.store.write { try Members.create(member, on: $0) }
        }
        let since = try #require(Timestamp(rfc3339: "2026-01-31T23:59:59Z"))
        let notice = MailNotice.endpointFailing(.init(workspace: tenant.workspace.id, webhook: webhook.id, since: since))
        try add(notice, to: nil)
        #expect(try run(try program()) == .init(sent: 2))
        let mails = try mails()
        #expect(mails.count { $0.contains("To: <o@example.com>") } == 1 && mails.count { $0.contains("To: <a@example.com>") } == 1)
        #expect(mails.allSatisfy { $0.contains("https://receiver.example/hook") && $0.contains("2026-01-31 23:59 UTC") })
        // One that is disabled by now is no news.
        try database.connect().execute("UPDATE webhooks SET enabled = FALSE")
        try add(notice, to: "o@example.com")
        #expect(try run(try program()) == .init(dropped: 1))
    }

    @Test("an invitation that was withdrawn meanwhile is not sent; what was sealed with another secret key is given up")
    func ended() throws {
        let shown = try invite("a@example.com")
        #expect(try database.store.write { try OneTimeLinks.use(shown.link, on: $0) })
        #expect(try run(try program()) == .init(dropped: 1))
        try add(signIn, to: "a@example.com")
        let outcome = try run(try program(), key: String(repeating: "x", count: 32))
        #expect(outcome.givenUp.count == 1 && outcome.givenUp[0].contains("another MASK_SECRET_KEY"))
        #expect(try mails().isEmpty)
    }

    @Test("of a certificate that ends within ten days MASK_ACME_EMAIL hears once a day, whichever host looks")
    func certificates() throws {
        func configuration(_ more: [String: String]) throws -> Configuration {
            try Configuration(Environment([
                "MASK_SECRET_KEY": TestDatabase.secretKey, "MASK_APP_HOST": "app.mask.test", "MASK_MAIL_FROM": "mask@example.com",
                "MASK_ACME_EMAIL": "Root@example.com",
            ].merging(more) { $1 }))
        }
        let (now, store) = (Timestamp.now(), database.store)
        let ends = [("soon.example", now.seconds + 9 * 86_400), ("later.example", now.seconds + 11 * 86_400), ("gone.example", now.seconds - 5)]
        try CertificateMails.add(about: ends, try configuration([:]), in: store, at: now)
        #expect(try store.read { try Mails.list(on: $0) }.isEmpty, "without MASK_MAIL none")
        let on = try configuration(["MASK_MAIL": "sendmail"])
        for _ in 0..<3 { try CertificateMails.add(about: ends, on, in: store, at: now) }
        #expect(try store.read { try Mails.list(on: $0) }.map(\.recipient) == ["root@example.com", "root@example.com"])
        #expect(try run(try program()) == .init(sent: 2))
        #expect(try mails().contains { $0.contains("maskctl domain certificate soon.example") })
        try CertificateMails.add(about: ends, on, in: store, at: now.adding(days: 1))
        #expect(try store.read { try Mails.list(on: $0) }.count == 2)
    }
}
