import Model

/// What a click is counted by, as numbers of ``ClickValue``.
package struct ClickFact: Hashable, Sendable {
    /// The quarter of an hour in its UTC day, from 0 to 95.
    var quarter: UInt32
    var place: UInt32
    var agent: UInt32
    var referrer: UInt32
    var campaign: UInt32
    var marks: ClickMarks
}

/// The four bits of a click beside its numbers.
package struct ClickMarks: Hashable, Sendable {
    var bits: UInt32

    init(bits: UInt32) { self.bits = bits & 15 }

    init(isBot: Bool, isFirst: Bool, trigger: ClickTrigger) {
        bits = (isBot ? 1 : 0) | (isFirst ? 2 : 0) | trigger.number << 2
    }

    var isBot: Bool { bits & 1 != 0 }
    /// First of this human visitor on this link on this UTC day.
    var isFirst: Bool { bits & 2 != 0 }
    /// ``ClickTrigger/number``.
    var trigger: UInt32 { bits >> 2 }

    var counts: ClickCounts { ClickCounts(clicks: 1, humans: isBot ? 0 : 1, uniques: isFirst ? 1 : 0) }
}

extension ClickTrigger {
    /// As it stands in columns and sums; two bits.
    var number: UInt32 {
        switch self {
        case .click: 0
        case .qr: 1
        }
    }
}

/// Clicks, those among them that are not a bot's, and those that are the first of a human visitor on a link and UTC day.
struct ClickCounts: Equatable, Sendable {
    var clicks = 0, humans = 0, uniques = 0

    static func += (left: inout ClickCounts, right: ClickCounts) {
        left.clicks += right.clicks
        left.humans += right.humans
        left.uniques += right.uniques
    }

    static func * (counts: ClickCounts, factor: Int) -> ClickCounts {
        ClickCounts(clicks: counts.clicks * factor, humans: counts.humans * factor, uniques: counts.uniques * factor)
    }
}

/// A column of facts, as the tables have it: a number for each fact.
enum FactColumn: String, CaseIterable {
    /// What was clicked: in parts its number, in the row of a block the place in it; the facts of one link do not have it.
    case links
    case quarters, places, agents, referrers, campaigns
    /// How many clicks the fact stands for, less one, above the bits of ``ClickMarks``.
    case marks
}

/// Facts in columns of bytes, to be appended to those of others.
struct FactColumns {
    private(set) var facts = 0
    private var columns = [[UInt8]](repeating: [], count: FactColumn.allCases.count)

    subscript(_ column: FactColumn) -> [UInt8] { columns[column.index] }

    /// - Parameters:
    ///   - link: for parts, and for blocks.
    ///   - count: how many clicks the fact stands for.
    mutating func append(_ fact: ClickFact, link: UInt32? = nil, count: Int = 1) {
        facts += 1
        if let link { columns[FactColumn.links.index].append(varint: link) }
        columns[FactColumn.quarters.index].append(varint: fact.quarter)
        columns[FactColumn.places.index].append(varint: fact.place)
        columns[FactColumn.agents.index].append(varint: fact.agent)
        columns[FactColumn.referrers.index].append(varint: fact.referrer)
        columns[FactColumn.campaigns.index].append(varint: fact.campaign)
        columns[FactColumn.marks.index].append(varint: UInt32(count - 1) << 4 | fact.marks.bits)
    }
}

extension FactColumn {
    var index: Int {
        switch self {
        case .links: 0
        case .quarters: 1
        case .places: 2
        case .agents: 3
        case .referrers: 4
        case .campaigns: 5
        case .marks: 6
        }
    }
}

extension Array {
    /// Makes room for an index, and some more: what is looked up by number grows with the numbers.
    @inline(__always)
    mutating func grow(to index: Int, filling element: Element) {
        guard index >= count else { return }
        self += [Element](repeating: element, count: index + index / 2 + 64 - count)
    }
}

extension [UInt8] {
    /// Appends an unsigned LEB128 number.
    mutating func append(varint number: some UnsignedInteger) {
        var rest = UInt64(number)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Reads unsigned LEB128 numbers. One that is cut off or too large is the end.
struct VarintReader {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    @inline(__always)
    mutating func next() -> UInt64? {
        guard position < bytes.count else { return nil }
        let first = bytes[position]
        position += 1
        guard first >= 0x80 else { return UInt64(first) }
        return rest(of: first)
    }

    private mutating func rest(of first: UInt8) -> UInt64? {
        var (number, shift) = (UInt64(first & 0x7F), UInt64(7))
        while position < bytes.count, shift < 63 {
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        position = bytes.count
        return nil
    }

    /// All numbers of a column.
    static func numbers(_ bytes: [UInt8], count: Int) -> [UInt32] {
        bytes.withUnsafeBytes { bytes in
            var reader = VarintReader(bytes)
            return [UInt32](unsafeUninitializedCapacity: count) { numbers, filled in
                while filled < count, let number = reader.next() {
                    numbers[filled] = UInt32(truncatingIfNeeded: number)
                    filled += 1
                }
            }
        }
    }
}
