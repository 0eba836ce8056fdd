extension JSON {
    /// The value as UTF-8, without a byte order mark or a line end.
    ///
    /// Compact unless `pretty`, which breaks lines and indents by two spaces. Infinities and not-a-number, which JSON
    /// cannot say, are written as null.
    public func serialized(pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(isPretty: pretty)
        writer.append(self, depth: 0)
        return writer.output
    }
}

struct JSONWriter {
    let isPretty: Bool
    var output: [UInt8] = []

    init(isPretty: Bool) {
        self.isPretty = isPretty
        output.reserveCapacity(512)
    }

    mutating func append(_ value: JSON, depth: Int) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): append(number)
        // The shortest text that reads back as the same number; Swift writes it in JSON's grammar.
        case .double(let number): output.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
        case .string(let text): append(text)
        case .array(let elements): append(elements, depth: depth)
        case .object(let object): append(object, depth: depth)
        }
    }

    private mutating func append(_ number: Int64) {
        guard !(0...9 ~= number) else { return output.append(UInt8(ascii: "0") + UInt8(number)) }
        output.append(contentsOf: String(number).utf8)
    }

    mutating func append(_ elements: [JSON], depth: Int) {
        output.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            separate(isFirst: index == 0, depth: depth + 1)
            append(element, depth: depth + 1)
        }
        if !elements.isEmpty { breakLine(depth: depth) }
        output.append(UInt8(ascii: "]"))
    }

    mutating func append(_ object: JSONObject, depth: Int) {
        output.append(UInt8(ascii: "{"))
        for (index, member) in object.members.enumerated() {
            separate(isFirst: index == 0, depth: depth + 1)
            append(member.name)
            output.append(UInt8(ascii: ":"))
            if isPretty { output.append(UInt8(ascii: " ")) }
            append(member.value, depth: depth + 1)
        }
        if !object.members.isEmpty { breakLine(depth: depth) }
        output.append(UInt8(ascii: "}"))
    }

    mutating func separate(isFirst: Bool, depth: Int) {
        if !isFirst { output.append(UInt8(ascii: ",")) }
        breakLine(depth: depth)
    }

    mutating func breakLine(depth: Int) {
        guard isPretty else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }

    /// Copies whole runs of bytes that need no escape.
    mutating func append(_ text: String) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if !Self.mayNeedEscape(utf8) { return output.append(contentsOf: utf8) }
            var runStart = 0
            var index = 0
            while index < utf8.count {
                let length = lengthToEscape(in: utf8, at: index)
                if length > 0 {
                    output.append(contentsOf: utf8[runStart..<index])
                    appendEscape(of: utf8[index..<index + length])
                    runStart = index + length
                }
                index += max(length, 1)
            }
            output.append(contentsOf: utf8[runStart...])
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Without a branch, so that the compiler looks at many bytes at a time: most texts need no escape.
    private static func mayNeedEscape(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        utf8.reduce(0) { found, byte in
            found | (byte < 0x20 ? 1 : 0) | (byte == UInt8(ascii: "\"") ? 1 : 0) | (byte == UInt8(ascii: "\\") ? 1 : 0)
                | (byte == 0xE2 ? 1 : 0)
        } as UInt8 != 0
    }

    /// How many bytes from `index` on make a character that has to be escaped; 0 when it may stand as it is.
    ///
    /// U+2028 and U+2029 (E2 80 A8 and A9) are escaped although JSON allows them: they end a line in older JavaScript.
    private func lengthToEscape(in utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch utf8[index] {
        case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): return 1
        case 0xE2: return utf8[index + 1] == 0x80 && utf8[index + 2] & 0xFE == 0xA8 ? 3 : 0
        default: return 0
        }
    }

    private mutating func appendEscape(of character: Slice<UnsafeBufferPointer<UInt8>>) {
        let last = character[character.endIndex - 1]
        switch (character.count, last) {
        case (1, UInt8(ascii: "\"")): output.append(contentsOf: #"\""#.utf8)
        case (1, UInt8(ascii: "\\")): output.append(contentsOf: #"\\"#.utf8)
        case (1, UInt8(ascii: "\n")): output.append(contentsOf: #"\n"#.utf8)
        case (1, UInt8(ascii: "\r")): output.append(contentsOf: #"\r"#.utf8)
        case (1, UInt8(ascii: "\t")): output.append(contentsOf: #"\t"#.utf8)
        case (1, _):
            output.append(contentsOf: #"\u00"#.utf8)
            output.append(hexadecimalDigits[Int(last >> 4)])
            output.append(hexadecimalDigits[Int(last & 15)])
        default: output.append(contentsOf: (last == 0xA8 ? #"\u2028"# : #"\u2029"#).utf8)
        }
    }
}

private let hexadecimalDigits = Array("0123456789abcdef".utf8)
