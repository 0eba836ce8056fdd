/// How long things took, as counts in 128 buckets: each bucket's upper bound is a quarter of a doubling (2^(1/4), 19 %)
/// above the one before, from 1 µs to an hour.
public struct LatencyHistogram: Sendable, Hashable {
    public static let bucketCount = 128

    /// How many latencies there are.
    public private(set) var count = 0

    private var counts = [Int](repeating: 0, count: bucketCount)

    public init() {}

    /// - Parameter bucket: 0 to 127, from ``bucket(microseconds:)``.
    public mutating func add(_ count: Int = 1, toBucket bucket: Int) {
        counts[bucket] += count
        self.count += count
    }

    /// The latency, in microseconds, that a share `q` (0 to 1) of all latencies do not exceed, by nearest rank; nil when
    /// there are none.
    ///
    /// It is the upper bound of the bucket: never below the true value, and at most 19 % above it for anything up to
    /// an hour.
    public func quantile(_ q: Double) -> Int? {
        let rank = max(1, (min(q, 1) * Double(count)).rounded(.up))
        var seen = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            if Double(seen) >= rank { return Self.upperBound(of: bucket) }
        }
        return nil
    }

    // MARK: Buckets

    /// The bucket of a latency: the first whose upper bound is not below it. The last one, 127, also takes all that is
    /// longer than its bound, about an hour.
    ///
    /// Whole microseconds leave some of the first ten buckets without a number of their own; those stay empty.
    public static func bucket(microseconds: Int) -> Int {
        guard microseconds > 1 else { return 0 }
        // Four buckets per power of two; the search takes at most four steps.
        var bucket = min((Int.bitWidth - 1 - microseconds.leadingZeroBitCount) * 4, bucketCount - 1)
        while bucket < bucketCount - 1, upperBounds[bucket] < microseconds { bucket += 1 }
        return bucket
    }

    /// The longest latency of a bucket, 0 to 127, in microseconds: 2^(bucket/4), rounded down.
    public static func upperBound(of bucket: Int) -> Int {
        upperBounds[bucket]
    }

    /// By square roots, which IEEE 754 rounds correctly, so that every machine has the same bounds.
    private static let upperBounds = (0..<bucketCount).map { bucket in
        Int(Double(sign: .plus, exponent: bucket, significand: 1).squareRoot().squareRoot())
    }
}
