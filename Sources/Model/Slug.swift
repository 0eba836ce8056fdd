import Text

/// The part of a short link after the host: `my-link` in `https://go.example.com/my-link`. Capitals count: `Abc` and
/// `abc` are two slugs.
public struct Slug: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 100 Unicode code points in NFC.
    public let text: String

    public var description: String { text }

    public static let maximumLength = 100

    /// How a text stands in a slug: NFC, and without the characters that only say whether the one before them is to be
    /// coloured. Phones type `❤️` with one, tables and keyboards of computers without.
    public static func spelling(of text: String) -> String {
        let text = text.normalised
        guard text.unicodeScalars.contains(where: isVariationSelector) else { return text }
        return String(text.unicodeScalars.filter { !isVariationSelector($0) })
    }

    private static func isVariationSelector(_ scalar: Unicode.Scalar) -> Bool { 0xFE0E...0xFE0F ~= scalar.value }

    /// Accepts letters and digits of any script, their combining marks, emoji, and `-` `_` `.` `~`; not a leading `_`
    /// or `.`, not a reserved word, not the ending `.qr`.
    public init(validating text: String) throws(SlugProblem) {
        let text = Self.spelling(of: text)
        try Self.check(text)
        if text.utf8.first == UInt8(ascii: "_") || text.utf8.first == UInt8(ascii: ".") { throw .firstCharacter }
        let lower = text.lowercased()
        if lower.hasSuffix(".qr") { throw .qrSuffix }
        if Self.reserved.contains(lower) { throw .reserved }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    /// A slug of letters and digits, each of the 62 equally likely, from the system's generator.
    public static func random(length: Int = 7) -> Slug {
        var generator = SystemRandomNumberGenerator()
        return random(length: length, using: &generator)
    }

    /// As `random(length:)`, from a generator of the caller's.
    public static func random(length: Int = 7, using generator: inout some RandomNumberGenerator) -> Slug {
        while true {
            let slug = Slug(unchecked: randomText(length: min(max(length, 1), maximumLength), using: &generator))
            // `metrics` and `healthz` have seven letters too.
            if !reserved.contains(slug.text.lowercased()) { return slug }
        }
    }

    /// Six bits at a time; 62 and 63 are thrown away, for a remainder would favour the first letters.
    private static func randomText(length: Int, using generator: inout some RandomNumberGenerator) -> String {
        let alphabet: StaticString = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
        return String(unsafeUninitializedCapacity: length) { buffer in
            var bits: UInt64 = 0
            var left = 0
            var count = 0
            while count < length {
                if left == 0 { (bits, left) = (generator.next(), 10) }
                let index = Int(bits & 63)
                (bits, left) = (bits >> 6, left - 1)
                guard index < 62 else { continue }
                buffer[count] = alphabet.utf8Start[index]
                count += 1
            }
            return length
        }
    }
}

// MARK: - Paths

extension Slug {
    /// The slug that a request asks for, nil when its path can be none.
    ///
    /// - Parameter rawPath: the path as received, from its first `/` and without the query. It is decoded once. So
    ///   `/%ff`, `//a`, `/a//`, `/a;x`, `/a%0a`, `/a%2Fb` and `/a%2561` are nil, and so is `/`. One slash at the end is
    ///   taken for none: browsers, mail programs and printers of cards add it.
    ///
    /// Reserved words are not looked at: no link has them.
    public static func fromPath(_ rawPath: String) -> String? {
        let path = rawPath.utf8
        guard path.first == UInt8(ascii: "/") else { return nil }
        var name = path.dropFirst()
        if name.last == UInt8(ascii: "/") { name = name.dropLast() }
        if name.allSatisfy(\.isUnreserved) {
            return (1...maximumLength).contains(name.count) ? String(Substring(name)) : nil
        }
        guard let decoded = String(validating: [UInt8](percentDecoding: name), as: UTF8.self) else { return nil }
        let text = spelling(of: decoded)
        guard (try? check(text)) != nil else { return nil }
        return text
    }
}

