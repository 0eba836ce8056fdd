import API
import HTTP
import JSON
import Store

/// The host's own health, for monitoring on the host itself: nginx serves it on loopback only.
struct Health: Sendable {
    let services: Services

    /// The process answers.
    func alive() -> Response { Self.report(["status": "pass"], isGood: true) }

    /// The process can do its work: MariaDB answers, Redis runs the rate limit script.
    func ready() -> Response {
        let database = services.visits.visitors.isAnswered
        let redis = services.limiter.check("health", limit: 1_000_000).isShared
        return Self.report(
            [
                "status": .string(database ? (redis ? "pass" : "warn") : "fail"),
                "database": .bool(database), "redis": .bool(redis),
                "trusts_cache": .bool(services.visits.changes.isListening), "cached_links": .integer(Int64(services.visits.links.count)),
            ],
            isGood: database)
    }

    private static func report(_ json: JSON, isGood: Bool) -> Response {
        Response(
            status: isGood ? 200 : 503,
            fields: [.init(.contentType, "application/json"), .init(.cacheControl, "no-store")],
            body: json.serialized() + [UInt8(ascii: "\n")])
    }
}
