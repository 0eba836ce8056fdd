import Crypto
import Model

/// What whoever changes an endpoint has to know: where they may go, and how their secrets are kept.
public struct WebhookPolicy: Sendable {
    /// Plain http is allowed too.
    public let allowsHTTP: Bool
    private let addresses: AddressPolicy
    /// Encrypts the secrets of endpoints; never in the database.
    private let key: String

    public init(allowsHTTP: Bool, addresses: AddressPolicy, key: String) {
        self.allowsHTTP = allowsHTTP
        self.addresses = addresses
        self.key = key
    }

    public func isAllowed(_ address: String) -> Bool { addresses.isAllowed(address) }

    /// What to use instead of a port that nothing is sent to; nil where it is allowed.
    public func refusal(ofPort port: Int) -> String? {
        guard !addresses.isAllowed(port: port), let ports = addresses.ports else { return nil }
        return "Use one of the ports \(ports.sorted().map(String.init).joined(separator: ", "))."
    }

    public func sealed(_ secret: WebhookSecret) throws -> [UInt8] { try seal(secret.bytes, secret: key) }
}
