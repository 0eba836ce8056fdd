import Crypto
import HTTP

extension EntityTag {
    /// Another for every other content.
    package init(digestOf bytes: [UInt8]) { self.init(base64URL(Array(sha256(bytes).prefix(16)))) }
}
