import Crypto
import Model

/// Where webhooks may go, whom they believe there, and how the secrets of endpoints are kept.
public struct WebhookPolicy: Sendable {
    /// Plain http is allowed too.
    public let allowsHTTP: Bool
    let addresses: AddressPolicy
    /// Encrypts the secrets of endpoints; never in the database.
    package let key: String
    /// The authorities that endpoints' certificates may be of; nil for the system's.
    let caFile: String?
    /// Owners hear by mail of an endpoint that is failing.
    public var sendsMail = false

    public init(allowsHTTP: Bool, addresses: AddressPolicy, key: String, caFile: String? = nil) {
        self.allowsHTTP = allowsHTTP
        self.addresses = addresses
        self.key = key
        self.caFile = caFile
    }

    public func isAllowed(_ address: String) -> Bool { addresses.isAllowed(address) }

    /// What to use instead of a port that nothing is sent to; nil where it is allowed.
    public func refusal(ofPort port: Int) -> String? {
        guard !addresses.isAllowed(port: port), let ports = addresses.ports else { return nil }
        return "Use one of the ports \(ports.sorted().map(String.init).joined(separator: ", "))."
    }

    public func sealed(_ secret: WebhookSecret) throws -> [UInt8] { try seal(secret.bytes, secret: key) }
}
