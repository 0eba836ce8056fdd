import HTTP
import Metrics

/// `GET /metrics`, for Prometheus on this host: nginx asks for it from a server of its own, which listens on loopback only
/// and says so with a parameter that no visitor can send (nginx/mask.conf). Whichever worker answers, it tells of the whole
/// host.
struct Monitoring: Sendable {
    /// What is looked up when it is asked for.
    typealias Collector = @Sendable () -> [MetricFamily]

    let collectors: [Collector]

    func respond(to request: Request) -> Response {
        guard request.path == "/metrics" else { return Self.refusal(404, "There is only /metrics here.\n") }
        guard request.method == .get || request.method == .head else {
            var refusal = Self.refusal(405, "Metrics can only be read.\n")
            refusal.set(.allow, "GET, HEAD")
            return refusal
        }
        let format = Exposition(accept: request.fields.accept)
        let text = format.text(collectors.flatMap { $0() })
        return Response(
            status: 200, fields: [.init(.contentType, format.contentType), .init(.cacheControl, "no-store")],
            body: Array(text.utf8))
    }

    private static func refusal(_ status: Int, _ sentence: String) -> Response {
        Response(
            status: status, fields: [.init(.contentType, "text/plain; charset=utf-8"), .init(.cacheControl, "no-store")],
            body: Array(sentence.utf8))
    }
}
