import Text

/// Why some bytes are not JSON.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What to change, as a sentence.
    public let message: String
    /// Where, in bytes from the beginning; the first byte is 0.
    public let offset: Int

    public var description: String { "\(message) (byte offset \(offset))" }
}

extension JSON {
    /// Reads exactly one JSON value from UTF-8, to the letter of RFC 8259, and refuses what that leaves open:
    /// a byte order mark, a repeated member name, half of a surrogate pair, a number that does not fit.
    /// What two parsers could read in two ways is read in no way.
    ///
    /// Whole numbers must fit an `Int64`; only a number with a fraction or an exponent becomes a `Double`.
    /// Time is linear in the number of bytes, and the stack is bounded by `maximumDepth`.
    ///
    /// - Parameters:
    ///   - maximumDepth: how many arrays and objects may stand inside one another.
    ///   - maximumMembers: how many members an object may have. ``JSONObject`` finds a name by comparing, so whoever asks an
    ///     object for each of its names takes the square of this. Arrays are bounded by the bytes alone.
    ///   - isOfStranger: whether texts are refused that take long to be compared (`String.hasEndlessMarks`).
    public static func parse(
        _ bytes: [UInt8], maximumDepth: Int = 32, maximumMembers: Int = 256, isOfStranger: Bool = false
    ) throws(JSONError) -> JSON {
        var parser = JSONParser(
            bytes: bytes, maximumDepth: maximumDepth, maximumMembers: maximumMembers, isOfStranger: isOfStranger)
        return try parser.document()
    }
}

/// A recursive descent parser: one function for each rule of the grammar in RFC 8259.
private struct JSONParser {
    let bytes: [UInt8]
    let maximumDepth: Int
    let maximumMembers: Int
    let isOfStranger: Bool
    var position = 0

