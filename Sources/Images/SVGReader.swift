import Text

/// Reads an SVG for the addresses in it. Every one has to begin with `#`: then all that librsvg draws stands in the document,
/// and no other document, stylesheet or picture comes out of a `data:` address, in which base64 would hide it.
///
/// What may be in a document is known here, and everything else is refused, whether librsvg minds it or not. It is read once,
/// from its beginning to its end: a search that finds nothing ends the reading, so the work grows with the bytes alone.
struct SVGReader {
    private var rest: ArraySlice<UInt8>
    /// What stands in the `style` that is open.
    private var sheet: [UInt8]?

    /// Those that librsvg takes pictures or documents from, in small letters. None needs another address to be refused.
    private static let loading: Set<String> = ["image", "feimage", "include"]
    /// `xml-stylesheet` would load one.
    private static let instructions: Set<String> = ["xpacket"]
    /// In which what reads as ASCII is ASCII. UTF-7 and UTF-16 can hide everything.
    private static let encodings: Set<String> = ["utf-8", "utf8", "us-ascii", "iso-8859-1"]
    /// A namespace is shorter. This bounds what a document's entities can make of it.
    private static let entityBytes = 256

    private static let broken = ImageError.unreadable("it is no XML that is whole")
    private static let foreign = ImageError.notSelfContained

    init(_ file: [UInt8]) {
        let mark = "\u{FEFF}".utf8
        rest = file[...]
        if rest.starts(with: mark) { rest.removeFirst(mark.count) }
    }

    /// - Throws: ``ImageError/notSelfContained``; ``ImageError/unreadable(_:)`` where it is no XML.
    mutating func read() throws(ImageError) {
        guard rest.allSatisfy({ $0 >= 0x20 || isSpace($0) }), !String(decoding: rest, as: UTF8.self).hasEndlessMarks else {
            throw Self.broken
        }
        if take("<?xml ") { try declaration() }
        while let first = rest.first {
            if first != UInt8(ascii: "<") {
                try characters(try decoded(take { $0 != UInt8(ascii: "<") }))
            } else if take("<!--") {
                _ = try take(to: "-->")
            } else if take("<![CDATA[") {
                try characters(Array(try take(to: "]]>")))
            } else if take("<!DOCTYPE") {
                try documentType()
            } else if take("<?") {
                try instruction()
            } else if take("</") {
                try endTag()
            } else {
                rest.removeFirst()
                try startTag()
            }
        }
        guard sheet == nil else { throw Self.broken }
    }

    // MARK: Before the first element

    private mutating func declaration() throws(ImageError) {
        while true {
            skipSpace()
            if take("?>") { return }
            let (name, value) = try attribute()
            guard name != "encoding" || Self.encodings.contains(lowercased(value)) else { throw Self.foreign }
        }
    }

    private mutating func instruction() throws(ImageError) {
        let target = try take(to: "?>").prefix { !isSpace($0) }
        guard Self.instructions.contains(lowercased(target)) else { throw Self.foreign }
    }

    /// Its name and addresses, which librsvg does not follow, and its declarations.
    private mutating func documentType() throws(ImageError) {
        while let next = rest.popFirst() {
            switch next {
            case UInt8(ascii: ">"): return
            case UInt8(ascii: "["): try declarations()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = try take(to: next)
            default: break
            }
        }
        throw Self.broken
    }

    /// Entities alone: an attribute list could give every element an address.
    private mutating func declarations() throws(ImageError) {
        while true {
            skipSpace()
            if take("]") { return }
            if take("<!--") {
                _ = try take(to: "-->")
            } else {
                guard take("<!ENTITY") else { throw Self.foreign }
                try entity()
            }
        }
    }

    /// A name for a text without markup or other entities, as Illustrator writes them for namespaces.
    private mutating func entity() throws(ImageError) {
        skipSpace()
        guard rest.first != UInt8(ascii: "%") else { throw Self.foreign }
        _ = try takeName()
        skipSpace()
        guard let quote = rest.first, isQuote(quote) else { throw Self.foreign }
        rest.removeFirst()
        let value = try take(to: quote)
        skipSpace()
        let special: [UInt8] = [UInt8(ascii: "&"), UInt8(ascii: "%"), UInt8(ascii: "<")]
        guard value.count <= Self.entityBytes, !value.contains(where: special.contains), take(">") else { throw Self.foreign }
    }

    // MARK: Elements

    private mutating func startTag() throws(ImageError) {
        let element = localName(try takeName())
        // librsvg puts together what stands around an element within a style.
        guard sheet == nil, !Self.loading.contains(element) else { throw Self.foreign }
        while true {
            skipSpace()
            if take("/>") { return }
            if take(">") { break }
            let (name, value) = try attribute()
            try check(name, value)
        }
        if element == "style" { sheet = [] }
    }

