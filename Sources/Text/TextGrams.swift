/// Which three bytes stand side by side in texts, as a set of 65,536 bits: texts whose set lacks one of a search's have it nowhere.
public struct TextGrams: Sendable, Equatable {
    /// As the column has them.
    public static let byteCount = 8192

    public private(set) var bytes = [UInt8](repeating: 0, count: byteCount)

    public init() {}

    public mutating func insert(_ text: [UInt8]) {
        for place in Self.places(of: text) { bytes[place.byte] |= place.bit }
    }

    /// Of a text that is not known: then it may be any.
    public mutating func insertAll() { bytes = [UInt8](repeating: 0xFF, count: Self.byteCount) }

    public struct Place: Hashable, Sendable {
        public var byte: Int
        public var bit: UInt8
    }

    /// Where the bits of a text are; none of one that is shorter than three bytes.
    public static func places(of text: [UInt8]) -> Set<Place> {
        guard text.count >= 3 else { return [] }
        return Set((0..<text.count - 2).map { index in
            let gram = UInt32(text[index]) << 16 | UInt32(text[index + 1]) << 8 | UInt32(text[index + 2])
            // Knuth's multiplicative hash: its highest bits depend on all of the gram.
            let hash = Int((gram &* 2_654_435_761) >> 16)
            return Place(byte: hash >> 3, bit: 1 << UInt8(hash & 7))
        })
    }
}
