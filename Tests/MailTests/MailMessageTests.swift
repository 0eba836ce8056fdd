import Foundation
import Model
import Testing

@testable import Mail

@Suite("A mail as it is sent")
struct MailMessageTests {
    private let id = MailID(ULID(value: 7))

    private func message(_ text: MailText, from: String = "MASK <mask@example.com>", to: String = "ada@example.com") throws -> MailMessage {
        var message = MailMessage(
            id: id, from: try #require(MailSender(from)), to: try #require(MailAddress(to)), text: text, host: "app.mask.test")
        message.date = try #require(Timestamp(rfc3339: "2026-01-31T23:59:59Z"))
        return message
    }

    private func text(_ text: MailText, _ end: MailMessage.LineEnd = .network) throws -> String {
        String(decoding: try message(text).bytes(end), as: UTF8.self)
    }

    // MARK: The whole

    @Test("every byte: header, plain text, HTML, and the same id at each try")
    func bytes() throws {
        let mail = try text(MailText("Hello", [.paragraph("One."), .link("Go", to: "https://app.mask.test/accept#a=b")]), .host)
        #expect(mail == """
            Date: Sat, 31 Jan 2026 23:59:59 +0000
            From: "MASK"
             <mask@example.com>
            To: <ada@example.com>
            Subject: Hello
            Message-ID: <\(id)@app.mask.test>
            Auto-Submitted: auto-generated
            X-Auto-Response-Suppress: All
            MIME-Version: 1.0
            Content-Type: multipart/alternative;
             boundary="=_\(id)"

            --=_\(id)
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            One.

            Go:
            https://app.mask.test/accept#a=3Db

            --=_\(id)
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <!doctype html>
            <html lang=3D"en">
            <head><meta charset=3D"utf-8"><title>Hello</title></head>
            <body style=3D"font-family: sans-serif; line-height: 1.5; max-width: 36em; =
            margin: 1.5em">
            <p>One.</p>
            <p>Go:<br>
            <a href=3D"https://app.mask.test/accept#a=3Db">https://app.mask.test/accept=
            #a=3Db</a></p>
            </body>
            </html>

            --=_\(id)--

            """)
    }

    @Test("on the wire every line ends in CR LF, is short, and is ASCII")
    func wire() throws {
        let long = String(repeating: "Grüße an alle, die hier lesen. ", count: 40)
        let bytes = try message(MailText(HeaderText(long), [.paragraph(long), .facts([.init("A", long)])])).bytes()
        #expect(bytes.allSatisfy { $0 < 0x80 })
        for (place, byte) in bytes.enumerated() where byte == 10 { #expect(place > 0 && bytes[place - 1] == 13) }
        for (place, byte) in bytes.enumerated() where byte == 13 { #expect(bytes[place + 1] == 10) }
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0.count <= 79 }, "\(lines.map(\.count).max() ?? 0)")
        #expect(lines.allSatisfy { $0.dropLast().last != 32 }, "no line ends in a space, which relays cut off")
    }

    // MARK: Header fields

    @Test("nobody's name begins another field: line breaks and controls are spaces by type", arguments: [
        "Acme\r\nBcc: eve@example.com", "Acme\nBcc: eve@example.com", "Acme\rBcc: eve@example.com", "Acme\u{0}\u{b}\u{c}x",
        "Acme\u{85}Bcc: x", "Acme\u{2028}Bcc: x", "Acme\u{2029}Bcc: x", "\r\n\r\nbody", "Acme =?UTF-8?B?DQpCY2M6?=",
    ])
    func injection(name: String) throws {
        let end = try #require(Timestamp(rfc3339: "2026-02-07T12:00:00Z"))
        let mail = try text(.invitation(to: name, as: .member, by: name, link: "https://app.mask.test/accept#x", until: end))
        let head = try #require(mail.firstRange(of: "\r\n\r\n").map { mail[..<$0.lowerBound] })
        let fields = head.replacing("\r\n ", with: " ").split(separator: "\r\n")
        #expect(fields.map { $0.prefix { $0 != ":" } } == [
            "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type",
        ])
        #expect(Self.subject(mail).hasPrefix("Invitation to "))
    }

    @Test("a subject comes back as it was, whatever script it has", arguments: [
        "Invitation to Acme", "Einladung zu Müller & Söhne", "招待状: 株式会社エーシーエムイー、そしてとても長い名前のワークスペースへようこそ",
        "👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀👩🏽‍🚀", String(repeating: "long ", count: 30) + "end", "=?UTF-8?Q?no?= word",
    ])
    func subjects(subject: String) throws {
        let mail = try text(MailText(HeaderText(subject), [.paragraph("x")]))
        #expect(Self.subject(mail) == subject)
        let lines = mail.split(separator: "\r\n").drop { !$0.hasPrefix("Subject:") }
        for line in lines.prefix(1) + lines.dropFirst().prefix(while: { $0.hasPrefix(" ") }) { #expect(line.utf8.count <= 76) }
    }

    @Test("a subject is cut off at 200 characters")
    func length() { #expect(HeaderText(String(repeating: "a", count: 300)).text == String(repeating: "a", count: 199) + "…") }

    /// What the header says, unfolded and decoded.
    private static func subject(_ mail: String) -> String {
        let lines = mail.split(separator: "\r\n").drop { !$0.hasPrefix("Subject: ") }
        guard let first = lines.first else { return "" }
        let folded = [first.dropFirst(9)] + lines.dropFirst().prefix { $0.hasPrefix(" ") }.map { $0.dropFirst() }
        let words = folded.map { word -> [UInt8]? in
            guard word.hasPrefix("=?UTF-8?B?"), word.hasSuffix("?=") else { return nil }
            return Data(base64Encoded: String(word.dropFirst(10).dropLast(2))).map { [UInt8]($0) }
        }
        if words.contains(where: { $0 == nil }) { return folded.joined(separator: " ") }
        return String(decoding: words.compactMap(\.self).flatMap(\.self), as: UTF8.self)
    }

    // MARK: Addresses

    @Test("an address is one, and reads as one in a header and in a command", arguments: [
        ("ada@example.com", "ada@example.com"), ("Ada.Lovelace+mask@Example.COM", "ada.lovelace+mask@example.com"),
        ("root@localhost", "root@localhost"), ("a@xn--mller-kva.example", "a@xn--mller-kva.example"),
        ("", nil), ("ada", nil), ("@example.com", nil), ("ada@", nil), ("a@b@c", nil), ("ada@example.com\r\nBcc: e@x", nil),
        ("eve,ada@example.com", nil), ("ada@example.com,eve", nil), ("<ada@example.com>", nil), ("\"ada\"@example.com", nil),
        ("a b@example.com", nil), ("|id@example.com", nil), ("a%b@example.com", nil), ("a!b@example.com", nil), (".a@example.com", nil),
        ("a..b@example.com", nil), ("ada@-example.com", nil), ("ada@example..com", nil), ("ada@[127.0.0.1]", nil), ("ädä@example.com", nil),
    ])
    func addresses(text: String, read: String?) { #expect(MailAddress(text)?.description == read) }

    @Test("whom mails come from: a name in whatever script, or none", arguments: [
        ("mask@example.com", "<mask@example.com>"), ("MASK <mask@example.com>", "\"MASK\"\r\n <mask@example.com>"),
        ("\"Links, Ltd.\" <mask@example.com>", "\"Links, Ltd.\"\r\n <mask@example.com>"),
        ("Büro <mask@example.com>", "=?UTF-8?B?QsO8cm8=?=\r\n <mask@example.com>"),
        ("MASK", nil), ("MASK <mask>", nil), ("a <b <mask@example.com>", nil), ("a\"b <mask@example.com>", nil), ("MASK <mask@example.com> x", nil),
    ])
    func senders(text: String, field: String?) { #expect(MailSender(text)?.field == field) }

    // MARK: Texts

    @Test("people's names are texts in HTML, too")
    func html() throws {
        let end = Timestamp(milliseconds: 0)
        let html = MailText.invitation(
            to: "<script>alert('x')</script>", as: .admin, by: "\"A\" & B", link: "https://app.mask.test/accept#x\"><b>", until: end).html
        #expect(!html.contains("<script") && !html.contains("<b>"))
        #expect(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;") && html.contains("&quot;A&quot; &amp; B"))
    }

    @Test("both texts say the same: what has happened, where to go, and what to do where it was somebody else", arguments: [
        MailText.invitation(to: "Acme", as: .owner, by: "Ada", link: "https://a/accept#t", until: Timestamp(milliseconds: 0)),
        .reset(link: "https://a/reset#t"), .test(of: "a"),
        .signIn(from: [.init("Browser", "Firefox")], at: Timestamp(milliseconds: 0), sessions: "https://a/account/sessions"),
        .endpointFailing("https://r/", of: "Acme", since: Timestamp(milliseconds: 0), deliveries: "https://api/d"),
        .certificateEnding(of: "go.example", at: Timestamp(milliseconds: 0)),
    ] + changes.map { .accountChange($0, from: [.init("Browser", "Firefox")], at: Timestamp(milliseconds: 0), app: "https://a") })
    func both(text: MailText) {
        for block in text.blocks {
            switch block {
            case .paragraph(let words), .command(let words):
                #expect(text.plain.contains(words) && text.html.contains(MailText.escaped(words)))
            case .link(_, let url): #expect(text.plain.contains(url) && text.html.contains("href=\"\(MailText.escaped(url))\""))
            case .facts(let facts):
                for fact in facts { #expect(text.plain.contains(fact.value) && text.html.contains(MailText.escaped(fact.value))) }
            }
        }
        #expect(!text.html.contains("<img") && !text.html.contains("http://"))
    }

    @Test("an invitation says where, as what, by whom and how long")
    func invitation() throws {
        let end = try #require(Timestamp(rfc3339: "2026-02-07T12:00:00Z"))
        let plain = MailText.invitation(to: "Acme", as: .viewer, by: "Ada", link: "https://app.mask.test/accept#t", until: end).plain
        #expect(plain == """
            Ada invites you to the workspace Acme as a viewer: you can look at everything there, and change nothing.

            Accept the invitation:
            https://app.mask.test/accept#t

            The link works once, until 2026-02-07 12:00 UTC. After that, ask whoever invites you for another.

            If you do not know this workspace, do nothing: the link ends by itself.

            """)
    }

    @Test("a passkey that is new is told with its name, from where it was made, and what to do where that was somebody else")
    func newPasskey() throws {
        let now = try #require(Timestamp(rfc3339: "2026-02-07T12:00:00Z"))
        let text = MailText.accountChange(.passkeyAdded("Blue\nkey"), from: [.init("Browser", "Firefox")], at: now, app: "https://app.mask.test")
        #expect(text.subject == "New passkey for your account")
        #expect(text.plain == """
            The passkey Blue key was added to your account. It signs in without a password.

              Browser: Firefox
              Time: 2026-02-07 12:00 UTC

            If it was you, there is nothing to do.

            If it was not you, undo it there, then set another password:
            https://app.mask.test/account/security

            """)
    }

    private static let changes: [MailNotice.AccountChange.What] = [
        .passkeyAdded("Key"), .passkeyRemoved("Key"), .codesTurnedOn, .codesTurnedOff, .passwordChanged, .everythingReset,
    ]

    // MARK: In the outbox

    @Test("what waits is read as it was written; anything else is nothing", arguments: [
        MailNotice.invitation(.init(to: "Ä\n", as: .admin, by: nil, link: "https://a#b", until: Timestamp(milliseconds: 5000))), .reset,
        .signIn(.init(from: .init(browser: "Firefox", system: "Linux", address: "2001:db8::/48"), at: Timestamp(milliseconds: 5000))),
        .endpointFailing(.init(workspace: .new(), webhook: .new(), since: Timestamp(milliseconds: 5000))),
        .certificateEnding(host: "go.example", end: Timestamp(milliseconds: 5000)),
        .accountChange(.init(.passwordChanged, from: nil, at: Timestamp(milliseconds: 5000))),
    ] + changes.map {
        .accountChange(.init($0, from: .init(browser: "Firefox", system: "Linux", address: "2001:db8::/48"), at: Timestamp(milliseconds: 5000)))
    })
    func notices(notice: MailNotice) {
        #expect(MailNotice(notice.kind, content: notice.content) == notice)
        #expect(MailNotice(notice.kind, content: Array("x".utf8)) == nil)
        #expect(notice == .reset || MailNotice(notice.kind, content: Array("{}".utf8)) == nil)
    }
}
