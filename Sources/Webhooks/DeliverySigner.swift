import Crypto
import Curl
import DeliveryStore
import Model
import Store

/// Makes the requests of deliveries, signed with their endpoints' secrets, which it decrypts once.
struct DeliverySigner {
    /// Decrypts the secrets.
    private let key: String
    private let allowsHTTP: Bool
    private var secrets: [[UInt8]: WebhookSecret] = [:]

    private static let secretLimit = 10_000

    init(key: String, allowsHTTP: Bool) {
        self.key = key
        self.allowsHTTP = allowsHTTP
    }

    /// - Throws: ``SenderError``: the delivery cannot be sent at all.
    mutating func post(_ claimed: DeliveryQueue.Claimed, at now: Timestamp) throws(SenderError) -> Post {
        let endpoint = claimed.endpoint
        guard allowsHTTP || endpoint.url.lowercased().hasPrefix("https:") else { throw .httpsOnly }
        var secrets = [try secret(endpoint.secret)]
        if let previous = endpoint.previousSecret { secrets.append(try secret(previous)) }
        let body = Payload.bytes(of: claimed.event)
        let signature = Signature(body, id: claimed.event.id.description, at: now, secrets: secrets)
        return Post(
            url: endpoint.url, fields: [("Content-Type", "application/json")] + signature.fields, body: body)
    }

    private mutating func secret(_ sealed: [UInt8]) throws(SenderError) -> WebhookSecret {
        if let known = secrets[sealed] { return known }
        let bytes: [UInt8]?
        do throws(CryptoError) { bytes = try unseal(sealed, secret: key) } catch { throw .crypto(error) }
        guard let bytes else { throw .wrongKey }
        if secrets.count > Self.secretLimit { secrets = [:] }
        let secret = WebhookSecret(bytes: bytes)
        secrets[sealed] = secret
        return secret
    }
}
