import COpenSSL

/// Password hashes: scrypt (RFC 7914) with a salt of its own for each password, written as
/// `$scrypt$ln=14,r=8,p=1$salt$hash`, the form that the password hashing competition's string format gives it.
///
/// Each call takes 16 MiB and, at ``Cost/standard``, tens of milliseconds of one core, which is the point of it. A program
/// with many threads has to bound how many calls run at a time.
public enum PasswordHash {
    private static let saltLength = 16
    private static let hashLength = 32

    /// Hashes `password`, as UTF-8, under a fresh salt. The hash says what it cost.
    public static func make(_ password: String, cost: Cost = .standard) throws(CryptoError) -> String {
        let salt = try randomBytes(saltLength)
        let hash = try scrypt(password, salt: salt, cost: cost, length: hashLength)
        return "$scrypt$ln=\(cost.logarithm),r=\(cost.blockSize),p=\(cost.parallelism)"
            + "$\(unpadded(salt))$\(unpadded(hash))"
    }

    /// Whether `password` is the one that `encoded` was made from. False also for a text that is not such a hash.
    ///
    /// The cost is the one written in `encoded`, so hashes made under another setting stay valid.
    /// - Throws: where it cannot be told, for want of memory or because OpenSSL's policy allows no scrypt.
    public static func verify(_ password: String, against encoded: String) throws(CryptoError) -> Bool {
        guard let stored = Parsed(encoded) else { return false }
        let hash = try scrypt(password, salt: stored.salt, cost: stored.cost, length: stored.hash.count)
        return constantTimeEquals(hash, stored.hash)
    }

    /// Whether `encoded` was made at another cost than this, or is no hash: at the next sign-in that has the password, a new
    /// one is made of it.
    public static func needsRehash(_ encoded: String, to cost: Cost) -> Bool { Parsed(encoded)?.cost != cost }

    /// Makes the hash of RFC 7914, section 12, that has the standard cost, and compares.
    /// - Throws: where this machine cannot hash passwords.
    public static func test() throws(CryptoError) {
        let hash = try scrypt(
            "pleaseletmein", salt: Array("SodiumChloride".utf8), cost: .standard, length: expectedHash.count)
        guard hash == expectedHash else { throw CryptoError(function: "EVP_PBE_scrypt", reason: "made another hash than RFC 7914") }
    }

    private static let expectedHash: [UInt8] = [
        0x70, 0x23, 0xBD, 0xCB, 0x3A, 0xFD, 0x73, 0x48, 0x46, 0x1C, 0x06, 0xCD, 0x81, 0xFD, 0x38, 0xEB,
        0xFD, 0xA8, 0xFB, 0xBA, 0x90, 0x4F, 0x8E, 0x3E, 0xA9, 0xB5, 0x43, 0xF6, 0x54, 0x5D, 0xA1, 0xF2,
    ]

    /// scrypt's parameters, named N = 2^logarithm, r and p in RFC 7914.
    public struct Cost: Hashable, Sendable {
        var logarithm: Int
        var blockSize: Int
        var parallelism: Int

        /// `ln=14,r=8,p=1`: for what a stranger gains little by.
        public static let standard = Cost(logarithm: 14, blockSize: 8, parallelism: 1)
        /// `ln=14,r=8,p=5`: five times the work in the same memory, the least for accounts.
        /// https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
        public static let account = Cost(logarithm: 14, blockSize: 8, parallelism: 5)

        /// Bounds, so that no stored text can stop the program for minutes. Memory is bounded by `EVP_PBE_scrypt`.
        fileprivate var isReasonable: Bool {
            (1...20).contains(logarithm) && (1...32).contains(blockSize) && (1...16).contains(parallelism)
        }
    }

    private struct Parsed {
        var cost: Cost
        var salt: [UInt8]
        var hash: [UInt8]

        init?(_ encoded: String) {
            let fields = encoded.split(separator: "$", omittingEmptySubsequences: false)
            guard
                fields.count == 5, fields[0].isEmpty, fields[1] == "scrypt",
                let cost = Self.cost(fields[2]), cost.isReasonable,
                let salt = Self.decoded(fields[3]),
                let hash = Self.decoded(fields[4]), (16...64).contains(hash.count)
            else { return nil }
            self.cost = cost
            self.salt = salt
            self.hash = hash
        }

        /// Reads `ln=14,r=8,p=1`.
        private static func cost(_ text: Substring) -> Cost? {
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            let names = ["ln=", "r=", "p="]
            guard parts.count == names.count else { return nil }
            let values = zip(parts, names).compactMap { part, name in
                part.hasPrefix(name) ? Int(part.dropFirst(name.count)) : nil
            }
            guard values.count == names.count else { return nil }
            return Cost(logarithm: values[0], blockSize: values[1], parallelism: values[2])
        }

        private static func decoded(_ text: Substring) -> [UInt8]? {
            base64Decoded(text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
        }
    }

    /// The string format leaves the padding of Base64 out.
    private static func unpadded(_ bytes: [UInt8]) -> String {
        String(base64(bytes).prefix { $0 != "=" })
    }

    private static func scrypt(
        _ password: String, salt: [UInt8], cost: Cost, length: Int
    ) throws(CryptoError) -> [UInt8] {
        let mostMemory: UInt64 = 64 * 1024 * 1024
        var hash = [UInt8](repeating: 0, count: length)
        // "EVP_PBE_scrypt() returns 1 on success and 0 on error."
        // https://docs.openssl.org/3.0/man3/EVP_PBE_scrypt/
        let result = EVP_PBE_scrypt(
            password, password.utf8.count, salt, salt.count,
            1 << UInt64(cost.logarithm), UInt64(cost.blockSize), UInt64(cost.parallelism), mostMemory,
            &hash, hash.count)
        guard result == 1 else { throw CryptoError.latest(in: "EVP_PBE_scrypt") }
        return hash
    }
}
