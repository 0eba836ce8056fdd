import AccountStore
import Crypto
import DeliveryStore
import Glibc
import Logging
import Mail
import MariaDB
import Model
import Store
import Support
import Testing

@testable import Webhooks

@Suite("Mails about failing endpoints", .database)
struct FailingMailTests {
    private let database = TestDatabase.current

    /// One attempt of an endpoint whose failures began thirty hours ago.
    private func fail(sendsMail: Bool) throws -> Webhook {
        signal(SIGPIPE, SIG_IGN)
        let receiver = try Receiver.answering("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nok")
        let tenant = try database.makeTenant()
        let webhook = try database.makeWebhook(of: tenant, to: receiver.url)
        try database.makeEvents(1, of: tenant)
        try database.connect().execute("UPDATE webhook_lanes SET failures = 4, failing_since = UTC_TIMESTAMP(3) - INTERVAL 30 HOUR WHERE lane = 0")
        var policy = WebhookPolicy(
            allowsHTTP: true, addresses: AddressPolicy(opened: [try AddressRange(validating: "127.0.0.0/8")]), key: TestDatabase.secretKey)
        policy.sendsMail = sendsMail
        var logger = Logger(label: "sender") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .critical
        try Sender(store: database.senderStore, policy: policy, logger: logger).runOnce()
        #expect(try database.number("SELECT COUNT(*) FROM audit_log WHERE action = 'webhook.failing'") == 1)
        return webhook
    }

    @Test("the sender leaves one mail for the owners and admins, with the rights that it has")
    func on() throws {
        let webhook = try fail(sendsMail: true)
        let row = try #require(try database.administratorStore.read { try $0.query("SELECT recipient, kind, content FROM mails") }.first)
        #expect(try row.string(0) == "" && row.string(1) == "endpoint_failing")
        let content = try #require(try unseal(try row.bytes(2), secret: TestDatabase.secretKey))
        guard case .endpointFailing(let told)? = MailNotice(.endpointFailing, content: content) else { return #expect(Bool(false)) }
        #expect(told.webhook == webhook.id && told.workspace == webhook.workspace)
    }

    @Test("where no mail is sent it leaves none")
    func off() throws {
        _ = try fail(sendsMail: false)
        #expect(try database.number("SELECT COUNT(*) FROM mails") == 0)
    }
}
