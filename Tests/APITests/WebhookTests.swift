import DeliveryStore
@testable import Access
import Application
import JSON
import Crypto
import Foundation
import HTTP
import MariaDB
import Model
import Store
import Support
import Testing
import Webhooks

@testable import API
@testable import Resources

/// Endpoints, events, deliveries. What is sent and how: WebhooksTests; all of it together: EndToEnd/WebhookTests.
@Suite("Webhooks")
struct WebhookTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private func path(_ id: WebhookID) -> String { "/webhooks/\(id)" }

    // MARK: Whole exchanges

    @Test("an endpoint is created, and its secret shown")
    func creation() {
        stage.expect("""
            POST /v1/webhooks HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"url": "https://example.com/hooks", "events": ["link.*", "click.recorded"], "tag": "campaign-q1"}

            HTTP/1.1 201 Created
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-0"
            Location: /v1/webhooks/wh_…
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "secret": "whsec_…",
              "id": "wh_…",
              "url": "https://example.com/hooks",
              "description": null,
              "events": [
                "link.*",
                "click.recorded"
              ],
              "link_id": null,
              "domain": null,
              "tag": "campaign-q1",
              "enabled": true,
              "disabled_reason": null,
              "disabled_at": null,
              "previous_secret_ends_at": null,
              "failures": 0,
              "failing_since": null,
              "last_success_at": null,
              "waiting": 0,
              "clicks_dropped": 0,
              "created_at": "<time>",
              "updated_at": "<time>"
            }
            """)
    }

    @Test("an endpoint is read without its secret, in the quick start's dialect too")
    func reading() throws {
        let id = try stage.newWebhook()
        stage.expect("""
            GET /api/v1/webhooks/$ID HTTP/1.1
            Host: mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1-0"
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "data": {
                "id": "wh_…",
                "url": "https://example.com/hooks",
                "description": null,
                "events": [
                  "*"
                ],
                "linkId": null,
                "domain": null,
                "tag": null,
                "enabled": true,
                "disabledReason": null,
                "disabledAt": null,
                "previousSecretEndsAt": null,
                "failures": 0,
                "failingSince": null,
                "lastSuccessAt": null,
                "waiting": 0,
                "clicksDropped": 0,
                "createdAt": "<time>",
                "updatedAt": "<time>"
              }
            }
            """, with: ["ID": id.description])
    }

    @Test("a test is an event of its own, on its way when the answer comes")
    func test() throws {
        let id = try stage.newWebhook()
        stage.expect("""
            POST /v1/webhooks/$ID/test HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 202 Accepted
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "id": "evt_…",
              "type": "webhook.test",
              "timestamp": "<time>",
              "data": {
                "webhook_id": "wh_…"
              },
              "sequence": null
            }
            """, with: ["ID": id.description])
    }

    @Test("what cannot be sent to is refused, with all that is wrong")
    func refusal() {
        stage.expect("""
            POST /v1/webhooks HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"url": "https://10.0.0.1/", "events": [], "secret": "mine"}

            HTTP/1.1 422 Unprocessable Content
            Cache-Control: private, no-store
            Content-Type: application/problem+json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5999;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5999
            X-RateLimit-Reset: <time>

            {
              "type": "https://api.mask.test/docs/errors#validation_failed",
              "title": "Validation failed",
              "status": 422,
              "detail": "Correct the fields listed in errors.",
              "code": "validation_failed",
              "request_id": "req_…",
              "doc_url": "https://api.mask.test/docs/errors#validation_failed",
              "errors": [
                {
                  "pointer": "/events",
                  "code": "empty",
                  "message": "Send at least one event, or *."
                },
                {
                  "pointer": "/url",
                  "code": "blocked_address",
                  "message": "Use a public address."
                },
                {
                  "pointer": "/secret",
                  "code": "unknown_field",
                  "message": "Remove this field or correct its name; it is not known here."
                }
              ]
            }
            """)
    }

    @Test("a delivery is told with its attempts")
    func delivery() throws {
        let id = try stage.newWebhook()
        let delivery = try stage.newDelivery(to: id, .linkCreated, .waiting)
        try stage.tamper("""
            INSERT INTO webhook_attempts (workspace_id, delivery_id, number, started_at, milliseconds, address, http_version, error, body)
            VALUES (\(stage.workspace.id), \(delivery.id), 1, \(Timestamp.now()), 15000, '192.0.2.7', '', 'timeout', '')
            """)
        stage.expect("""
            GET /v1/webhooks/$ID/deliveries/$DELIVERY HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY

            HTTP/1.1 200 OK
            Cache-Control: private, no-store
            Content-Type: application/json
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "id": "dlv_…",
              "webhook_id": "wh_…",
              "event_id": "evt_…",
              "event_type": "link.created",
              "status": "waiting",
              "trigger": "automatic",
              "next_attempt_at": "<time>",
              "created_at": "<time>",
              "finished_at": null,
              "attempts": [
                {
                  "number": 1,
                  "started_at": "<time>",
                  "duration_ms": 15000,
                  "address": "192.0.2.7",
                  "http_version": null,
                  "status": null,
                  "error": "timeout",
                  "body": ""
                }
              ]
            }
            """, with: ["ID": id.description, "DELIVERY": delivery.id.description])
    }

    // MARK: Addresses

    /// Refused where neither http nor an intranet is opened.
    @Test("an address that nothing may be sent to is refused when the endpoint is made, however it is written", arguments: [
        ("http://example.com/", "https_required"), ("HTTP://example.com/", "https_required"),
        ("https://127.0.0.1/", "blocked_address"), ("https://127.1/", "invalid_url"),
        ("https://2130706433/", "invalid_url"), ("https://0x7f.1/", "invalid_url"),
        ("https://0177.0.0.1/", "invalid_url"), ("https://[::1]/", "blocked_address"),
        ("https://[::ffff:10.0.0.1]/", "blocked_address"), ("https://[::127.0.0.1]/", "blocked_address"),
        ("https://10.0.0.1/", "blocked_address"), ("https://172.16.0.1:8443/", "blocked_address"),
        ("https://192.168.1.1/", "blocked_address"), ("https://169.254.169.254/latest", "blocked_address"),
        ("https://100.64.0.1/", "blocked_address"), ("https://224.0.0.1/", "blocked_address"),
        ("https://0.0.0.0/", "blocked_address"), ("https://[fd00:ec2::254]/", "blocked_address"),
        ("https://[fe80::1]/", "blocked_address"), ("https://[64:ff9b::a00:1]/", "blocked_address"),
        ("https://[2002:a00:1::]/", "blocked_address"), ("https://[2001:0:a00:1::]/", "blocked_address"),
        ("https://api.mask.test/v1/links", "own_host"), ("https://mask.test/x", "own_host"),
        ("https://MASK.test/x", "own_host"), ("https://mask.test./x", "invalid_url"), ("https://user:word@example.com/", "invalid_url"),
        ("ftp://example.com/", "invalid_url"), ("//example.com/", "invalid_url"), ("", "invalid_url"),
    ])
    func address(url: String, code: String) throws {
        let stage = try Stage(webhooks: Stage.webhooks(allowsHTTP: false, opened: []))
        let body = JSON.object(["url": .string(url)]).text
        #expect(stage.ask(.post, "/webhooks", body).refusals == ["/url \(code)"])
        let id = try stage.newWebhook()
        #expect(stage.ask(.patch, path(id), body).refusals == ["/url \(code)"])
    }

    @Test("a port that nothing may be sent to is refused when the endpoint is made or moved, with those that may", arguments: [
        ("https://example.com:22/", false), ("https://example.com:8081/", false), ("https://[2606:4700::1111]:25/", false),
        ("http://example.com:443/", true), ("https://example.com/", true), ("http://example.com/", true),
        ("https://example.com:8443/x", true), ("https://example.com:9443/", true),
    ])
    func port(url: String, isAllowed: Bool) throws {
        let stage = try Stage(webhooks: Stage.webhooks(ports: AddressPolicy.usualPorts.union([9443])))
        let id = try stage.newWebhook()
        let body = JSON.object(["url": .string(url)]).text
        for answer in [stage.ask(.post, "/webhooks", body), stage.ask(.patch, path(id), body)] {
            #expect(answer.refusals == (isAllowed ? [] : ["/url blocked_port"]))
            let message = answer.json["errors"]?.arrayValue?.first?["message"]?.stringValue
            #expect(message == (isAllowed ? nil : "Use one of the ports 80, 443, 8080, 8443, 9443."))
        }
    }

    @Test("a domain of any workspace is a host of our own")
    func ownDomain() throws {
        for host in [stage.host, try Stage().host] {
            #expect(stage.ask(.post, "/webhooks", #"{"url": "https://\#(host)/x"}"#).refusals == ["/url own_host"])
        }
    }

    @Test("what the configuration opens is taken: http, and addresses of this machine", arguments: [
        "http://127.0.0.1:8000/hook", "http://[::1]:8000/", "https://example.com/",
    ])
    func opened(url: String) {
        #expect(stage.ask(.post, "/webhooks", #"{"url": "\#(url)"}"#).status == 201)
    }

    // MARK: Fields

    @Test("what is no event, no filter or no setting is refused", arguments: [
        (#""events": []"#, "/events empty"), (#""events": null"#, "/events required"),
        (#""events": ["link.clicked"]"#, "/events/0 invalid_choice"), (#""events": ["*", "webhook.test"]"#, "/events/1 invalid_choice"),
        (#""events": "*""#, "/events invalid_type"), (#""link_id": "lnk_1""#, "/link_id invalid_id"),
        (#""link_id": "lnk_01kac7w8v0e3s5q9x2b4m6n8p0""#, "/link_id unknown_link"),
        (#""domain": "not a host""#, "/domain invalid_host"), (#""domain": "elsewhere.example""#, "/domain unknown_domain"),
        (#""tag": """#, "/tag invalid_tag"), (#""enabled": null"#, "/enabled required"), (#""url": null"#, "/url required"),
        (#""description": "a\nb""#, "/description invalid_text"), (#""secret": "whsec_mine""#, "/secret unknown_field"),
    ])
    func badFields(field: String, refusal: String) throws {
        let id = try stage.newWebhook()
        #expect(stage.ask(.patch, path(id), "{\(field)}").refusals == [refusal])
        guard !field.hasPrefix(#""url""#) else { return }
        #expect(stage.ask(.post, "/webhooks", #"{"url": "https://example.com/", \#(field)}"#).refusals == [refusal])
    }

    @Test("a PATCH changes what is sent, null clears, and If-Match guards it")
    func changing() throws {
        let id = try stage.newWebhook(["description": "CRM", "tag": "x"])
        let tag = stage.ask(.get, path(id))[.eTag]
        let changed = stage.send(.patch, path(id), #"{"events": ["link.created", "link.created"], "tag": null}"#, ifMatch: tag)
        #expect(changed.status == 200 && changed[.eTag] == #""2-0""#)
        #expect(changed.json["events"] == ["link.created"] && changed.json["tag"] == .null && changed.json["description"] == "CRM")
        #expect(changed.json["secret"] == nil)
        #expect(stage.ask(.get, path(id)).json == changed.json)
        #expect(stage.send(.patch, path(id), #"{"tag": "y"}"#, ifMatch: tag).status == 412)
        #expect(stage.send(.delete, path(id), ifMatch: tag).status == 412)
        #expect(stage.send(.post, path(id) + "/rotate-secret", ifMatch: tag).status == 412)
        #expect(stage.ask(.patch, path(id), #"{"description": "CRM"}"#)[.eTag] == changed[.eTag], "no change, no version")
        #expect(try stage.changes("webhook.updated").count == 1)
    }

    @Test("a list has the newest first, in pages")
    func list() throws {
        let ids = try (0..<3).map { _ in try stage.newWebhook().description }
        let first = stage.ask(.get, "/webhooks?limit=2").json
        #expect(first["data"]?.arrayValue?.map { $0["id"]?.stringValue } == [ids[2], ids[1]])
        let rest = stage.ask(.get, "/webhooks?limit=2&starting_after=\(first["next_cursor"]?.stringValue ?? "")").json
        #expect(rest["data"]?.arrayValue?.map { $0["id"]?.stringValue } == [ids[0]] && rest["has_more"] == false)
        #expect(!stage.ask(.get, "/webhooks").text.contains("whsec_"))
    }

    @Test("a deleted endpoint is gone, and its log with it")
    func deletion() throws {
        let id = try stage.newWebhook()
        let delivery = try stage.newDelivery(to: id)
        #expect(stage.ask(.delete, path(id)).status == 204)
        #expect(stage.ask(.delete, path(id)).status == 404)
        for path in [path(id), path(id) + "/deliveries", path(id) + "/deliveries/\(delivery.id)"] {
            #expect(stage.ask(.get, path).status == 404)
        }
        #expect(stage.ask(.get, "/events/\(delivery.event)").status == 200)
    }

    // MARK: Disabling

    @Test("nothing is sent by way of a disabled endpoint; enabled again it begins anew")
    func disabling() throws {
        let id = try stage.newWebhook()
        let delivery = try stage.newDelivery(to: id, .linkCreated, .failed)
        let disabled = stage.ask(.patch, path(id), #"{"enabled": false}"#)
        #expect(disabled.json["enabled"] == false && disabled.json["disabled_at"] != .null && disabled.json["disabled_reason"] == .null)
        for request in ["/test", "/deliveries/\(delivery.id)/replay", "/recover"] {
            let body = request == "/recover" ? #"{"since": "\#(ago(1))"}"# : nil
            let answer = stage.ask(.post, path(id) + request, body)
            #expect(answer.status == 409 && answer.code == "webhook_disabled", "\(answer.text)")
        }
        try stage.tamper("""
            UPDATE webhook_lanes SET failures = 12, failing_since = \(Timestamp.now()) WHERE webhook_id = \(id)
            """)
        try stage.tamper("UPDATE webhooks SET disabled_reason = 'The endpoint answered 410 Gone.' WHERE id = \(id)")
        #expect(stage.ask(.get, path(id)).json["disabled_reason"] == "The endpoint answered 410 Gone.")
        let enabled = stage.ask(.patch, path(id), #"{"enabled": true}"#)
        #expect(enabled.json["disabled_reason"] == .null && enabled.json["disabled_at"] == .null)
        #expect(enabled.json["failures"] == 0 && enabled.json["failing_since"] == .null)
        #expect(stage.ask(.get, path(id)).json == enabled.json)
    }

    /// The breaker's state, as the sender left it.
    private func fail(_ id: WebhookID) throws {
        try stage.tamper("""
            UPDATE webhook_lanes
            SET failures = 7, failing_since = '2026-01-01', not_before = '2099-01-01', due_at = '2099-01-01', waiting = 3
            WHERE webhook_id = \(id)
            """)
    }

    private func lanes(_ id: WebhookID) throws -> [String] {
        try stage.query("""
            SELECT CONCAT_WS(' ', failures, COALESCE(DATE(failing_since), '-'), COALESCE(DATE(not_before), '-'),
                             IF(due_at < '2099-01-01', 'due', 'later'), waiting)
            FROM webhook_lanes WHERE webhook_id = \(id) ORDER BY lane
            """).map { try $0.string(0) }
    }

    @Test("a change of an endpoint that keeps failing leaves it waiting for its next probe, unless it is of its address", arguments: [
        (#"{"description": "CRM"}"#, false), (#"{"events": ["link.*"], "tag": "red"}"#, false), (#"{"enabled": true}"#, false),
        (#"{"url": "https://example.com/hooks"}"#, false), (#"{"url": "https://example.com/moved"}"#, true),
    ])
    func breaker(body: String, beginsAnew: Bool) throws {
        let id = try stage.newWebhook()
        try fail(id)
        let changed = stage.ask(.patch, path(id), body)
        #expect(changed.status == 200 && changed.json["failures"] == (beginsAnew ? 0 : 7))
        #expect(try lanes(id) == Array(repeating: beginsAnew ? "0 - - due 3" : "7 2026-01-01 2099-01-01 later 3", count: 2))
        #expect(stage.ask(.get, path(id)).json == changed.json)
    }

    @Test("a PATCH that changes nothing is answered with what there is, whatever the sender has noted meanwhile")
    func noChange() throws {
        let id = try stage.newWebhook(["description": "CRM"])
        let tag = stage.ask(.get, path(id))[.eTag]
        try fail(id)
        let now = stage.ask(.get, path(id))
        let same = stage.send(.patch, path(id), #"{"description": "CRM"}"#, ifMatch: tag)
        #expect(same.status == 200 && same[.eTag] == now[.eTag] && same[.eTag] != tag && same.json == now.json)
        #expect(try stage.changes("webhook.updated").isEmpty)
    }

    // MARK: The secret

    @Test("the secret is 32 random bytes, each time others")
    func secrets() throws {
        let secrets = (0..<3).map { _ in stage.ask(.post, "/webhooks", #"{"url": "https://example.com/"}"#).json["secret"]?.stringValue ?? "" }
        #expect(Set(secrets).count == 3)
        for secret in secrets { #expect(Data(base64Encoded: String(secret.dropFirst(6)))?.count == 32) }
    }

    @Test("a rotation shows a new secret and keeps the old one for the overlap", arguments: [nil, 0, 1, 604_800] as [Int?])
    func rotation(overlap: Int?) throws {
        let id = try stage.newWebhook()
        let answer = stage.ask(.post, path(id) + "/rotate-secret", overlap.map { #"{"overlap_seconds": \#($0)}"# })
        #expect(answer.status == 201 && answer.json["secret"]?.stringValue?.hasPrefix("whsec_") == true)
        let end = answer.json["previous_secret_ends_at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
        let expected = overlap ?? 86_400
        #expect((end == nil) == (expected == 0))
        if let end { #expect(abs(Int(end.milliseconds - Timestamp.now().milliseconds) / 1000 - expected) <= 2) }
        #expect(try stage.query("SELECT previous_secret IS NULL FROM webhooks WHERE id = \(id)")[0].bool(0) == (expected == 0))
    }

    @Test("while a previous secret signs there is no other rotation; an overlap of 0 ends it at any time")
    func thirdSecret() throws {
        let id = try stage.newWebhook()
        let first = stage.ask(.post, path(id) + "/rotate-secret", #"{"overlap_seconds": 3600}"#)
        let end = try #require(first.json["previous_secret_ends_at"]?.stringValue)
        for body in [nil, #"{"overlap_seconds": 1}"#] {
            let refused = stage.ask(.post, path(id) + "/rotate-secret", body)
            #expect(refused.status == 409 && refused.code == "secret_overlap")
            #expect(refused.json["detail"]?.stringValue == """
                The previous secret signs until \(end). Rotate after that, or send overlap_seconds 0, which ends all secrets but \
                the new one at once.
                """)
        }
        #expect(stage.ask(.get, path(id)).json["previous_secret_ends_at"]?.stringValue == end)
        let ended = stage.ask(.post, path(id) + "/rotate-secret", #"{"overlap_seconds": 0}"#)
        #expect(ended.status == 201 && ended.json["previous_secret_ends_at"] == .null)
        #expect(stage.ask(.post, path(id) + "/rotate-secret").status == 201)
        try stage.tamper("UPDATE webhooks SET previous_secret_ends_at = UTC_TIMESTAMP(3) WHERE id = \(id)")
        #expect(stage.ask(.post, path(id) + "/rotate-secret").status == 201)
        #expect(try stage.changes("webhook.secret_rotated").count == 4)
    }

    @Test("an overlap is between nothing and a week", arguments: ["-1", "604801", "1.5", #""60""#])
    func badOverlap(overlap: String) throws {
        let id = try stage.newWebhook()
        let answer = stage.ask(.post, path(id) + "/rotate-secret", #"{"overlap_seconds": \#(overlap)}"#)
        #expect(answer.status == 422 && answer.refusals.first?.hasPrefix("/overlap_seconds ") == true)
    }

    @Test("a secret is in the answers of its making and its rotation, and in no table, journal or log")
    func secrecy() throws {
        let log = Log()
        let worker = Application(try Stage.worker(stage.services.site, stage.store, stage.redis, stage.spool, log.logger))
        let key = stage.key
        let made = stage.ask(worker, .post, "/webhooks", #"{"url": "https://example.com/"}"#, key: key, idempotent: "a")
        let id = made.json["id"]?.stringValue ?? ""
        let rotated = stage.ask(worker, .post, "/webhooks/\(id)/rotate-secret", nil, key: key, idempotent: "b")
        #expect(stage.ask(worker, .post, "/webhooks/\(id)/test", nil, key: key).status == 202)
        let others = [
            stage.ask(worker, .get, "/webhooks/\(id)", key: key), stage.ask(worker, .get, "/webhooks", key: key),
            stage.ask(worker, .patch, "/webhooks/\(id)", #"{"description": "x"}"#, key: key),
            stage.ask(worker, .get, "/events", key: key), stage.ask(worker, .get, "/webhooks/\(id)/deliveries", key: key),
            stage.ask(worker, .get, "/audit-log?limit=100", key: try stage.makeManager()),
        ]
        let secrets = try [made, rotated].map { try #require($0.json["secret"]?.stringValue) }
        #expect(secrets[0] != secrets[1])
        let spool = try stage.spool.files.map { try Data(contentsOf: URL(filePath: stage.spool.path + "/" + $0)) }
        try stage.load()
        for secret in secrets {
            let text = String(secret.dropFirst(6))
            let bytes = Array(try #require(Data(base64Encoded: text)))
            for needle in [Array(text.utf8), bytes] { #expect(try places(of: needle).isEmpty) }
            #expect(spool.allSatisfy { $0.range(of: Data(text.utf8)) == nil })
            #expect(!log.text.contains(text))
            for answer in others { #expect(!answer.text.contains(text)) }
        }
        #expect(try places(of: Array(stage.workspace.slug.utf8)).contains("workspaces.slug"), "the search finds what is there")
        let sealed = try stage.query("SELECT secret, previous_secret FROM webhooks WHERE workspace_id = \(stage.workspace.id)")[0]
        for (column, secret) in [(1, secrets[0]), (0, secrets[1])] {
            let bytes = try unseal(try sealed.bytes(column), secret: Stage.secretKey)
            #expect(bytes.map { WebhookSecret(bytes: $0).text } == secret)
        }
    }

    /// The columns of all tables in which these bytes stand somewhere.
    private func places(of bytes: [UInt8]) throws -> [String] {
        try stage.query("SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()")
            .map { (try $0.string(0), try $0.string(1)) }
            .filter { table, column in
                try stage.query("""
                    SELECT COUNT(*) FROM \(unsafeText: table) WHERE LOCATE(\(bytes), CAST(\(unsafeText: column) AS BINARY)) > 0
                    """)[0].integer(0) > 0
            }.map { "\($0).\($1)" }
    }

    // MARK: Retries and traces

    @Test("a POST that is sent again under its Idempotency-Key has one effect and one answer", arguments: [
        "", "/rotate-secret", "/test", "/deliveries/$D/replay", "/recover",
    ])
    func idempotency(request: String) throws {
        let id = try stage.newWebhook()
        let delivery = try stage.newDelivery(to: id, .linkCreated, .failed)
        let target = request.isEmpty ? "/webhooks" : path(id) + request.replacing("$D", with: delivery.id.description)
        let body = request.isEmpty ? #"{"url": "https://example.com/"}"# : request == "/recover" ? #"{"since": "\#(ago(1))"}"# : "{}"
        let first = stage.send(.post, target, body, idempotencyKey: "once")
        let before = try stage.stored()
        let again = stage.send(.post, target, body, idempotencyKey: "once")
        #expect(first.status < 300 && again.status == first.status && again.text == first.text)
        #expect(again[.idempotentReplayed] == "true" && again[.location] == first[.location] && again[.eTag] == first[.eTag])
        #expect(try stage.stored() == before)
    }

    @Test("every change is in the audit log, with what it was")
    func audit() throws {
        let id = try stage.newWebhook()
        let delivery = try stage.newDelivery(to: id, .linkCreated, .failed)
        for (method, path, body) in [
            (.patch, "", #"{"description": "CRM"}"#), (.post, "/rotate-secret", nil), (.post, "/test", nil),
            (.post, "/deliveries/\(delivery.id)/replay", nil), (.post, "/recover", #"{"since": "\#(ago(1))"}"#), (.delete, "", nil),
        ] as [(HTTP.Method, String, String?)] {
            #expect(stage.ask(method, self.path(id) + path, body).status < 300)
        }
        let key = stage.keyID
        #expect(try stage.changes("webhook.%") == [
            "\(key) webhook.created \(id)", "\(key) webhook.updated \(id)", "\(key) webhook.secret_rotated \(id)",
            "\(key) webhook.tested \(id)", "\(key) webhook.deleted \(id)",
        ])
        #expect(try stage.changes("delivery.%") == ["\(key) delivery.replayed \(delivery.id)", "\(key) delivery.recovered \(id)"])
        #expect(try stage.lastChange("webhook.updated") == #"{"before":{"description":null},"after":{"description":"CRM"}}"#)
        #expect(try stage.lastChange("webhook.secret_rotated") == #"{"after":{"secret":"***","overlap_seconds":86400}}"#)
    }

    // MARK: Deliveries

    private func deliveries(_ id: WebhookID, _ query: String = "") -> [String] {
        let response = stage.ask(.get, path(id) + "/deliveries?limit=100" + query)
        return (response.json["data"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
    }

    private func ago(_ hours: Int64) -> String { time(ago: hours).rfc3339 }
    private func time(ago hours: Int64) -> Timestamp { Timestamp(milliseconds: Timestamp.now().milliseconds - hours * 3_600_000) }

    @Test("deliveries are found by status, type and time, newest first, in pages")
    func filters() throws {
        let (id, other) = (try stage.newWebhook(), try stage.newWebhook())
        let made = try [
            (EventType.linkCreated, Delivery.Status.succeeded, Int64(5)), (.linkDeleted, .failed, 3), (.linkCreated, .waiting, 1),
        ].map {
            usleep(2000)  // identifiers of one millisecond have no order
            return try stage.newDelivery(to: id, $0, $1, at: time(ago: $2)).id.description
        }
        try stage.newDelivery(to: other)
        #expect(deliveries(id) == made.reversed())
        #expect(deliveries(id, "&status=failed") == [made[1]])
        #expect(deliveries(id, "&event_type=link.created") == [made[2], made[0]])
        #expect(deliveries(id, "&event_type=link.created&status=waiting") == [made[2]])
        #expect(deliveries(id, "&created_after=\(ago(4))") == [made[2], made[1]])
        #expect(deliveries(id, "&created_before=\(ago(2))") == [made[1], made[0]])
        #expect(deliveries(id, "&created_after=\(ago(4))&created_before=\(ago(2))") == [made[1]])
        var pages: [String] = []
        var cursor = ""
        repeat {
            let page = stage.ask(.get, path(id) + "/deliveries?limit=1\(cursor)").json
            pages += page["data"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
            cursor = page["next_cursor"]?.stringValue.map { "&starting_after=" + $0 } ?? ""
        } while !cursor.isEmpty
        #expect(pages == made.reversed())
    }

    @Test("a list has the attempts at its deliveries, and what was answered only one by one")
    func bodies() throws {
        let id = try stage.newWebhook()
        let delivery = try stage.newDelivery(to: id)
        for number in 1...2 {
            try stage.tamper("""
                INSERT INTO webhook_attempts (
                  workspace_id, delivery_id, number, started_at, milliseconds, address, http_version, status, body)
                VALUES (\(stage.workspace.id), \(delivery.id), \(number), \(Timestamp.now()), 7, '192.0.2.7', '1.1', \(number * 100 + 200),
                        REPEAT('x', 16384))
                """)
        }
        let list = stage.ask(.get, path(id) + "/deliveries")
        #expect(list.status == 200 && list.body.count < 2000)
        let listed = list.json["data"]?.arrayValue?.first?["attempts"]?.arrayValue ?? []
        let alone = stage.ask(.get, path(id) + "/deliveries/\(delivery.id)").json["attempts"]?.arrayValue ?? []
        #expect(listed.map { $0["status"] } == [300, 400] && listed.allSatisfy { $0["body"] == nil })
        #expect(alone.map { $0["status"] } == [300, 400] && alone.allSatisfy { $0["body"]?.stringValue?.count == 16_384 })
    }

    @Test("a cursor is of one endpoint and one filter", arguments: ["", "&status=failed"])
    func cursors(query: String) throws {
        let (id, other) = (try stage.newWebhook(), try stage.newWebhook())
        for _ in 0..<2 { try stage.newDelivery(to: id) }
        let cursor = stage.ask(.get, path(id) + "/deliveries?limit=1").json["next_cursor"]?.stringValue ?? ""
        let refused = stage.ask(.get, path(query.isEmpty ? other : id) + "/deliveries?limit=1&starting_after=\(cursor)\(query)")
        #expect(refused.status == 400 && refused.json["parameter"] == "starting_after")
    }

    @Test("a delivery is found at its own endpoint only")
    func otherEndpoint() throws {
        let (id, other) = (try stage.newWebhook(), try stage.newWebhook())
        let delivery = try stage.newDelivery(to: id)
        #expect(stage.ask(.get, path(other) + "/deliveries/\(delivery.id)").status == 404)
        #expect(stage.ask(.post, path(other) + "/deliveries/\(delivery.id)/replay").status == 404)
        let stranger = try Stage()
        let theirs = try stranger.newDelivery(to: stranger.newWebhook())
        #expect(stage.ask(.post, path(id) + "/deliveries/\(theirs.id)/replay").status == 404)
        #expect(stage.ask(.get, path(id) + "/deliveries/\(theirs.id)").status == 404)
    }

    @Test("a replay is a delivery of its own; what the first came to stays in the log")
    func replay() throws {
        let id = try stage.newWebhook()
        let first = try stage.newDelivery(to: id, .linkCreated, .succeeded)
        let answer = stage.ask(.post, path(id) + "/deliveries/\(first.id)/replay")
        #expect(answer.status == 202 && answer.json["trigger"] == "manual" && answer.json["status"] == "waiting")
        #expect(answer.json["event_id"]?.stringValue == first.event.description)
        #expect(deliveries(id) == [answer.json["id"]?.stringValue ?? "", first.id.description])
        #expect(stage.ask(.get, path(id)).json["waiting"] == 1)
    }

    // MARK: Recovery

    private func recover(_ id: WebhookID, _ body: String) -> Response { stage.ask(.post, path(id) + "/recover", body) }

    @Test("a recovery sends what came to nothing once more, and a second finds nothing")
    func recovery() throws {
        let id = try stage.newWebhook()
        try stage.newDelivery(to: id, .linkCreated, .failed, at: time(ago: 48))
        let wanted = try [Delivery.Status.failed, .discarded].map { try stage.newDelivery(to: id, .linkCreated, $0, at: time(ago: 2)) }
        try stage.newDelivery(to: id, .linkCreated, .succeeded, at: time(ago: 2))
        try stage.newDelivery(to: id, .linkCreated, .waiting, at: time(ago: 2))
        #expect(recover(id, #"{"since": "\#(ago(24))"}"#).json == ["recovered": 2, "has_more": false])
        #expect(recover(id, #"{"since": "\#(ago(24))"}"#).json == ["recovered": 0, "has_more": false])
        let sent = stage.ask(.get, path(id) + "/deliveries?status=waiting&created_after=\(ago(1))").json["data"]?.arrayValue ?? []
        #expect(Set(sent.compactMap { $0["event_id"]?.stringValue }) == Set(wanted.map(\.event.description)))
        #expect(sent.allSatisfy { $0["trigger"] == "manual" })
    }

    @Test("a recovery of all sends what has arrived as well, but not what is on its way")
    func recoveryOfAll() throws {
        let id = try stage.newWebhook()
        for status in Delivery.Status.allCases { try stage.newDelivery(to: id, .linkCreated, status, at: time(ago: 2)) }
        #expect(recover(id, #"{"since": "\#(ago(24))", "until": "\#(ago(3))", "status": "all"}"#).json["recovered"] == 0)
        #expect(recover(id, #"{"since": "\#(ago(24))", "status": "all"}"#).json["recovered"] == 3)
        #expect(recover(id, #"{"since": "\#(ago(24))", "status": "all"}"#).json["recovered"] == 0)
    }

    @Test("a recovery costs one request more for each hundred deliveries")
    func recoveryCost() throws {
        let id = try stage.newWebhook()
        for _ in 0..<101 { try stage.newDelivery(to: id, .linkCreated, .failed, at: time(ago: 2)) }
        try RateLimitWindow.begin(stage)
        let before = try #require(stage.ask(.get, path(id)).remaining)
        #expect(recover(id, #"{"since": "\#(ago(1))"}"#).remaining == before - 1)
        let all = recover(id, #"{"since": "\#(ago(24))"}"#)
        #expect(all.json["recovered"] == 101 && all.remaining == before - 4)
    }

    @Test("a scheme in capitals is written in lower case, and so delivered over https", arguments: ["HTTPS", "Https"])
    func scheme(scheme: String) throws {
        let stage = try Stage(webhooks: Stage.webhooks(allowsHTTP: false))
        let id = try stage.newWebhook(["url": .string("\(scheme)://example.com/Hooks?A=b")])
        #expect(stage.ask(.get, path(id)).json["url"] == "https://example.com/Hooks?A=b")
        let changed = stage.ask(.patch, path(id), #"{"url": "HTTPS://example.com/new"}"#)
        #expect(changed.json["url"] == "https://example.com/new")
        #expect(stage.ask(.patch, path(id), #"{"url": "HTTP://example.com/new"}"#).refusals == ["/url https_required"])
    }

    @Test("a window that is wrong is refused", arguments: [
        (721, nil, "/since out_of_range"), (1, 2, "/until invalid_order"), (nil, nil, "/since required"),
    ] as [(Int64?, Int64?, String)])
    func badWindow(since: Int64?, until: Int64?, refusal: String) throws {
        let members = [since.map { #""since": "\#(ago($0))""# }, until.map { #""until": "\#(ago($0))""# }].compactMap(\.self)
        let answer = recover(try stage.newWebhook(), "{" + members.joined(separator: ", ") + "}")
        #expect(answer.status == 422 && answer.refusals == [refusal], "\(answer.text)")
    }

    // MARK: Events

    @Test("events are listed newest first, read one by one, and found by type")
    func events() throws {
        let link = try stage.create([:])
        let id = link["id"]?.stringValue ?? ""
        _ = stage.ask(.patch, "/links/" + id, #"{"title": "new"}"#)
        let list = stage.ask(.get, "/events").json["data"]?.arrayValue ?? []
        #expect(list.map { $0["type"] } == ["link.updated", "link.created"])
        #expect(list[0]["previous"] == ["title": nil] && list[0]["data"]?["title"] == "new")
        #expect(list[1]["data"] == link && list[1]["previous"] == nil)
        #expect(stage.ask(.get, "/events/\(list[0]["id"]?.stringValue ?? "")").json == list[0])
        #expect(stage.ask(.get, "/events?type=link.created").json["data"]?.arrayValue == [list[1]])
        #expect(stage.ask(.get, "/events?type=link.clicked").status == 400)
    }

    @Test("a bulk request has an event for each link, and none for what was refused")
    func bulk() throws {
        let body = #"{"links": [{"url": "https://example.com/1"}, {"url": "nowhere"}, {"url": "https://example.com/2"}]}"#
        #expect(stage.ask(.post, "/links/bulk", body).results.map { $0.prefix(3) } == ["201", "422", "201"])
        let urls = try stage.events(.linkCreated).compactMap { $0["data"]?["url"]?.stringValue }
        #expect(Set(urls) == ["https://example.com/1", "https://example.com/2"] && urls.count == 2)
    }

    /// The sender's first step, in a database of the test's own: it picks up the events of all workspaces.
    @Test("picked up, events are numbered without a gap, and go to those that want them")
    func pickingUp() throws {
        let database = try TestDatabase()
        defer { try? database.drop() }
        let stage = try Stage(store: database.store)
        let link = try stage.create(["tags": ["red"]])
        let everything = try stage.newWebhook()
        let filters: [(JSONObject, Int)] = [
            (["events": ["link.deleted"]], 1), (["events": ["link.*"]], 4), (["events": ["subscription.updated"]], 0),
            (["link_id": link["id"] ?? .null], 2), (["tag": "red"], 2), (["tag": "blue"], 1), (["domain": .string(stage.host)], 4),
            (["domain": "mask.test"], 0), (["tag": "red", "events": ["link.deleted"]], 1),
        ]
        try database.connect().execute("DELETE FROM events")
        let webhooks = try filters.map { try stage.newWebhook($0.0) }
        let id = link["id"]?.stringValue ?? ""
        _ = stage.ask(.patch, "/links/" + id, #"{"title": "new"}"#)
        try stage.create(["tags": ["blue"]])
        try stage.create([:])
        _ = stage.ask(.delete, "/links/" + id)
        #expect(stage.ask(.get, "/events").json["data"]?.arrayValue?.map { $0["sequence"] } == [.null, .null, .null, .null])
        let picked = try database.senderStore.write { connection in
            var reader = EventReader()
            return try Outbox.pickUp(.changes, limit: 100, at: .now(), .init { reader.matches($0, $1) }, on: connection)
        }
        #expect(picked.count == 4)
        #expect(stage.ask(.get, "/events").json["data"]?.arrayValue?.map { $0["sequence"] } == [4, 3, 2, 1])
        func count(_ id: WebhookID) -> Int { stage.ask(.get, "/webhooks/\(id)/deliveries").json["data"]?.arrayValue?.count ?? -1 }
        #expect(count(everything) == 4)
        for (webhook, filter) in zip(webhooks, filters) { #expect(count(webhook) == filter.1, "\(filter.0)") }
    }
}
