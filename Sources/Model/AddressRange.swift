import Glibc
import Text

/// A range of IPv4 or IPv6 addresses in CIDR notation (RFC 4632 and RFC 4291, section 2.3), such as `203.0.113.0/24`.
///
/// An IPv4 address in IPv6 dress (`::ffff:203.0.113.7`) is the IPv4 address, in ranges as in what is looked up. No IPv6
/// range has an IPv4 address in it, `::/0` neither.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
    private let network: Address
    /// Leading bits that an address shares with the network: 0 to 32, or 0 to 128.
    private let prefix: Int

    /// Reads `203.0.113.7`, `203.0.113.0/24` or `2001:db8::/32`; an address alone is a range of one.
    ///
    /// Leading zeros in IPv4 and in the prefix, zones (`%eth0`), white space and a network with bits set behind the
    /// prefix are refused: each is read differently by different programs.
    public init(validating text: String) throws(AddressRangeError) {
        if text.isEmpty { throw .empty }
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let written = Address(verbatim: String(Substring(first))) else { throw .address }
        var prefix = written.width
        if parts.count == 2 { prefix = try Self.prefix(parts[1], atMost: written.width) }
        let network = written.network(prefix)
        guard network == written else { throw .hostBits(corrected: Self(network, prefix).description) }
        self.init(network, prefix)
    }

    private init(_ network: Address, _ prefix: Int) {
        let unmapped = network.unmapped
        self.network = unmapped
        self.prefix = prefix - (network.width - unmapped.width)
    }

    /// A decimal number without sign and leading zeros.
    private static func prefix(_ digits: Substring.UTF8View, atMost width: Int) throws(AddressRangeError) -> Int {
        let isPlain = digits.allSatisfy(\.isDigit) && (digits.count == 1 || digits.first != UInt8(ascii: "0"))
        guard isPlain, let prefix = Int(Substring(digits)), prefix <= width else { throw .prefix(atMost: width) }
        return prefix
    }

    /// Whether an address, as the web server says it, is in the range. False for what is no address.
    public func contains(_ address: String) -> Bool {
        guard let address = Address(address), address.width == network.width else { return false }
        return address.network(prefix) == network
    }

    /// Whether all of another range is in this one.
    public func covers(_ other: AddressRange) -> Bool {
        other.network.width == network.width && other.prefix >= prefix && other.network.network(prefix) == network
    }

    /// The one spelling: IPv6 as inet_ntop(3) writes it, a range of one address without its prefix.
    public var description: String {
        prefix == network.width ? network.description : "\(network)/\(prefix)"
    }

    /// Who is counted where a limit is one address's: an IPv4 address, and of IPv6 the /64, of which each line has one at
    /// least and 2^64 addresses in it. The same for all that is no address.
    public static func limitKey(_ address: String) -> String {
        guard let address = Address(address) else { return "unknown" }
        let prefix = address.width == 32 ? 32 : 64
        return AddressRange(address.network(prefix), prefix).description
    }

    /// The neighbourhood of an address, which says little of who is there: the /24 of an IPv4 and the /48 of an IPv6
    /// address. Empty for what is no address.
    public static func coarse(_ address: String) -> String {
        guard let address = Address(address) else { return "" }
        let prefix = address.width == 32 ? 24 : 48
        return AddressRange(address.network(prefix), prefix).description
    }
}

/// Why a text is no range of addresses.
public enum AddressRangeError: Error, Hashable, Sendable {
    case empty
    /// What stands before the slash is no address.
    case address
    /// What stands behind the slash is no number, or a greater one than the address has bits.
    case prefix(atMost: Int)
    /// The address has bits set behind the prefix; the range it is in is given.
    case hostBits(corrected: String)

    /// Stable, for programs.
    public var code: String { "invalid_address_range" }

    /// What is wrong and what to change, as one sentence.
    public var message: String {
        switch self {
        case .empty: "The address range is empty; write an address, or a range such as 203.0.113.0/24."
        case .address:
            "The address is not valid; write it as in 203.0.113.7 or 2001:db8::1, without leading zeros, zone or spaces."
        case .prefix(let width):
            "The prefix behind the slash has to be a number from 0 to \(width), without leading zeros."
        case .hostBits(let corrected):
            "The address has bits set behind the prefix; write \(corrected), or the address without a prefix."
        }
    }
}

/// An address as a number.
private struct Address: Hashable, CustomStringConvertible {
    /// 32 or 128 bits.
    let width: Int
    let bits: UInt128

    /// Reads an address; an IPv4 address in IPv6 dress is read as IPv4.
    init?(_ text: String) {
        guard let address = Address(verbatim: text) else { return nil }
        self = address.unmapped
    }

    /// Reads an address as it is written. inet_pton(3) takes no zone, no white space, and of IPv4 only four decimal
    /// numbers without leading zeros; it stops at a NUL, so what no address has is refused before.
    init?(verbatim text: String) {
        guard text.utf8.allSatisfy(\.isAddressByte) else { return nil }
        var narrow: UInt32 = 0
        var wide: UInt128 = 0
        if inet_pton(AF_INET, text, &narrow) == 1 {
            self.init(width: 32, bits: UInt128(UInt32(bigEndian: narrow)))
        } else if inet_pton(AF_INET6, text, &wide) == 1 {
            self.init(width: 128, bits: UInt128(bigEndian: wide))
        } else {
            return nil
        }
    }

    private init(width: Int, bits: UInt128) {
        self.width = width
        self.bits = bits
    }

    /// The IPv4 address that an IPv6 address of `::ffff:0:0/96` stands for (RFC 4291, section 2.5.5.2); any other
    /// address itself.
    var unmapped: Address {
        guard width == 128, bits >> 32 == 0xFFFF else { return self }
        return Address(width: 32, bits: bits & 0xFFFF_FFFF)
    }

    /// The address with zeros behind its first `prefix` bits.
    func network(_ prefix: Int) -> Address {
        Address(width: width, bits: (bits >> (width - prefix)) << (width - prefix))
    }

    var description: String {
        var narrow = UInt32(truncatingIfNeeded: bits).bigEndian
        var wide = bits.bigEndian
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // inet_ntop(3) fails only for an unknown family and a short buffer.
        if width == 32 {
            inet_ntop(AF_INET, &narrow, &buffer, socklen_t(buffer.count))
        } else {
            inet_ntop(AF_INET6, &wide, &buffer, socklen_t(buffer.count))
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isAddressByte: Bool {
        hexadecimalValue != nil || self == UInt8(ascii: ".") || self == UInt8(ascii: ":")
    }
}