// MARK: - Rules

extension Slug {
    /// Whether a text from ``fromPath(_:)`` may be the slug of a link or a page: some of what a path can have none begins with.
    public static func canBeUsed(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        return first != UInt8(ascii: "_") && first != UInt8(ascii: ".")
    }
}

/// Why a text is no slug.
public enum SlugProblem: Error, Hashable, Sendable {
    case empty
    case tooLong
    /// A character that slugs do not have.
    case character(Unicode.Scalar)
    /// A leading `_`, `.` or combining mark.
    case firstCharacter
    case qrSuffix
    case reserved

    /// Stable, for programs.
    public var code: String {
        self == .reserved ? "reserved_slug" : "invalid_slug"
    }

    /// What is wrong and what to change, as one or two sentences.
    public var message: String {
        switch self {
        case .empty: "The slug is empty. Leave it out to get a random one."
        case .tooLong: "The slug is longer than \(Slug.maximumLength) characters."
        case .character(let scalar):
            "The slug has \(scalar == " " ? "a space" : "the character \(scalar.named)"). Use letters, digits, emoji and - _ . ~"
        case .firstCharacter: "The slug has to begin with a letter, a digit, an emoji, - or ~"
        case .qrSuffix: "A slug cannot end in .qr: that is the address of a link's QR code."
        case .reserved: "This word is reserved. Choose another slug."
        }
    }
}

extension Slug {
    /// What browsers, crawlers and monitors ask every host for, and what MASK may serve itself. In lower case; compared
    /// without regard to case. `.well-known` needs no entry: no slug begins with a dot.
    private static let reserved: Set<String> = [
        "admin", "api", "apple-app-site-association", "apple-touch-icon.png", "assets", "favicon.ico", "health",
        "healthz",
        "index.html", "index.php", "login", "logout", "manifest.json", "metrics", "openapi.json", "readyz",
        "robots.txt",
        "sitemap.xml", "static", "v1",
    ]

    /// Length and characters of a text in NFC.
    private static func check(_ text: String) throws(SlugProblem) {
        let scalars = text.unicodeScalars
        guard let first = scalars.first else { throw .empty }
        guard scalars.count <= maximumLength else { throw .tooLong }
        var previous: Unicode.Scalar?
        for scalar in scalars {
            guard allows(scalar) || previous.map({ joins(scalar, to: $0) }) ?? false else { throw .character(scalar) }
            if let previous, previous.value == joiner, !scalar.properties.isEmoji { throw .character(previous) }
            previous = scalar
        }
        if let previous, previous.value == joiner { throw .character(previous) }
        if isMark(first) { throw .firstCharacter }
    }

    private static let joiner: UInt32 = 0x200D

    /// What stands only inside emoji: the joiner of several that are one (👨‍👩‍👧), the keycap of a digit (1️⃣), and the letters of
    /// flags that have no country's code (🏴󠁧󠁢󠁳󠁣󠁴󠁿).
    private static func joins(_ scalar: Unicode.Scalar, to previous: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case joiner: !previous.isASCII && previous.properties.isEmoji
        case 0x20E3: previous.isASCII && previous.properties.numericType == .decimal
        case 0xE0020...0xE007F: previous.value == 0x1F3F4 || 0xE0020...0xE007E ~= previous.value
        default: false
        }
    }

    private static func allows(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return UInt8(ascii: scalar).isUnreserved }
        let properties = scalar.properties
        // Zero-width joiners, variation selectors, Hangul fillers: two slugs must not look the same.
        if properties.isDefaultIgnorableCodePoint { return false }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber:
            return true
        default:
            return isMark(scalar) || properties.isEmoji
        }
    }

    /// Vowel signs of Hindi, Thai and others, which NFC does not join with their letter.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        let category = scalar.properties.generalCategory
        return category == .nonspacingMark || category == .spacingMark
    }
}
