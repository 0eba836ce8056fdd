import MariaDB
import Model

/// Rows in the format of `LOAD DATA` with its defaults: fields end in TAB, rows in newline, backslash escapes.
/// Loaded with CHARACTER SET binary, so that identifiers can stand as their bytes.
package struct LoadRows {
    package init() {}

    package private(set) var bytes: [UInt8] = []
    private var isRowEmpty = true

    package mutating func append(_ text: String) {
        beginField()
        var text = text
        text.withUTF8 { append(escaping: $0) }
    }

    /// `\N`, which stands for NULL.
    package mutating func appendNull() {
        beginField()
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "N")]
    }

    package mutating func append(_ text: String?) {
        if let text { append(text) } else { appendNull() }
    }

    package mutating func append(_ value: SQLValue) {
        switch value {
        case .null: appendNull()
        case .integer(let number): append(String(number))
        case .double(let number): append(String(number))
        case .string(let text): append(text)
        case .bytes(let bytes): append(utf8: bytes)
        }
    }

    package mutating func append(utf8 text: [UInt8]) {
        beginField()
        text.withUnsafeBufferPointer { append(escaping: $0) }
    }

    package mutating func append(_ flag: Bool) {
        beginField()
        bytes.append(flag ? 0x31 : 0x30)
    }

    package mutating func append(_ number: Int) { append(String(number)) }

    /// Sixteen bytes, most significant first.
    package mutating func append(_ value: UInt128) {
        beginField()
        withUnsafeBytes(of: value.bigEndian) { $0.withMemoryRebound(to: UInt8.self) { append(escaping: $0) } }
    }

    package mutating func append(_ value: UInt64) {
        beginField()
        withUnsafeBytes(of: value.bigEndian) { $0.withMemoryRebound(to: UInt8.self) { append(escaping: $0) } }
    }

    package mutating func append<Kind>(_ id: Identifier<Kind>) { append(id.ulid.value) }

    package mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isRowEmpty = true
    }

    /// Rows from which on loading costs the server less than an INSERT of all of them.
    package static let worthwhile = 16

    /// Stores the rows, each of which has to be new: LOAD DATA LOCAL skips what is not.
    package func load(_ count: Int, _ statement: String, on connection: Connection) throws(MariaDBError) {
        guard try connection.load(bytes, statement) == count else {
            throw MariaDBError(code: .unexpectedResult, message: "not every row was new", sql: statement)
        }
    }

    private mutating func beginField() {
        if !isRowEmpty { bytes.append(UInt8(ascii: "\t")) }
        isRowEmpty = false
    }

    private mutating func append(escaping source: UnsafeBufferPointer<UInt8>) {
        guard Self.mayNeedEscape(source) else { return bytes.append(contentsOf: source) }
        for byte in source {
            switch byte {
            case UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0:
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(UInt8(ascii: "0"))
            default:
                bytes.append(byte)
            }
        }
    }

    /// Without a branch, so that the compiler looks at many bytes at a time: most fields need no escape.
    private static func mayNeedEscape(_ source: UnsafeBufferPointer<UInt8>) -> Bool {
        source.reduce(0) { found, byte in
            found | (byte == UInt8(ascii: "\t") ? 1 : 0) | (byte == UInt8(ascii: "\n") ? 1 : 0)
                | (byte == UInt8(ascii: "\\") ? 1 : 0) | (byte == 0 ? 1 : 0)
        } as UInt8 != 0
    }
}
