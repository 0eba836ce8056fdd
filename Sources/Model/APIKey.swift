/// A key as it is stored: never the key itself, only its digest and a hint.
public struct APIKey: Sendable {
    public var id: APIKeyID
    public var workspace: WorkspaceID
    public var name: String
    /// Whether it works in the workspace's sandbox.
    public var isTest: Bool
    /// The beginning and the last four characters, to tell keys apart by eye; empty until it has a text.
    public var hint: String
    public var scopes: Scopes
    /// Requests a minute of this key alone, beside its workspace's limit.
    public var requestsPerMinute: Int?
    /// Where the key may be used from; empty for everywhere.
    public var allowedAddresses: [AddressRange]
    /// The member who made it, whose role ends what it can do; nil for the sysadmin.
    public var creator: MemberID?
    public var expiresAt: Timestamp?
    /// When rotation gave it a successor; it works on until ``expiresAt``.
    public var rotatedAt: Timestamp?
    public var successor: APIKeyID?
    public var revokedAt: Timestamp?
    /// Grows by one with each change: the entity tag, and what an update compares with.
    public var version: Int
    public var createdAt: Timestamp
    public var lastUse: Use?

    /// A use of a key. The address is coarse: a /24 or a /48.
    public struct Use: Sendable, Equatable {
        public var at: Timestamp
        public var address: String

        public init(at: Timestamp, address: String) {
            self.at = at
            self.address = address
        }
    }

    public init(
        id: APIKeyID, workspace: WorkspaceID, name: String, isTest: Bool = false, hint: String = "", scopes: Scopes, requestsPerMinute: Int? = nil,
        allowedAddresses: [AddressRange] = [], creator: MemberID? = nil, expiresAt: Timestamp? = nil,
        rotatedAt: Timestamp? = nil, successor: APIKeyID? = nil, revokedAt: Timestamp? = nil, version: Int = 1,
        createdAt: Timestamp, lastUse: Use? = nil
    ) {
        self.id = id
        self.workspace = workspace
        self.name = name
        self.isTest = isTest
        self.hint = hint
        self.scopes = scopes
        self.requestsPerMinute = requestsPerMinute
        self.allowedAddresses = allowedAddresses
        self.creator = creator
        self.expiresAt = expiresAt
        self.rotatedAt = rotatedAt
        self.successor = successor
        self.revokedAt = revokedAt
        self.version = version
        self.createdAt = createdAt
        self.lastUse = lastUse
    }

    public func isActive(at now: Timestamp) -> Bool {
        revokedAt.map { $0 > now } ?? true && expiresAt.map { $0 > now } ?? true
    }

    public func isAllowed(from address: String) -> Bool {
        allowedAddresses.isEmpty || allowedAddresses.contains { $0.contains(address) }
    }

    /// The key that rotation puts in its place: the same rights under a new text, for as long as this one was made for.
    public func rotated(_ text: APIKeyText, at now: Timestamp) -> APIKey {
        var key = self
        (key.id, key.hint, key.createdAt, key.version) = (.new(), text.hint, now, 1)
        (key.rotatedAt, key.successor, key.revokedAt, key.lastUse) = (nil, nil, nil, nil)
        key.expiresAt = expiresAt.map { now.adding(milliseconds: $0.milliseconds - createdAt.milliseconds) }
        return key
    }
}

/// The text of a key: `mk_live_`, or `mk_test_` of a test key, 32 random base62 characters (190 bits), and 6 base62 characters of
/// CRC-32 over all that stands before them, so that a typo is refused without a look-up and scanners can tell a real key.
///
/// Scanners find it with `mk_(live|test)_[0-9A-Za-z]{38}`.
public struct APIKeyText: Sendable {
    public let text: String

    static let livePrefix = "mk_live_"
    static let testPrefix = "mk_test_"
    static let randomLength = 32
    static let checksumLength = 6
    /// The same of both.
    private static let prefixLength = livePrefix.utf8.count
    private static let length = prefixLength + randomLength + checksumLength

    /// A new key from the system's random source.
    public static func random(isTest: Bool = false) -> APIKeyText {
        let stem = (isTest ? testPrefix : livePrefix) + Base62.random(length: randomLength)
        return APIKeyText(unchecked: stem + checksum(of: stem))
    }

    /// Nil unless prefix, alphabet, length and checksum are right.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length, Self.hasPrefix(text),
            text.utf8.dropFirst(Self.prefixLength).allSatisfy(Base62.contains)
        else { return nil }
        let whole = String(text)
        guard whole.hasSuffix(Self.checksum(of: whole.dropLast(Self.checksumLength))) else { return nil }
        self.text = whole
    }

    /// The first key that stands somewhere in a text.
    public init?(within text: String) {
        var rest = text[...]
        while let start = rest.utf8.firstIndex(of: UInt8(ascii: "m")) {
            rest = rest[start...]
            if Self.hasPrefix(rest), let key = APIKeyText(rest.prefix(Self.length)) {
                self = key
                return
            }
            rest = rest.dropFirst()
        }
        return nil
    }

    private init(unchecked text: String) { self.text = text }

    public var hint: String { text.prefix(Self.prefixLength) + "…" + text.suffix(4) }

    private static func hasPrefix(_ text: some StringProtocol) -> Bool { text.hasPrefix(livePrefix) || text.hasPrefix(testPrefix) }

    private static func checksum(of stem: some StringProtocol) -> String {
        Base62.encode(crc32(stem.utf8), length: checksumLength)
    }
}

/// Digits, upper case, lower case: the 62 characters of slugs and keys.
public enum Base62 {
    static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func contains(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// Evenly distributed characters from the system's random source, ten to a draw: each draw is a system call.
    public static func random(length: Int) -> String {
        String(decoding: stride(from: 0, to: length, by: drawn).flatMap { digits(min(drawn, length - $0)) }, as: UTF8.self)
    }

    private static let drawn = 10

    private static func digits(_ count: Int) -> [UInt8] {
        let choices = (0..<count).reduce(UInt64(1)) { product, _ in product * 62 }
        var number = UInt64.random(in: 0..<choices)
        return (0..<count).map { _ in
            defer { number /= 62 }
            return alphabet[Int(number % 62)]
        }
    }

    /// A number in exactly `length` digits, padded with `0` in front.
    static func encode(_ number: UInt32, length: Int) -> String {
        var (digits, rest) = ([UInt8](repeating: alphabet[0], count: length), Int(number))
        for place in digits.indices.reversed() {
            digits[place] = alphabet[rest % 62]
            rest /= 62
        }
        return String(decoding: digits, as: UTF8.self)
    }
}

/// CRC-32 as in ISO-HDLC, zip and PNG: polynomial 0xEDB88320, reflected.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    ~bytes.reduce(~0) { sum, byte in crcTable[Int((sum ^ UInt32(byte)) & 0xFF)] ^ sum >> 8 }
}

private let crcTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
}
