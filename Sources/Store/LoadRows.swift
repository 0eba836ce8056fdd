import Model

/// Rows in the format of `LOAD DATA` with its defaults: fields end in TAB, rows in newline, backslash escapes.
/// Loaded with CHARACTER SET binary, so that identifiers can stand as their bytes.
struct LoadRows {
    private(set) var bytes: [UInt8] = []
    private var isRowEmpty = true

    mutating func append(_ text: String) {
        beginField()
        var text = text
        text.withUTF8 { append(escaping: $0) }
    }

    mutating func append(_ flag: Bool) {
        beginField()
        bytes.append(flag ? 0x31 : 0x30)
    }

    mutating func append(_ number: Int) { append(String(number)) }

    /// Sixteen bytes, most significant first.
    mutating func append(_ value: UInt128) {
        beginField()
        withUnsafeBytes(of: value.bigEndian) { append(escaping: $0) }
    }

    mutating func append(_ value: UInt64) {
        beginField()
        withUnsafeBytes(of: value.bigEndian) { append(escaping: $0) }
    }

    mutating func append<Kind>(_ id: Identifier<Kind>) { append(id.ulid.value) }

    mutating func endRow() {
        bytes.append(UInt8(ascii: "\n"))
        isRowEmpty = true
    }

    private mutating func beginField() {
        if !isRowEmpty { bytes.append(UInt8(ascii: "\t")) }
        isRowEmpty = false
    }

    private mutating func append(escaping source: some Sequence<UInt8>) {
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
}
