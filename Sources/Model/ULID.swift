import Glibc

/// The 128 bits behind every identifier: 48 bits of time in milliseconds, then 80 random bits, so that newer ones sort
/// after older ones. Written as 26 lower-case characters of Crockford's base 32 (https://github.com/ulid/spec).
///
/// Two identifiers made in the same millisecond have no order.
public struct ULID: Hashable, Comparable, Sendable, LosslessStringConvertible {
    /// The whole identifier as a number; its order is the order in time.
    public let value: UInt128

    public init(value: UInt128) {
        self.value = value
    }

    /// A new identifier.
    /// - Parameter milliseconds: since 1970-01-01 UTC; only the lower 48 bits are kept, which last until the year 10889.
    public init(milliseconds: Int64, using generator: inout some RandomNumberGenerator) {
        let high = UInt128(UInt16.random(in: .min ... .max, using: &generator))
        self.init(milliseconds: milliseconds, random: high << 64 | UInt128(generator.next()))
    }

    private init(milliseconds: Int64, random: UInt128) {
        value = UInt128(UInt64(truncatingIfNeeded: milliseconds) & 0xFFFF_FFFF_FFFF) << 80 | random
    }

    /// A new identifier, random by the system (getentropy(3)), which is asked once.
    public init(milliseconds: Int64) {
        var random: UInt128 = 0
        let isFilled = withUnsafeMutableBytes(of: &random) { getentropy($0.baseAddress, $0.count) == 0 }
        precondition(isFilled, "the system has no random numbers")  // there is always such a call (getrandom(2))
        self.init(milliseconds: milliseconds, random: random >> 48)
    }

    /// Reads the 26 lower-case characters of `description`; nil for anything else, so that one identifier has one spelling.
    public init?(_ description: String) {
        var text = description
        guard let read = text.withUTF8({ ULID(utf8: $0) }) else { return nil }
        self = read
    }

    /// The same of the characters' bytes.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 26, let first = text.first, first <= UInt8(ascii: "7") else { return nil }
        var value: UInt128 = 0
        for byte in text {
            guard let digit = Self.digit(byte) else { return nil }
            value = value << 5 | UInt128(digit)
        }
        self.init(value: value)
    }

    /// Reads 16 bytes, big endian; nil for any other number of bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        value = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// 16 bytes, big endian, as the database keeps them.
    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            var rest = value
            for index in stride(from: 15, through: 0, by: -1) {
                buffer[index] = UInt8(truncatingIfNeeded: rest)
                rest >>= 8
            }
            count = 16
        }
    }

    /// When it was made, in milliseconds since 1970-01-01 UTC.
    public var milliseconds: Int64 {
        Int64(value >> 80)
    }

    /// 26 lower-case characters.
    public var description: String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            var rest = value
            for index in stride(from: 25, through: 0, by: -1) {
                buffer[index] = Self.alphabet.utf8Start[Int(truncatingIfNeeded: rest & 31)]
                rest >>= 5
            }
            return 26
        }
    }

    public static func < (left: ULID, right: ULID) -> Bool {
        left.value < right.value
    }

    private static var alphabet: StaticString { "0123456789abcdefghjkmnpqrstvwxyz" }

    /// Ranges instead of a table: `i`, `l`, `o` and `u` are not in the alphabet.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "h"): byte - 87
        case UInt8(ascii: "j")...UInt8(ascii: "k"): byte - 88
        case UInt8(ascii: "m")...UInt8(ascii: "n"): byte - 89
        case UInt8(ascii: "p")...UInt8(ascii: "t"): byte - 90
        case UInt8(ascii: "v")...UInt8(ascii: "z"): byte - 91
        default: nil
        }
    }
}
