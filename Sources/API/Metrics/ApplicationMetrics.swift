import HTTP
import Metrics

/// What the workers of a host count. On a redirect's way that is five atomic additions.
struct ApplicationMetrics: Sendable {
    enum Redirect: Int, CounterCase {
        /// To the link's destination.
        case led
        case notFound, expired, loop
        /// The form was shown, or the password was wrong.
        case password
        case tooManyTries, wrongMethod
        /// A prefetch or a crawler came to a link with max_clicks, and was not led on.
        case spared
        /// The password was not looked at, because too many were.
        case busy
        /// The link could not be looked up.
        case unavailable
    }

    enum Lookup: Int, CounterCase {
        case hit, miss
        /// MariaDB is away, and the link was known within the hour.
        case stale
        case unavailable
    }

    enum Decision: Int, CounterCase { case allowed, refused }

    let redirects: CounterSet<Redirect>
    let lookups: CounterSet<Lookup>
    let decisions: CounterSet<Decision>
    /// Decisions that a worker made by itself.
    let fallbacks: Counter
    private let routes: [String: Endpoint]
    private let unmatched: MethodEndpoints
    private let links: MethodEndpoints
    private let files: MethodEndpoints

    private static let requestsName = "mask_http_requests"
    private static let durationName = "mask_http_request_duration_seconds"
    private static let fallbacksName = "mask_rate_limit_fallbacks"

    init(_ memory: HostMemory) {
        redirects = CounterSet("mask_redirects", by: "outcome", "Visits of short links by what came of them.", in: memory)
        lookups = CounterSet(
            "mask_link_cache_lookups", by: "result", "Looks into the workers' caches of links.", in: memory)
        decisions = CounterSet(
            "mask_rate_limit_decisions", by: "decision", "Requests that the rate limits let in or refused.", in: memory)
        fallbacks = Counter(Self.fallbacksName, in: memory)
        routes = Dictionary(uniqueKeysWithValues: Route.all.map { route in
            (route.name, Endpoint(route.method, "/v1" + route.path, in: memory))
        })
        unmatched = MethodEndpoints("unmatched", in: memory)
        links = MethodEndpoints("/{slug}", in: memory)
        files = MethodEndpoints("/_/{file}", in: memory)
    }

    /// - Parameter route: the name of the API's route; nil where there is no such address.
    func note(route: String, _ method: HTTP.Method, status: Int, microseconds: Int) {
        (routes[route] ?? unmatched[method]).note(status: status, microseconds: microseconds)
    }

    /// A visit of a link host.
    func note(visit request: Request, status: Int, microseconds: Int) {
        let endpoints = request.path.hasPrefix("/_/") ? files : links
        endpoints[request.method].note(status: status, microseconds: microseconds)
    }

    var families: [MetricFamily] {
        // An endpoint is told of from its first request on.
        let endpoints = (Route.all.compactMap { routes[$0.name] } + links.all + files.all + unmatched.all)
            .filter { $0.duration.count > 0 }
        return [
            .counter(
                Self.requestsName, "Requests that workers answered. Bio pages that nginx serves as files are not among them.",
                endpoints.flatMap(\.statuses)),
            .histogram(
                Self.durationName, "How long workers took for their answers.", endpoints.map { ($0.labels, $0.duration) }),
            redirects.family, lookups.family, decisions.family,
            .counter(
                Self.fallbacksName, "Decisions of the rate limits that a worker made by itself, because Redis was away.",
                [([], fallbacks)]),
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
                Counter(MetricFamily.series(ApplicationMetrics.requestsName, labels + [("status", "\($0)xx")]), in: memory)
            }
            duration = Histogram(MetricFamily.series(ApplicationMetrics.durationName, labels), in: memory)
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