    mutating func document() throws(JSONError) -> JSON {
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw failure("Remove the byte order mark before the JSON.")
        }
        skipWhitespace()
        guard position < bytes.count else { throw failure("Send a JSON value; there is none.") }
        let value = try value(depth: 0)
        skipWhitespace()
        guard position == bytes.count else { throw failure("Remove everything after the end of the JSON value.") }
        return value
    }

    /// `depth` counts the containers around the value.
    mutating func value(depth: Int) throws(JSONError) -> JSON {
        skipWhitespace()
        guard let byte = peek else { throw expectedValue() }
        switch byte {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", means: .bool(true))
        case UInt8(ascii: "f"): return try word("false", means: .bool(false))
        case UInt8(ascii: "n"): return try word("null", means: .null)
        default: throw expectedValue()
        }
    }

    mutating func word(_ word: StaticString, means value: JSON) throws(JSONError) -> JSON {
        let end = position + word.utf8CodeUnitCount
        let matches = word.withUTF8Buffer { end <= bytes.count && bytes[position..<end].elementsEqual($0) }
        guard matches else { throw expectedValue() }
        position = end
        return value
    }

    // MARK: Containers

    mutating func array(depth: Int) throws(JSONError) -> [JSON] {
        try open(depth: depth)
        var elements: [JSON] = []
        if take(UInt8(ascii: "]")) { return elements }
        repeat {
            elements.append(try value(depth: depth))
        } while try anotherFollows(before: UInt8(ascii: "]"))
        return elements
    }

    mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try open(depth: depth)
        var object = JSONObject()
        var seen = SeenNames()
        if take(UInt8(ascii: "}")) { return object }
        repeat {
            let name = try newName(in: object, &seen)
            object.members.append(JSONObject.Member(name: name, value: try value(depth: depth)))
        } while try anotherFollows(before: UInt8(ascii: "}"))
        return object
    }

    /// Reads a member's name and the colon after it.
    mutating func newName(in object: JSONObject, _ seen: inout SeenNames) throws(JSONError) -> String {
        skipWhitespace()
        let start = position
        guard peek == UInt8(ascii: "\"") else { throw failure("Write a member name in double quotes here.") }
        guard object.members.count < maximumMembers else {
            throw failure("Use at most \(maximumMembers) members in an object.")
        }
        let name = try string()
        guard seen.insert(name, beside: object) else {
            throw JSONError(message: "Remove this member; its object already has one of the same name.", offset: start)
        }
        skipWhitespace()
        guard take(UInt8(ascii: ":")) else { throw failure("Write a colon after the member name.") }
        return name
    }

    /// Steps over the opening bracket.
    mutating func open(depth: Int) throws(JSONError) {
        guard depth <= maximumDepth else {
            throw failure("Use at most \(maximumDepth) arrays and objects inside one another.")
        }
        position += 1
        skipWhitespace()
    }

    mutating func anotherFollows(before end: UInt8) throws(JSONError) -> Bool {
        skipWhitespace()
        if take(UInt8(ascii: ",")) { return true }
        if take(end) { return false }
        throw failure("Write a comma or \(Character(Unicode.Scalar(end))) here.")
    }

    // MARK: Strings

    mutating func string() throws(JSONError) -> String {
        let (content, hasEscapes) = try stringContent()
        var text = try text(in: content)
        if hasEscapes { text = try unescaped(content) }
        if isOfStranger && text.hasEndlessMarks {
            throw JSONError(message: "Put at most \(String.marksLimit) marks on a letter.", offset: content.lowerBound)
        }
        return text
    }

    /// Steps over a string and gives what stands between its quotes, still escaped.
    mutating func stringContent() throws(JSONError) -> (Range<Int>, hasEscapes: Bool) {
        let start = position + 1
        var hasEscapes = false
        position = start
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return (start..<position - 1, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                position += 2
            case 0..<0x20:
                throw failure("Escape this control character, for example as \\n or \\u0009.")
            default:
                position += 1
            }
        }
        position = bytes.count
        throw failure("Close the string with a double quote.")
    }

    /// Checks that a range of the input is UTF-8, and copies it.
    func text(in range: Range<Int>) throws(JSONError) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.span.extracting(range)))
        } catch {
            let offset = range.lowerBound + error.byteOffsets.lowerBound
            throw JSONError(message: "Encode the text as valid UTF-8.", offset: offset)
        }
    }

    func unescaped(_ content: Range<Int>) throws(JSONError) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(content.count)
        var index = content.lowerBound
        while index < content.upperBound {
            if bytes[index] == UInt8(ascii: "\\") {
                output.append(contentsOf: try escape(at: &index).utf8)
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        // Valid: the input was checked, and an escape adds whole characters only.
        return String(decoding: output, as: UTF8.self)
    }

    /// The character that the escape at `index` stands for; `index` moves behind the escape.
    func escape(at index: inout Int) throws(JSONError) -> Unicode.Scalar {
        let start = index
        index += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start, end: &index)
        default: throw JSONError(message: "Write a backslash itself as \\\\.", offset: start)
        }
    }

    /// `\uXXXX`, or two of them that make one character outside the basic plane (RFC 8259, section 7).
    func unicodeEscape(from start: Int, end index: inout Int) throws(JSONError) -> Unicode.Scalar {
        let first = try codeUnit(at: start)
        index = start + 6
        if let scalar = Unicode.Scalar(first) { return scalar }

        let loneHalf = JSONError(message: "Complete this half of a surrogate pair, or remove it.", offset: start)
        guard UTF16.isLeadSurrogate(first), index + 1 < bytes.count,
            bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u")
        else { throw loneHalf }
        let second = try codeUnit(at: index)
        guard UTF16.isTrailSurrogate(second) else { throw loneHalf }
        index += 6
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    /// The four hexadecimal digits of the `\u` at `start`. The closing quote is no digit, so a string that ends early
    /// is refused like any other wrong digit.
    func codeUnit(at start: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for offset in start + 2..<start + 6 {
            guard offset < bytes.count, let digit = bytes[offset].hexadecimalValue else {
                throw JSONError(message: "Write exactly four hexadecimal digits after \\u.", offset: start)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    // MARK: Numbers

    mutating func number() throws(JSONError) -> JSON {
        let start = position
        _ = take(UInt8(ascii: "-"))
        try wholePart()
        let hasFraction = try fraction()
        let hasExponent = try exponent()
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if !hasFraction && !hasExponent, let integer = Int64(text) { return .integer(integer) }
        if hasFraction || hasExponent, let double = Double(text), double.isFinite { return .double(double) }
        throw JSONError(message: "Use a smaller number; this one is out of range.", offset: start)
    }

    mutating func wholePart() throws(JSONError) {
        let start = position
        try digits()
        if bytes[start] == UInt8(ascii: "0"), position > start + 1 {
            throw JSONError(message: "Write the number without leading zeros.", offset: start)
        }
    }

    mutating func fraction() throws(JSONError) -> Bool {
        guard take(UInt8(ascii: ".")) else { return false }
        try digits()
        return true
    }

    mutating func exponent() throws(JSONError) -> Bool {
        guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return false }
        _ = take(UInt8(ascii: "+")) || take(UInt8(ascii: "-"))
        try digits()
        return true
    }

    mutating func digits() throws(JSONError) {
        let start = position
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw failure("Write a digit here.") }
    }

    // MARK: Bytes

    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    mutating func skipWhitespace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    func failure(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

    func expectedValue() -> JSONError {
        failure("Write a value here: an object, an array, a string, a number, true, false or null.")
    }
}
