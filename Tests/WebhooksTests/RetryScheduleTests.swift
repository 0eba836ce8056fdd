import Curl
import Model
import Store
import Support
import Testing

@testable import Webhooks

@Suite("The retry schedule")
struct RetryScheduleTests {
    private static let now = Timestamp("2026-03-14T09:26:53Z")

    private func delay(_ number: Int, _ status: Int = 500, after field: String? = nil, factor: Double = 1) -> Double? {
        RetrySchedule.delay(after: number, Exchange(result: .answered(status: status), retryAfter: field), at: Self.now, factor: factor)
    }

    @Test("ten attempts over three days")
    func schedule() {
        #expect((1...10).map { delay($0) } == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, nil])
        #expect(RetrySchedule.attempts == RetrySchedule.delays.count + 1)
    }

    @Test("each delay is up to a fifth shorter or longer")
    func jitter() {
        let delays = (0..<500).compactMap { _ in RetrySchedule.delay(after: 2, Exchange(result: .failed(.refused)), at: Self.now) }
        #expect(delays.allSatisfy { (240...360).contains($0) } && Set(delays).count > 400)
        #expect(delays.contains { $0 < 260 } && delays.contains { $0 > 340 })
    }

    @Test("who is busy is left alone for a minute", arguments: [429, 502, 504])
    func busy(status: Int) {
        #expect(delay(1, status) == 60 && delay(2, status) == 300)
        #expect(RetrySchedule.delay(after: 1, Exchange(result: .failed(.timeout)), at: Self.now, factor: 1) == 60)
        #expect(delay(1, 503) == 5)
    }

    @Test(
        "Retry-After puts off, within bounds; nonsense does not count",
        arguments: [
            ("90", 90.0), ("5", 60), ("0", 60), ("3600", 3600), ("999999999", 3600), ("99999999999999999999999", 3600),
            ("-5", 60), ("", 60), ("1.5", 60), ("soon", 60), ("+70", 60), ("٩٠", 60),
        ])
    func retryAfter(field: String, wanted: Double) {
        #expect(delay(1, 429, after: field) == wanted)
    }

    @Test("Retry-After may be a date in each of HTTP's three forms; one that has passed changes nothing, one far away an hour", arguments: [
        ("Sat, 14 Mar 2026 09:36:53 GMT", 600.0), ("Saturday, 14-Mar-26 09:36:53 GMT", 600), ("Sat Mar 14 09:36:53 2026", 600),
        ("Sat, 14 Mar 2026 09:26:54 GMT", 60), ("Sat, 14 Mar 2020 09:26:53 GMT", 60), ("Fri, 31 Dec 2027 23:59:59 GMT", 3600),
        ("Sat, 14 Mar 2026 09:36:53", 60), ("Sat, 32 Mar 2026 09:36:53 GMT", 60),
    ])
    func retryAfterDate(field: String, wanted: Double) {
        #expect(delay(1, 429, after: field) == wanted)
    }

    @Test("a long delay can be doubled by Retry-After at the most")
    func doubled() {
        #expect(delay(4, 503, after: "999999999") == 14_400)
        #expect(delay(4, 503, after: "10000") == 10_000)
        #expect(delay(4, 500, after: "10000") == 7200)
        #expect(delay(10, 503, after: "10") == nil)
    }

    @Test("probes of an endpoint that keeps failing come at growing distances, ten minutes at the most")
    func probes() {
        #expect((4...11).map { EndpointPolicy.probeDelay(failures: $0) } == [nil, 30, 60, 120, 240, 480, 600, 600])
        #expect(EndpointPolicy.probeDelay(failures: .max) == 600)
    }

    @Test("five days without success and ten failures end an endpoint; either alone does not; 410 does at once")
    func end() {
        let now = Timestamp("2026-01-10T00:00:00Z")
        func end(_ failures: Int, days: Double?, isGone: Bool = false) -> String? {
            var health = WebhookHealth()
            health.failures = failures
            health.failingSince = days.map { Timestamp(milliseconds: now.milliseconds - Int64($0 * 86_400_000)) }
            return EndpointPolicy.end(isGone: isGone, health, at: now)
        }
        #expect(end(10, days: 5) == "No delivery has succeeded for five days, in 10 attempts.")
        #expect(end(9, days: 30) == nil && end(10_000, days: 4.99) == nil && end(0, days: nil) == nil)
        #expect(end(1, days: 0, isGone: true) == "The endpoint answered 410 Gone.")
    }
}
