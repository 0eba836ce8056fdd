/// Comma-separated values (RFC 4180) that are safe to open in a spreadsheet.
public enum CSV {
    /// One line, with its CRLF. A cell stands in quotes where it has a comma, a quote or a line break.
    ///
    /// A cell that a spreadsheet would run as a formula gets a `'` in front, which makes it text, and quotes. These are
    /// the cells that begin with `=`, `+`, `-`, `@`, TAB, CR or LF
    /// (https://owasp.org/www-community/attacks/CSV_Injection); the page says nothing of spaces in front of these, but
    /// LibreOffice can be told to remove them on import, so they do not count. A negative number is changed too.
    ///
    /// A spreadsheet that is told to separate cells at something other than commas is beyond help.
    public static func row(_ cells: [String]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(cells.reduce(2) { $0 + $1.utf8.count + 4 })
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(comma) }
            append(cell.utf8, to: &bytes)
        }
        bytes += "\r\n".utf8
        return bytes
    }

    private static func append(_ cell: String.UTF8View, to bytes: inout [UInt8]) {
        let isFormula = beginsFormula(cell)
        guard isFormula || cell.contains(where: needsQuotes) else {
            bytes += cell
            return
        }
        bytes.append(quote)
        if isFormula { bytes.append(UInt8(ascii: "'")) }
        for byte in cell {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }

    private static func beginsFormula(_ cell: String.UTF8View) -> Bool {
        guard let first = cell.first(where: { $0 != UInt8(ascii: " ") }) else { return false }
        return "=+-@\t\r\n".utf8.contains(first)
    }

    private static func needsQuotes(_ byte: UInt8) -> Bool {
        byte == comma || byte == quote || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
    }

    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
}
