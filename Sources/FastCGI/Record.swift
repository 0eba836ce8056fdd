/// The head of a record: what follows it, and how much (section 3.3 of
/// https://fastcgi-archives.github.io/FastCGI_Specification.html).
struct Record {
    /// The types of section 8 that a responder meets.
    enum Kind: UInt8 {
        case begin = 1, end = 3, parameters = 4, standardInput = 5, standardOutput = 6
    }

    /// Nil where nginx sends no such record.
    let kind: Kind?
    let request: UInt16
    let length: Int
    let padding: Int

    static let headBytes = 8
    /// Of one record's content.
    static let contentLimit = 65_535

    /// - Parameter bytes: eight of them.
    /// - Returns: nil where they are of no version that there is.
    init?(_ bytes: ArraySlice<UInt8>) {
        let at = bytes.startIndex
        guard bytes.count == Self.headBytes, bytes[at] == 1 else { return nil }
        kind = Kind(rawValue: bytes[at + 1])
        request = UInt16(bytes[at + 2]) << 8 | UInt16(bytes[at + 3])
        length = Int(bytes[at + 4]) << 8 | Int(bytes[at + 5])
        padding = Int(bytes[at + 6])
    }
}

/// Reads the name-value pairs of section 3.4, each length compared with what is there.
struct ParameterReader {
    typealias Text = UnsafeRawBufferPointer
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// A pair promises more than there is.
    struct Malformed: Error {}

    /// The next pair; nil at the end.
    mutating func next() throws(Malformed) -> (name: Text, value: Text)? {
        guard position < bytes.count else { return nil }
        let (name, value) = (try length(), try length())
        // Each is below 2^31, so the sum fits.
        guard name + value <= bytes.count - position else { throw Malformed() }
        defer { position += name + value }
        return (
            Text(rebasing: bytes[position..<(position + name)]),
            Text(rebasing: bytes[(position + name)..<(position + name + value)])
        )
    }

    /// One byte below 128, or four with the first bit set.
    private mutating func length() throws(Malformed) -> Int {
        guard position < bytes.count else { throw Malformed() }
        let first = Int(bytes[position])
        guard first >= 128 else {
            position += 1
            return first
        }
        guard bytes.count - position >= 4 else { throw Malformed() }
        defer { position += 4 }
        return bytes[position..<(position + 4)].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
    }
}
