import Application
import Glibc
import HTTP
import MariaDB
import Model
import Redis
import Store
import Support
import Testing

@testable import API
@testable import Resources
import Threads
import Work

extension Stage {
    /// Asks a worker, the stage's own unless another is given, with header fields of the test's.
    func send(
        _ method: HTTP.Method, _ path: String, _ body: String? = nil, key: String? = nil, idempotencyKey: String? = nil,
        ifMatch: String? = nil, ifNoneMatch: String? = nil, to worker: Application? = nil
    ) -> Response {
        var request = request(method, path.hasPrefix("/api/") ? path : "/v1" + path, body: body)
        if let key { request.fields.authorization = "Bearer " + key }
        request.fields.idempotencyKey = idempotencyKey
        request.fields.ifMatch = ifMatch
        request.fields.ifNoneMatch = ifNoneMatch
        return (worker ?? application).respond(to: request)
    }

    /// A key that may do everything, as an owner's.
    func ownerKey() throws -> String {
        let owner = try sysadmin.addMember(
            "owner-\(randomHex(4))@example.com", name: "Owner", role: .owner, to: workspace)
        return try sysadmin.createKey(
            in: workspace, name: "owner's", scopes: Scope.allCases, creator: owner.id
        ).text.text
    }

    // MARK: What is stored

    /// What requests have left behind in the workspace.
    struct Effects: Equatable, CustomStringConvertible {
        var links = 0
        /// Entries of the audit log and events of the outbox, by kind.
        var audited: [String: Int] = [:]
        var events: [String: Int] = [:]
        /// Answers kept for an Idempotency-Key.
        var answers = 0

        /// Of links that were made and nothing else.
        static func created(_ count: Int, answers: Int = 0) -> Effects {
            let traces = count == 0 ? [:] : ["link.created": count]
            return Effects(links: count, audited: traces, events: traces, answers: answers)
        }

        var description: String { "links \(links), audited \(audited), events \(events), answers \(answers)" }
    }

    func effects() throws -> Effects {
        let counts = try query("""
            SELECT (SELECT COUNT(*) FROM links WHERE workspace_id = \(workspace.id)),
                   (SELECT COUNT(*) FROM idempotency_keys WHERE workspace_id = \(workspace.id))
            """)[0]
        let audited = try query("""
            SELECT action, COUNT(*) FROM audit_log
            WHERE workspace_id = \(workspace.id) AND action LIKE 'link.%' GROUP BY action
            """)
        let events = try query("""
            SELECT type, COUNT(*) FROM events WHERE workspace_id = \(workspace.id) AND type LIKE 'link.%' GROUP BY type
            """)
        return Effects(
            links: try counts.integer(0), audited: try Self.counts(audited), events: try Self.counts(events),
            answers: try counts.integer(1))
    }

    private static func counts(_ rows: [Row]) throws -> [String: Int] {
        Dictionary(uniqueKeysWithValues: try rows.map { (try $0.string(0), try $0.integer(1)) })
    }

    // MARK: The rate limit's window

    /// The number of the minute that runs. Waits where it is about to end, so that a test stays within it.
    @discardableResult
    func window(leaving milliseconds: Int = 5000) -> Int {
        while realMilliseconds() % 60_000 > 60_000 - milliseconds { usleep(100_000) }
        return realMilliseconds() / 60_000
    }

    /// Sets what Redis has counted of the workspace, or of one of its keys, in the last minute and in this one.
    func setCounters(of key: APIKeyID? = nil, previous: Int, current: Int) throws {
        let subject = "mask:{\(workspace.id)}" + (key.map { ":\($0)" } ?? "")
        let (connection, number) = (try Redis.Connection(redis), window())
        for (count, number) in [(previous, number - 1), (current, number)] {
            try connection.command("SET", RedisArgument("\(subject):\(number)"), RedisArgument(count), "EX", 200)
        }
    }
}

extension Response {
    var remaining: Int? { self[.xRateLimitRemaining].flatMap { Int($0) } }
    var retryAfterSeconds: UInt32? { self[.retryAfter].flatMap { UInt32($0) } }
    /// The results of a bulk request, each as its status and, where it was refused, why: `201`, `422 not_in_bulk`.
    var results: [String] {
        (json["results"]?.arrayValue ?? []).map { result in
            let status = result["status"].map(\.text) ?? ""
            guard let error = result["error"], error != .null else { return status }
            let code = error["errors"]?.arrayValue?.first?["code"]?.stringValue ?? error["code"]?.stringValue ?? ""
            return status + " " + code
        }
    }
}
