@testable import Access
import Application
import HTTP
import Metrics
import Support
import Testing

@testable import API
@testable import Resources

/// `/metrics`, as nginx asks for it from its server on loopback.
@Suite("Metrics of a worker")
struct MetricsTests {
    private func scrape(_ application: Application, _ path: String = "/metrics", _ method: HTTP.Method = .get) -> Response {
        application.respond(to: Request(method: method, path: path, host: "127.0.0.1", isSecure: false, isMonitoring: true))
    }

    private func value(_ series: String, _ stage: Stage) -> String? {
        scrape(stage.application).text.split(separator: "\n").first { $0.hasPrefix(series + " ") }.map { String($0.dropFirst(series.count + 1)) }
    }

    @Test("requests are counted by endpoint, method and class of status, visits by what came of them")
    func counts() throws {
        let stage = try Stage()
        try stage.create(["slug": "counted"])
        _ = stage.ask(.get, "/links/nothing")
        _ = stage.ask(.get, "/nowhere")
        for _ in 0..<3 { #expect(stage.follow("/counted").status == 302) }
        #expect(stage.follow("/elsewhere").status == 404)
        #expect(stage.follow("/counted", .put).status == 405)
        #expect(value(#"mask_http_requests_total{method="POST",endpoint="/v1/links",status="2xx"}"#, stage) == "1")
        #expect(value(#"mask_http_requests_total{method="GET",endpoint="/v1/links/{id}",status="4xx"}"#, stage) == "1")
        #expect(value(#"mask_http_requests_total{method="GET",endpoint="unmatched",status="4xx"}"#, stage) == "1")
        #expect(value(#"mask_http_requests_total{method="GET",endpoint="/{slug}",status="3xx"}"#, stage) == "3")
        #expect(value(#"mask_http_requests_total{method="GET",endpoint="/{slug}",status="4xx"}"#, stage) == "1")
        #expect(value(#"mask_http_requests_total{method="other",endpoint="/{slug}",status="4xx"}"#, stage) == "1")
        #expect(value(#"mask_http_request_duration_seconds_count{method="GET",endpoint="/{slug}"}"#, stage) == "4")
        #expect(value(#"mask_http_request_duration_seconds_bucket{method="GET",endpoint="/{slug}",le="+Inf"}"#, stage) == "4")
        #expect(value(#"mask_redirects_total{outcome="led"}"#, stage) == "3")
        #expect(value(#"mask_redirects_total{outcome="not_found"}"#, stage) == "1")
        #expect(value(#"mask_redirects_total{outcome="wrong_method"}"#, stage) == "1")
        #expect(value(#"mask_rate_limit_decisions_total{decision="allowed"}"#, stage) == "3")
    }

    @Test("a visitor of a link host and a client of the API are never shown metrics, whatever host they name")
    func hidden() throws {
        let stage = try Stage()
        #expect(stage.follow("/metrics").status == 404)
        for path in ["/metrics", "/v1/metrics"] {
            for host in [Stage.apiHost, Stage.linkHost, "127.0.0.1", "localhost", ""] {
                var request = stage.request(.get, path)
                request.host = host
                let answer = stage.application.respond(to: request)
                #expect(answer.status != 200 && !answer.text.contains("mask_"))
            }
        }
    }

    @Test("from monitoring's way in nothing else is to be had")
    func only() throws {
        let stage = try Stage()
        #expect(scrape(stage.application).status == 200)
        #expect(scrape(stage.application, "/metrics", .head).status == 200)
        #expect(scrape(stage.application, "/metrics", .post).status == 405)
        for path in ["/", "/v1/links", "/healthz", "/metrics/", "/%6detrics"] { #expect(scrape(stage.application, path).status == 404) }
    }

    @Test("every endpoint of the API has its series, and no series has a name that is too long")
    func endpoints() {
        let metrics = RequestMetrics(Route.all.map { ($0.name, $0.method, $0.path) }, HostMemory(path: nil))
        for route in Route.all { metrics.note(route: route.name, route.method, status: 200, microseconds: 1) }
        let text = Exposition.openMetrics.text(metrics.families)
        for route in Route.all {
            #expect(text.contains(#"mask_http_requests_total{method="\#(route.method.rawValue)",endpoint="/v1\#(route.path)",status="2xx"} 1"#))
        }
    }

    @Test("while Redis is away decisions of the limits are counted as a worker's own")
    func fallbacks() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            redis.process.end()
            #expect(stage.ask(.get, "/links").status == 200)
            #expect(Int(value("mask_rate_limit_fallbacks_total", stage) ?? "") ?? 0 >= 1)
        }
    }
}
