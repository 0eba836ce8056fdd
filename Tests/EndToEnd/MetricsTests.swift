import Foundation
import Testing

extension EndToEndTests {
    @Suite("Metrics and jobs")
    struct Metrics {
        let stack = Stack.shared

        private func metrics() -> String { Stack.run("curl", ["-sS", "--max-time", "8", stack["MASK_METRICS_URL"]]).text }

        private func value(_ series: String) -> Int {
            let line = metrics().split(separator: "\n").first { $0.hasPrefix(series + " ") }
            return line.flatMap { Int($0.dropFirst(series.count + 1)) } ?? 0
        }

        @Test("requests made are requests counted, whichever worker answers, and a kill -9 loses no count")
        func counted() {
            let series = #"mask_http_requests_total{method="GET",endpoint="/v1/workspace",status="2xx"}"#
            let before = value(series)
            for _ in 0..<20 { #expect(stack.call("GET", "/workspace").status == 200) }
            #expect(value(series) == before + 20)
            stack.killNow("worker-a")
            #expect(stack.eventually { metrics().contains(#"mask_process_threads{worker="1"}"#) })
            #expect(value(series) >= before + 20)
            #expect(metrics().hasSuffix("# EOF\n"))
        }

        @Test("visitors and clients are not shown them, whatever they send", arguments: [
            "https://api.mask.localhost/metrics", "https://mask.localhost/metrics", "http://mask.localhost/metrics",
            "https://go.yourbrand.com/metrics", "https://api.mask.localhost/v1/metrics",
        ])
        func hidden(url: String) {
            for header in ["Accept: */*", "MASK_MONITORING: on", "Mask-Monitoring: on", "Host: 127.0.0.1:9464"] {
                let answer = stack.answer(url, "-H", header)
                #expect(answer.status >= 400 && !answer.body.contains("mask_"))
            }
        }

        @Test("while MariaDB is away they are told in time, and say so")
        func database() {
            stack.without("mariadb") {
                let began = Date()
                #expect(metrics().contains("\nmask_database_up 0\n"))
                #expect(Date().timeIntervalSince(began) < 5)
                for (arguments, word) in [(["page", "sync"], "page sync"), (["maintain"], "maintain"), (["domain", "check"], "domain check")] {
                    let output = Stack.run(
                        stack["MASK_BIN"] + "/maskctl", arguments, environment: ["MASK_CONFIG": stack["MASK_CONFIG"]])
                    #expect(output.status == 1 && output.text.isEmpty)
                    #expect(output.errors.hasPrefix("maskctl \(word): MariaDB error 20"))
                    #expect(output.errors.split(separator: "\n").count == 1, "\(output.errors)")
                }
            }
        }

        @Test("jobs are silent while all is well, and are told of by doctor")
        func jobs() {
            for arguments in [["journal", "load"], ["page", "sync"], ["maintain"]] {
                for rehearsal in [[], ["--dry-run"]] {
                    let output = Stack.run(
                        stack["MASK_BIN"] + "/maskctl", arguments + rehearsal, environment: ["MASK_CONFIG": stack["MASK_CONFIG"]])
                    #expect(output.status == 0 && output.errors.isEmpty, "\(arguments): \(output.errors)")
                    if rehearsal.isEmpty { #expect(output.text.isEmpty) }
                }
            }
            #expect(stack.maskctl("doctor").text.contains(/ok +cron +maskctl journal load \d+ s ago/))
        }
    }
}
