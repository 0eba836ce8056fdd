import HTTP
import Metrics

/// Requests that the workers of a host answer, and how long they take for it.
package struct RequestMetrics: Sendable {
    /// Of the API, in the order of its table, and by their names.
    private let routes: [Endpoint]
    private let byName: [String: Endpoint]
    private let unmatched: MethodEndpoints
    private let links: MethodEndpoints
    private let files: MethodEndpoints

    private static let requestsName = "mask_http_requests"
    private static let durationName = "mask_http_request_duration_seconds"

    /// - Parameter routes: of the API: `GET /links/{id}`, the method and `/links/{id}`.
    package init(_ routes: [(name: String, method: HTTP.Method, path: String)], _ memory: HostMemory) {
        let endpoints = routes.map { Endpoint($0.method, "/v1" + $0.path, in: memory) }
        self.routes = endpoints
        byName = Dictionary(uniqueKeysWithValues: zip(routes.map(\.name), endpoints))
        unmatched = MethodEndpoints("unmatched", in: memory)
        links = MethodEndpoints("/{slug}", in: memory)
        files = MethodEndpoints("/_/{file}", in: memory)
    }

    /// - Parameter route: the name of the API's route; nil where there is no such address.
    package func note(route: String, _ method: HTTP.Method, status: Int, microseconds: Int) {
        (byName[route] ?? unmatched[method]).note(status: status, microseconds: microseconds)
    }

    /// A visit of a link host.
    package func note(visit request: Request, status: Int, microseconds: Int) {
        let endpoints = request.path.hasPrefix("/_/") ? files : links
        endpoints[request.method].note(status: status, microseconds: microseconds)
    }

    package var families: [MetricFamily] {
        // An endpoint is told of from its first request on.
        let endpoints = (routes + links.all + files.all + unmatched.all)
            .filter { $0.duration.count > 0 }
        return [
            .counter(
                Self.requestsName, "Requests that workers answered. Bio pages that nginx serves as files are not among them.",
                endpoints.flatMap(\.statuses)),
            .histogram(
                Self.durationName, "How long workers took for their answers.", endpoints.map { ($0.labels, $0.duration) }),
        ]
    }

    /// A method and the template of an address.
    private struct Endpoint: Sendable {
        let labels: [MetricFamily.Label]
        /// 2xx to 5xx.
        private let classes: [Counter]
        let duration: Histogram

        init(_ method: HTTP.Method, _ template: String, in memory: HostMemory) {
            let labels = [("method", method == .other ? "other" : method.rawValue), ("endpoint", template)]
            self.labels = labels
            classes = (2...5).map {
                Counter(MetricFamily.series(RequestMetrics.requestsName, labels + [("status", "\($0)xx")]), in: memory)
            }
            duration = Histogram(MetricFamily.series(RequestMetrics.durationName, labels), in: memory)
        }

        func note(status: Int, microseconds: Int) {
            classes[min(max(status / 100, 2), 5) - 2].add()
            duration.observe(microseconds: microseconds)
        }

        var statuses: [([MetricFamily.Label], Counter)] {
            zip(2..., classes).map { (labels + [("status", "\($0)xx")], $1) }
        }
    }

    /// An address that has no methods of its own.
    private struct MethodEndpoints: Sendable {
        let all: [Endpoint]

        init(_ template: String, in memory: HostMemory) {
            all = [.get, .head, .post, .other].map { Endpoint($0, template, in: memory) }
        }

        subscript(_ method: HTTP.Method) -> Endpoint {
            switch method {
            case .get: all[0]
            case .head: all[1]
            case .post: all[2]
            default: all[3]
            }
        }
    }
}
