import AccountStore
import Crypto
import Mail
import MariaDB
import Model
import Store
import Support
import Synchronization
import Testing

@testable import Operations

/// The outbox of mails.
@Suite("The outbox of mails", .database)
struct MailsTests {
    private let database = TestDatabase.current
    private var store: Store { database.store }
    private let now = Timestamp.now()

    private func add(_ notice: MailNotice = .reset, to recipient: String? = "ada@example.com", at time: Timestamp? = nil) throws -> Bool {
        let mail = OutgoingMail(notice, to: recipient.flatMap { MailAddress($0) })
        return try store.write { try Mails.add(mail, sealedWith: TestDatabase.secretKey, at: time ?? now, on: $0) }
    }

    private func claim(at time: Timestamp? = nil, key: String = TestDatabase.secretKey) throws -> Mails.Claimed? {
        try store.write { try Mails.claim(unsealedWith: key, at: time ?? now, on: $0) }
    }

    private let invitation = MailNotice.invitation(
        .init(to: "Acme", as: .member, by: "Ada", link: "https://app.mask.test/accept#s3cret-t0ken", until: Timestamp(day: Timestamp.now().day + 7)))

    @Test("what a mail says is nowhere in the database to read, and gone once it was sent")
    func sealed() throws {
        #expect(try add(invitation))
        let stored = try store.read { try $0.query("SELECT content FROM mails")[0].bytes(0) }
        let text = String(decoding: stored, as: UTF8.self)
        for word in ["s3cret-t0ken", "Acme", "accept"] { #expect(!text.contains(word)) }
        #expect(try unseal(stored, secret: TestDatabase.secretKey) == invitation.content)
        let mail = try #require(try claim())
        #expect(mail.notice == invitation && mail.recipient?.description == "ada@example.com" && mail.attempts == 1)
        #expect(try store.write { try Mails.noteEnd(of: mail, at: now, on: $0) })
        #expect(try database.texts("SELECT CAST(content AS CHAR), IFNULL(due_at, 'none'), CAST(sent_at IS NOT NULL AS CHAR) FROM mails") == [["", "none", "1"]])
        #expect(try store.read { try Mails.list(on: $0) }.isEmpty)
        #expect(try claim(at: now.adding(days: 1)) == nil)
    }

    @Test("a hundred mails, eight runs at once: each is claimed once")
    func once() throws {
        for number in 0..<100 { _ = try add(to: "a\(number)@example.com") }
        let claimed = Mutex<[MailID]>([])
        _ = try inParallel(8) { _ in
            while let mail = try claim() { claimed.withLock { $0.append(mail.id) } }
        }
        let all = claimed.withLock { $0 }
        #expect(all.count == 100 && Set(all).count == 100)
    }

    @Test("a failure is tried again after 1, 5 and 30 minutes, 2 and 12 hours, and then given up")
    func retried() throws {
        #expect(try add(invitation))
        var time = now
        for pause in [60, 300, 1800, 7200, 43_200] {
            let mail = try #require(try claim(at: time))
            #expect(try claim(at: time) == nil)
            #expect(try !store.write { try Mails.note("450 busy\r\nX", about: mail, at: time, on: $0) })
            let listed = try #require(try store.read { try Mails.list(on: $0) }.first)
            #expect(listed.complaint == "450 busy X" && listed.dueAt == time.adding(seconds: pause))
            #expect(try claim(at: time.adding(seconds: pause - 1)) == nil)
            time = time.adding(seconds: pause)
        }
        let last = try #require(try claim(at: time))
        #expect(last.attempts == 6)
        #expect(try store.write { try Mails.note("550 unknown", about: last, at: time, on: $0) })
        let listed = try #require(try store.read { try Mails.list(on: $0) }.first)
        #expect(listed.dueAt == nil && listed.attempts == 6 && listed.complaint == "550 unknown")
        #expect(try database.texts("SELECT CAST(content AS CHAR), CAST(failed_at IS NOT NULL AS CHAR) FROM mails") == [["", "1"]])
        #expect(try claim(at: time.adding(days: 2)) == nil)
    }

    @Test("what a run has claimed that died is another's after ten minutes, and the dead one's word counts no more")
    func dead() throws {
        #expect(try add())
        let first = try #require(try claim())
        #expect(try claim(at: now.adding(seconds: 599)) == nil)
        let second = try #require(try claim(at: now.adding(seconds: 600)))
        #expect(second.id == first.id && second.attempts == 2)
        #expect(try !store.write { try Mails.noteEnd(of: first, at: now, on: $0) })
        #expect(try store.write { try Mails.noteEnd(of: second, at: now, on: $0) })
    }

    @Test("a recipient gets ten mails of a kind in a day, so 60 in all; who asks for resets uses up nothing of the others")
    func bounded() throws {
        for _ in 0..<10 { #expect(try add()) }
        #expect(try !add())
        #expect(try add(to: "eve@example.com") && add(invitation))
        #expect(try add(at: now.adding(days: 1).adding(seconds: 1)))
        #expect(Mails.dailyLimit * MailNotice.Kind.allCases.count == 60)
    }

    @Test("with another secret key nothing is read")
    func otherKey() throws {
        #expect(try add(invitation))
        let mail = try #require(try claim(key: String(repeating: "x", count: 32)))
        #expect(mail.notice == nil && mail.kind == .invitation)
    }

    @Test("maintenance forgets after thirty days, sent or not")
    func forgotten() throws {
        _ = try add(at: now.adding(days: -31))
        _ = try add(at: now.adding(days: -29))
        _ = try Maintenance.run(database.administratorStore)
        _ = try Maintenance.run(database.administratorStore)
        #expect(try database.number("SELECT COUNT(*) FROM mails") == 1)
    }

    @Test("the sender of webhooks adds and reads nothing; the workers delete nothing")
    func rights() throws {
        let mail = OutgoingMail(.endpointFailing(.init(workspace: .new(), webhook: .new(), since: now)), to: nil)
        _ = try database.senderStore.write { try Mails.add(mail, sealedWith: TestDatabase.secretKey, at: now, on: $0) }
        for (store, statement) in [
            (database.senderStore, "SELECT * FROM mails"), (database.senderStore, "DELETE FROM mails"),
            (database.senderStore, "UPDATE mails SET sent_at = NOW()"), (store, "DELETE FROM mails"),
        ] as [(Store, String)] {
            #expect(throws: MariaDBError.self) { try store.write { try $0.run(statement) } }
        }
        #expect(try claim()?.recipient == nil)
    }
}
