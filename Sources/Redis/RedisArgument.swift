/// One word of a command: any bytes at all. Arguments are sent with their lengths, so there is nothing to escape.
public struct RedisArgument: Sendable, Hashable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The UTF-8 bytes of `text`.
    public init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// The number in decimal.
    public init(_ number: some BinaryInteger) {
        self.init(String(number))
    }

    public init(stringLiteral text: String) {
        self.init(text)
    }

    public init(integerLiteral number: Int64) {
        self.init(number)
    }
}
