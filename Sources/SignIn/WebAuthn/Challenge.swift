import Crypto
import JSON

/// What an authenticator has to sign: 32 random bytes (W3C Web Authentication Level 3, section 13.4.3: "at least 16").
///
/// Whoever gives it out stores it for one browser, and deletes it before an answer is looked at: each is used once.
public struct Challenge: Hashable, Sendable {
    /// In bytes.
    public static let length = 32

    public let bytes: [UInt8]

    /// A fresh one.
    public init() throws(CryptoError) { bytes = try randomBytes(Self.length) }

    /// One that was stored; nil where it has another length.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// What client data answer, as they say: by that its maker finds it. Whether they do, ``RelyingParty`` says.
    public static func bytes(inClientData clientData: [UInt8]) -> [UInt8]? {
        guard AnswerLengths.clientData.contains(clientData.count) else { return nil }
        return (try? JSON.parse(clientData))?["challenge"]?.stringValue.flatMap { base64URLDecoded($0) }
    }

    func isEqual(to other: [UInt8]) -> Bool { constantTimeEquals(bytes, other) }
}
