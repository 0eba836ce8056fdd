import Model
import Testing

@Suite struct LatencyHistogramTests {
    @Test(
        "a latency falls into the first bucket whose bound it does not exceed",
        arguments: [
            (-1, 0), (0, 0), (1, 0), (2, 4), (3, 7), (4, 8), (5, 10), (8, 12), (1000, 40), (1024, 40), (1025, 41),
            (1_000_000, 80), (3_611_622_602, 127), (3_611_622_603, 127), (.max, 127),
        ])
    func bucket(microseconds: Int, bucket: Int) {
        #expect(LatencyHistogram.bucket(microseconds: microseconds) == bucket)
    }

    @Test("bounds are the fourth roots of the powers of two, rounded down", arguments: 0..<LatencyHistogram.bucketCount)
    func bounds(bucket: Int) {
        let bound = UInt128(LatencyHistogram.upperBound(of: bucket))
        #expect(bound * bound * bound * bound <= 1 << bucket)
        #expect((bound + 1) * (bound + 1) * (bound + 1) * (bound + 1) > 1 << bucket)
    }

    @Test("bounds never fall, and a bound is in a bucket of the same bound; one more is in a later one")
    func order() {
        for bucket in 1..<LatencyHistogram.bucketCount {
            let bound = LatencyHistogram.upperBound(of: bucket)
            let own = LatencyHistogram.bucket(microseconds: bound)
            #expect(bound >= LatencyHistogram.upperBound(of: bucket - 1))
            #expect(own <= bucket && LatencyHistogram.upperBound(of: own) == bound)
            #expect(LatencyHistogram.bucket(microseconds: bound + 1) > bucket || bucket == 127)
        }
    }

    @Test("an empty histogram has no quantile")
    func empty() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        histogram.add(0, toBucket: 3)
        #expect(histogram.quantile(0.5) == nil)
    }

    @Test(
        "quantiles go by nearest rank",
        arguments: [(0, 8), (0.5, 8), (0.51, 16), (0.9, 16), (0.91, 1024), (1, 1024), (-1, 8), (2, 1024)])
    func ranks(q: Double, microseconds: Int) {
        var histogram = LatencyHistogram()
        histogram.add(5, toBucket: LatencyHistogram.bucket(microseconds: 8))
        histogram.add(4, toBucket: LatencyHistogram.bucket(microseconds: 16))
        histogram.add(toBucket: LatencyHistogram.bucket(microseconds: 1024))
        #expect(histogram.count == 10)
        #expect(histogram.quantile(q) == microseconds)
    }

    @Test("a quantile is never below the true value, and at most 19 % above", arguments: 0..<50 as Range<UInt64>)
    func precision(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        let samples = (0..<Int.random(in: 1...2000, using: &generator)).map { _ in
            // As many in each doubling, from 1 µs to half an hour.
            Int.random(in: 1...(1 << Int.random(in: 0...31, using: &generator)), using: &generator)
        }.sorted()
        var histogram = LatencyHistogram()
        for sample in samples { histogram.add(toBucket: LatencyHistogram.bucket(microseconds: sample)) }
        for q in [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1] {
            let exact = samples[max(1, Int((q * Double(samples.count)).rounded(.up))) - 1]
            let quantile = try #require(histogram.quantile(q))
            #expect(quantile >= exact)
            // 2^(1/4) is 1.1892…
            #expect(Double(quantile) < Double(exact) * 1.1893, "seed \(seed), q \(q)")
        }
    }

    /// The same numbers on each run (https://prng.di.unimi.it/splitmix64.c).
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
