import Crypto
import JSON
import Text

/// Who asks for passkeys: the app's host, at one origin. What is signed for another host or origin is not taken.
public struct RelyingParty: Hashable, Sendable {
    /// The RP ID: the whole host, never a parent domain, for which any of its hosts could ask.
    public let id: String
    /// `https://host`, and `:port` where it is not 443.
    public let origin: String

    /// - Parameter host: in lower case and ASCII, as browsers have it in an origin.
    public init(host: String, port: Int = 443) {
        id = host
        origin = "https://\(host)" + (port == 443 ? "" : ":\(port)")
    }

    enum Ceremony: String {
        case registration = "webauthn.create"
        case assertion = "webauthn.get"
    }

    /// The client data (W3C Web Authentication Level 3, section 5.8.1) are of this ceremony, challenge and origin. Other members
    /// are ignored.
    func check(clientData: [UInt8], of ceremony: Ceremony, for challenge: Challenge) throws(WebAuthnError) {
        guard let data = (try? JSON.parse(clientData))?.objectValue else { throw .clientData }
        guard let type = data["type"]?.stringValue, hasSameBytes(type, ceremony.rawValue) else { throw .type }
        guard let text = data["challenge"]?.stringValue, let bytes = base64URLDecoded(text), challenge.isEqual(to: bytes) else {
            throw .challenge
        }
        guard let origin = data["origin"]?.stringValue, hasSameBytes(origin, self.origin) else { throw .origin }
        // Safari leaves it out, as Level 1 does.
        guard data["crossOrigin"] ?? false == false, data["topOrigin"] == nil else { throw .crossOrigin }
    }

    /// The authenticator answered for this host, was touched, and verified its user; what it says of its backup can be.
    func check(_ data: AuthenticatorData) throws(WebAuthnError) {
        guard data.relyingPartyHash == sha256(id) else { throw .relyingParty }
        guard data.flags.contains(.userPresent) else { throw .userPresence }
        guard data.flags.contains(.userVerified) else { throw .userVerification }
        guard data.flags.contains(.backupEligible) || !data.flags.contains(.backedUp) else { throw .backupState }
    }
}
