/// One word of a command: any bytes at all. Arguments are sent with their lengths, so there is nothing to escape.
public struct RedisArgument: Sendable, Hashable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral {
    private enum Word: Sendable, Hashable {
        case bytes([UInt8])
        case text(String)
    }

    private let word: Word

    public init(_ bytes: [UInt8]) { word = .bytes(bytes) }

    /// The UTF-8 bytes of `text`.
    public init(_ text: some StringProtocol) { word = .text(String(text)) }

    /// The number in decimal.
    public init(_ number: some BinaryInteger) { word = .text(String(number)) }

    public init(stringLiteral text: String) { self.init(text) }

    public init(integerLiteral number: Int64) { self.init(number) }

    /// What is sent for it: `$3\r\nSET\r\n` (https://redis.io/docs/latest/develop/reference/protocol-spec/#bulk-strings).
    func encode(into command: inout [UInt8]) {
        switch word {
        case .bytes(let bytes):
            Self.encode(length: bytes.count, after: "$", into: &command)
            command += bytes
        case .text(let text):
            Self.encode(length: text.utf8.count, after: "$", into: &command)
            command += text.utf8
        }
        command += "\r\n".utf8
    }

    static func encode(length: Int, after mark: Unicode.Scalar, into command: inout [UInt8]) {
        command.append(UInt8(ascii: mark))
        command += String(length).utf8
        command += "\r\n".utf8
    }
}