    private mutating func endTag() throws(ImageError) {
        _ = try takeName()
        skipSpace()
        guard take(">") else { throw Self.broken }
        guard let css = sheet else { return }
        sheet = nil
        try check(css: css)
    }

    private mutating func characters(_ text: [UInt8]) throws(ImageError) { sheet?.append(contentsOf: text) }

    private mutating func attribute() throws(ImageError) -> (name: String, value: ArraySlice<UInt8>) {
        let name = try takeName()
        skipSpace()
        guard take("=") else { throw Self.broken }
        skipSpace()
        guard let quote = rest.popFirst(), isQuote(quote) else { throw Self.broken }
        return (name, try take(to: quote))
    }

    private func check(_ name: String, _ value: ArraySlice<UInt8>) throws(ImageError) {
        guard !value.contains(UInt8(ascii: "<")) else { throw Self.broken }
        // The only ones that Illustrator writes entities into. Nothing is fetched from a namespace.
        if name == "xmlns" || name.hasPrefix("xmlns:") || name == "requiredExtensions" { return }
        let text = try decoded(value)
        if localName(name) == "href", text.first != UInt8(ascii: "#") { throw Self.foreign }
        try check(css: text)
    }

    /// A stylesheet, or an attribute, which may be a style.
    private func check(css: [UInt8]) throws(ImageError) {
        let css = css.map { UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 }
        // A backslash spells a character in digits. By itself it is no address: an editor notes where a file was.
        let isSpelled = css.contains(UInt8(ascii: "\\")) && css.contains { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "@") }
        guard !isSpelled else { throw Self.foreign }
        for start in css.indices {
            switch css[start] {
            case UInt8(ascii: "@"):
                guard !css[start...].starts(with: "@import".utf8) else { throw Self.foreign }
            case UInt8(ascii: "u"):
                guard css[start...].starts(with: "url(".utf8) else { continue }
                var address = css[(start + 4)...].drop(while: isSpace)
                if let quote = address.first, isQuote(quote) { address.removeFirst() }
                guard address.first == UInt8(ascii: "#") else { throw Self.foreign }
            default: break
            }
        }
    }

    // MARK: Parts

    /// The text without references. Those to a document's own entities have no place in it.
    private func decoded(_ text: ArraySlice<UInt8>) throws(ImageError) -> [UInt8] {
        var (result, rest) = ([UInt8](), text)
        while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
            result += rest[..<start]
            guard let end = rest[start...].firstIndex(of: UInt8(ascii: ";")) else { throw Self.broken }
            guard let character = scalar(of: String(decoding: rest[(start + 1)..<end], as: UTF8.self)) else { throw Self.foreign }
            result += String(character).utf8
            rest = rest[(end + 1)...]
        }
        return result + rest
    }

    private func scalar(of reference: String) -> Unicode.Scalar? {
        switch reference {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        default:
            if reference.hasPrefix("#x") {
                UInt32(reference.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
            } else {
                reference.hasPrefix("#") ? UInt32(reference.dropFirst()).flatMap(Unicode.Scalar.init) : nil
            }
        }
    }

    private mutating func takeName() throws(ImageError) -> String {
        let bytes = take { !isSpace($0) && !Self.notInNames.contains($0) }
        guard !bytes.isEmpty else { throw Self.broken }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let notInNames = Set("/<>='\"&%;[]".utf8)

    private func localName(_ name: String) -> String {
        lowercased(name.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? name.utf8[...])
    }

    private func lowercased(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self).lowercased() }

    private mutating func skipSpace() { rest = rest.drop(while: isSpace) }

    private mutating func take(_ mark: String) -> Bool {
        guard rest.starts(with: mark.utf8) else { return false }
        rest.removeFirst(mark.utf8.count)
        return true
    }

    private mutating func take(while isPart: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let part = rest.prefix(while: isPart)
        rest = rest[part.endIndex...]
        return part
    }

    /// What stands before a mark; the mark is read as well.
    private mutating func take(to mark: String) throws(ImageError) -> ArraySlice<UInt8> {
        let mark = Array(mark.utf8)
        guard let end = rest.indices.first(where: { rest[$0...].starts(with: mark) }) else { throw Self.broken }
        defer { rest = rest[(end + mark.count)...] }
        return rest[..<end]
    }

    private mutating func take(to mark: UInt8) throws(ImageError) -> ArraySlice<UInt8> {
        guard let end = rest.firstIndex(of: mark) else { throw Self.broken }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
private func isQuote(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
