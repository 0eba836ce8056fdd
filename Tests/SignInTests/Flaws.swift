import Authenticators
import SignIn
import Testing

/// One thing that is wrong, and how it is told.
struct Flaw: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let error: WebAuthnError
    let change: @Sendable (inout Passkey) -> Void

    init(_ name: String, _ error: WebAuthnError, _ change: @escaping @Sendable (inout Passkey) -> Void) {
        (testDescription, self.error, self.change) = (name, error, change)
    }

    /// What both ceremonies refuse.
    static let common: [Flaw] = [
        Flaw("another challenge", .challenge) { $0.challenge[31] ^= 1 },
        Flaw("the beginning of the challenge", .challenge) { $0.challenge.removeLast() },
        Flaw("no challenge", .challenge) { $0.challenge = [] },
        Flaw("an unknown type", .type) { $0.type = "payment.get" },
        Flaw("an origin that begins like ours", .origin) { $0.origin += ".evil.example" },
        Flaw("an origin that ends like ours", .origin) { $0.origin = "https://evil-app.example.com" },
        Flaw("the parent domain", .origin) { $0.origin = "https://example.com" },
        Flaw("a host beneath ours", .origin) { $0.origin = "https://x.app.example.com" },
        Flaw("another port", .origin) { $0.origin += ":8443" },
        Flaw("another scheme", .origin) { $0.origin = "http://app.example.com" },
        Flaw("a slash at the end", .origin) { $0.origin += "/" },
        Flaw("capitals in the origin", .origin) { $0.origin = "https://App.example.com" },
        Flaw("a page inside another site's page", .crossOrigin) { $0.members = #","crossOrigin":true"# },
        Flaw("a crossOrigin that is no truth value", .crossOrigin) { $0.members = #","crossOrigin":"false""# },
        Flaw("a top origin", .crossOrigin) { $0.members = #","crossOrigin":false,"topOrigin":"https://app.example.com""# },
        Flaw("client data that are no JSON", .clientData) { $0.clientData = "{" },
        Flaw("client data that are no object", .clientData) { $0.clientData = "[]" },
        Flaw("client data with two origins", .clientData) { $0.members = #","origin":"https://app.example.com""# },
        Flaw("client data without members", .type) { $0.clientData = "{}" },
        Flaw("the RP ID of the parent domain", .relyingParty) { $0.host = "example.com" },
        Flaw("the RP ID of another host", .relyingParty) { $0.host = "go.example.com" },
        Flaw("nobody there", .userPresence) { $0.flags.remove(.userPresent) },
        Flaw("a user who was not verified", .userVerification) { $0.flags.remove(.userVerified) },
        Flaw("backed up without being eligible", .backupState) { $0.flags.remove(.backupEligible) },
        Flaw("no client data", .length) { $0.clientData = "" },
        Flaw("client data of 5,000 bytes", .length) { $0.members = #","x":""# + String(repeating: "x", count: 5000) + #"""# },
        Flaw("data without a counter", .length) { $0.authenticatorDataLength = 36 },
        Flaw("data of more than 4,096 bytes", .length) { $0.extensions = [UInt8](repeating: 0, count: 4096) },
        Flaw("no id", .length) { $0.credentialID = [] },
        Flaw("another id", .credentialID) { $0.credentialID[0] ^= 1 },
    ]
}
