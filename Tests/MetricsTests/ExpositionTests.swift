import Foundation
import Support
import Testing

@testable import Metrics

private enum Outcome: Int, CounterCase { case led, notFound }

/// How metrics are written: https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
@Suite("Metrics as text")
struct ExpositionTests {
    private let memory = HostMemory(path: nil)

    private func families() -> [MetricFamily] {
        let counters = CounterSet<Outcome>("mask_redirects", by: "outcome", "Visits.", in: memory)
        counters.add(.notFound, 3)
        let histogram = Histogram("mask_request_duration_seconds", in: memory)
        for microseconds in [1, 100, 101, 2_500, 40_000_000] { histogram.observe(microseconds: microseconds) }
        return [
            counters.family,
            .gauge("mask_spool_free_bytes", unit: "bytes", "Free \"space\" on \\ the disk,\nin bytes.", 1 << 40),
            .seconds("mask_age_seconds", "An age.", milliseconds: 1_500),
            .gauge("mask_nothing", "Without a sample.", []),
            .info("mask_build", "A build.", [("version", "1.0 \"x\" \\ y\nz")]),
            .histogram("mask_request_duration_seconds", "Durations.", [([("endpoint", "/v1/links/{id}")], histogram)]),
        ]
    }

    @Test("OpenMetrics has TYPE, UNIT and HELP of each family, suffixes of samples, escaped texts, and ends in # EOF")
    func openMetrics() {
        let text = Exposition.openMetrics.text(families())
        #expect(text.hasPrefix("""
            # TYPE mask_redirects counter
            # HELP mask_redirects Visits.
            mask_redirects_total{outcome="led"} 0
            mask_redirects_total{outcome="not_found"} 3
            # TYPE mask_spool_free_bytes gauge
            # UNIT mask_spool_free_bytes bytes
            # HELP mask_spool_free_bytes Free \\"space\\" on \\\\ the disk,\\nin bytes.
            mask_spool_free_bytes 1099511627776
            # TYPE mask_age_seconds gauge
            # UNIT mask_age_seconds seconds
            # HELP mask_age_seconds An age.
            mask_age_seconds 1.5
            # TYPE mask_build info
            # HELP mask_build A build.
            mask_build_info{version="1.0 \\"x\\" \\\\ y\\nz"} 1
            # TYPE mask_request_duration_seconds histogram
            # UNIT mask_request_duration_seconds seconds
            # HELP mask_request_duration_seconds Durations.
            mask_request_duration_seconds_bucket{endpoint="/v1/links/{id}",le="0.0001"} 2
            mask_request_duration_seconds_bucket{endpoint="/v1/links/{id}",le="0.00025"} 3

            """))
        #expect(text.hasSuffix("""
            mask_request_duration_seconds_bucket{endpoint="/v1/links/{id}",le="30.0"} 4
            mask_request_duration_seconds_bucket{endpoint="/v1/links/{id}",le="+Inf"} 5
            mask_request_duration_seconds_count{endpoint="/v1/links/{id}"} 5
            mask_request_duration_seconds_sum{endpoint="/v1/links/{id}"} 40.002702
            # EOF

            """))
        #expect(!text.contains("mask_nothing"))
    }

    @Test("the older format calls counters as their samples are called, and has neither UNIT nor EOF")
    func prometheus() {
        let text = Exposition.prometheus.text(families())
        #expect(text.contains("# TYPE mask_redirects_total counter\n"))
        #expect(text.contains("# TYPE mask_build_info gauge\n"))
        #expect(text.contains("# HELP mask_spool_free_bytes Free \"space\" on \\\\ the disk,\\nin bytes.\n"))
        #expect(!text.contains("# UNIT") && !text.contains("# EOF"))
    }

    @Test("OpenMetrics is for all but those who ask for plain text and do not know it", arguments: [
        (nil, true), ("*/*", true), ("text/html,*/*;q=0.8", true), ("text/plain", false),
        ("application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", true),
        ("text/plain;version=0.0.4;q=1,*/*;q=0.1", false),
    ])
    func negotiation(accept: String?, isOpenMetrics: Bool) {
        #expect(Exposition(accept: accept).contentType.hasPrefix("application/openmetrics-text; version=1.0.0") == isOpenMetrics)
    }

    /// python3-prometheus-client of Debian, by the authors of the format.
    @Test("the parsers of Prometheus' own client read both", .enabled(if: hasClient))
    func parsers() throws {
        let families = families()
        for (format, module) in [(Exposition.openMetrics, "openmetrics.parser"), (.prometheus, "parser")] {
            let folder = try TemporaryFolder("metrics")
            let file = folder.path + "/text"
            try Data(format.text(families).utf8).write(to: URL(fileURLWithPath: file))
            let read = try python("""
                import sys, prometheus_client.\(module) as parser
                for family in parser.text_string_to_metric_families(open('\(file)').read()):
                    for sample in family.samples: print(family.type, sample.name, float(sample.value))
                """)
            #expect(read.contains("counter mask_redirects_total 3.0"), "\(read)")
        }
    }

    private static let hasClient = (try? python("import prometheus_client; print('yes')")) == "yes\n"
}

private func python(_ script: String) throws -> String {
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
    process.arguments = ["-c", script]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TestFailure("python3 ended with \(process.terminationStatus)") }
    return String(decoding: text, as: UTF8.self)
}
