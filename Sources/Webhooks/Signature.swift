import Crypto
import Model

/// The three headers of Standard Webhooks 1.0 (https://www.standardwebhooks.com), by which a receiver knows who sends,
/// that nothing was altered, and that nothing is sent again by somebody else.
public struct Signature: Sendable {
    public let fields: [(name: String, value: String)]

    /// - Parameters:
    ///   - id: the event's, the same on every attempt and to every endpoint.
    ///   - secrets: the newest first. While a rotation overlaps there are two, and either verifies.
    public init(_ body: [UInt8], id: String, at time: Timestamp, secrets: [WebhookSecret]) {
        let seconds = String(time.milliseconds / 1000)
        var signed: [UInt8] = []
        signed.reserveCapacity(id.utf8.count + seconds.utf8.count + 2 + body.count)
        signed += "\(id).\(seconds).".utf8
        signed += body
        let signatures = secrets.map { "v1," + base64(hmacSHA256(key: $0.bytes, signed)) }
        fields = [
            ("webhook-id", id), ("webhook-timestamp", seconds), ("webhook-signature", signatures.joined(separator: " ")),
        ]
    }
}

extension WebhookSecret {
    /// As receivers configure it.
    public var text: String { Self.prefix + base64(bytes) }
}
