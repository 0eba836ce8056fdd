/// Counts what happens: only ever grows.
public struct Counter: Sendable {
    private let word: Word

    /// - Parameter name: the series, as in `mask_redirects_total{outcome="led"}`.
    public init(_ name: String, in memory: HostMemory) { word = memory.word(name) }

    /// One relaxed atomic addition.
    @inline(__always)
    public func add(_ count: Int = 1) { word.add(count) }

    public var value: Int { word.value }
}

/// A number that is what it is at the moment.
public struct Gauge: Sendable {
    private let word: Word

    public init(_ name: String, in memory: HostMemory) { word = memory.word(name) }

    public func set(_ value: Int) { word.set(value) }

    public var value: Int { word.value }
}

/// How long things take: a count for each of some bounds, and the sum.
public struct Histogram: Sendable {
    private let counts: [Word]
    private let sum: Word

    /// The upper bounds in microseconds: from what a redirect takes to what nginx waits for. What takes longer than the last
    /// has a count of its own.
    public static let bounds = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000, 30_000_000,
    ]

    public init(_ name: String, in memory: HostMemory) {
        counts = (Self.bounds.map { "le \($0)" } + ["more"]).map { memory.word("\(name) \($0)") }
        sum = memory.word(name + " sum")
    }

    /// Two relaxed atomic additions.
    public func observe(microseconds: Int) {
        var bucket = 0
        while bucket < Self.bounds.count, microseconds > Self.bounds[bucket] { bucket += 1 }
        counts[bucket].add(1)
        sum.add(microseconds)
    }

    /// The samples of a family in seconds, cumulative, as Prometheus wants them.
    public func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        // The sum first: what is observed meanwhile may be missing in it, and is never beyond the count.
        let total = sum.value
        var (samples, count): ([MetricFamily.Sample], Int) = ([], 0)
        for (bound, word) in zip(Self.bounds.map { MetricFamily.text(microseconds: $0) } + ["+Inf"], counts) {
            count += word.value
            samples.append(.init("_bucket", labels + [("le", bound)], String(count)))
        }
        samples.append(.init("_count", labels, String(count)))
        samples.append(.init("_sum", labels, MetricFamily.text(microseconds: total)))
        return samples
    }

    public var count: Int { counts.reduce(0) { $0 + $1.value } }
}
