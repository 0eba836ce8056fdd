/// Counts by number, in the order of the numbers: what a dimension of many facts comes to.
///
/// As bytes: for each number its distance to the one before, then its clicks in two bits less, where bit 0 says that the number of
/// bots follows and bit 1 that of the humans who had been there. All are LEB128.
struct Sums {
    private(set) var entries: [(number: UInt32, counts: ClickCounts)] = []

    init() {}

    /// - Parameter entries: in the order of their numbers, each once.
    init(sorted entries: [(number: UInt32, counts: ClickCounts)]) { self.entries = entries }

    init(bytes: [UInt8]) {
        entries.reserveCapacity(bytes.count / 3)
        Self.forEach(bytes) { entries.append((number: $0, counts: $1)) }
    }

    /// Reads sums without keeping them.
    @inline(__always)
    static func forEach(_ bytes: [UInt8], _ body: (UInt32, ClickCounts) -> Void) {
        bytes.withUnsafeBytes { bytes in
            var (reader, number) = (VarintReader(bytes), UInt32(0))
            while let distance = reader.next(), let head = reader.next() {
                number &+= UInt32(truncatingIfNeeded: distance)
                let clicks = Int(head >> 2)
                let bots = head & 1 != 0 ? Int(reader.next() ?? 0) : 0
                let repeated = head & 2 != 0 ? Int(reader.next() ?? 0) : 0
                body(number, ClickCounts(clicks: clicks, humans: clicks - bots, uniques: clicks - bots - repeated))
            }
        }
    }

    var bytes: [UInt8] {
        var (bytes, last) = ([UInt8](), UInt32(0))
        bytes.reserveCapacity(entries.count * 3)
        for (number, counts) in entries {
            let (bots, repeated) = (counts.clicks - counts.humans, counts.humans - counts.uniques)
            bytes.append(varint: number - last)
            bytes.append(varint: UInt64(counts.clicks) << 2 | (repeated > 0 ? 2 : 0) | (bots > 0 ? 1 : 0))
            if bots > 0 { bytes.append(varint: UInt64(bots)) }
            if repeated > 0 { bytes.append(varint: UInt64(repeated)) }
            last = number
        }
        return bytes
    }

    /// Both together.
    func adding(_ other: Sums) -> Sums {
        guard !entries.isEmpty else { return other }
        var sum: [(number: UInt32, counts: ClickCounts)] = []
        sum.reserveCapacity(entries.count + other.entries.count)
        var (left, right) = (entries[...], other.entries[...])
        while let first = left.first, let second = right.first {
            if first.number < second.number {
                sum.append(left.removeFirst())
            } else if first.number > second.number {
                sum.append(right.removeFirst())
            } else {
                var counts = first.counts
                counts += second.counts
                sum.append((number: first.number, counts: counts))
                left.removeFirst()
                right.removeFirst()
            }
        }
        return Sums(sorted: sum + left + right)
    }
}
