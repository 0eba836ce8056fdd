import Text

/// An entity tag (RFC 9110, section 8.8.3): names one state of a resource.
public struct EntityTag: Sendable, Equatable, CustomStringConvertible {
    /// Whether states that differ, but not in meaning, may share the tag.
    public let isWeak: Bool
    /// What stands between the quotes.
    public let opaque: String

    /// - Parameter opaque: visible characters without quotes and spaces (`etagc`); anything else ends the process,
    ///   because it would be another tag on the wire.
    public init(_ opaque: String, isWeak: Bool = false) {
        precondition(opaque.utf8.allSatisfy(isEntityTagByte), "an entity tag has no quotes, spaces or controls")
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// As in the fields `ETag`, `If-Match` and `If-None-Match`.
    public var description: String {
        isWeak ? "W/\"\(opaque)\"" : "\"\(opaque)\""
    }

    /// The strong comparison (RFC 9110, section 8.8.3.2): the same tag, and neither is weak. For `If-Match`.
    public func isStronglyEqual(to other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && isWeaklyEqual(to: other)
    }

    /// The weak comparison (RFC 9110, section 8.8.3.2): the same tag, weak or not. For `If-None-Match`.
    public func isWeaklyEqual(to other: EntityTag) -> Bool {
        hasSameBytes(opaque, other.opaque)
    }

    public static func == (left: EntityTag, right: EntityTag) -> Bool {
        left.isWeak == right.isWeak && hasSameBytes(left.opaque, right.opaque)
    }
}

/// The value of an `If-Match` or `If-None-Match` field (RFC 9110, sections 13.1.1 and 13.1.2).
public enum Precondition: Sendable, Equatable {
    /// `*`: any state at all.
    case any
    case tags([EntityTag])

    /// Tags in one field; a client has no reason to know more states of one resource.
    public static let maximumTags = 100

    /// Nil when the field is neither `*` nor a list of entity tags, or has too many.
    public init?(_ field: String) {
        var scanner = Scanner(rest: field.utf8[...])
        scanner.skipSpaces()
        if scanner.take("*") {
            scanner.skipSpaces()
            guard scanner.rest.isEmpty else { return nil }
            self = .any
        } else {
            guard let tags = scanner.tags(atMost: Self.maximumTags) else { return nil }
            self = .tags(tags)
        }
    }

    /// Whether a request with this `If-Match` may go on; if not, the answer is 412.
    ///
    /// - Parameter current: the tag of the resource; nil when there is no such resource.
    public func ifMatchHolds(for current: EntityTag?) -> Bool {
        isMet(by: current) { $0.isStronglyEqual(to: $1) }
    }

    /// Whether a request with this `If-None-Match` may go on; if not, the answer is 304 to GET and HEAD, and 412 to
    /// other methods.
    ///
    /// - Parameter current: the tag of the resource; nil when there is no such resource.
    public func ifNoneMatchHolds(for current: EntityTag?) -> Bool {
        !isMet(by: current) { $0.isWeaklyEqual(to: $1) }
    }

    private func isMet(by current: EntityTag?, _ areEqual: (EntityTag, EntityTag) -> Bool) -> Bool {
        guard let current else { return false }
        switch self {
        case .any: return true
        case .tags(let tags): return tags.contains { areEqual($0, current) }
        }
    }
}

private struct Scanner {
    var rest: Substring.UTF8View

    /// Tags up to the end of the text; nil when something else stands there. A recipient has to ignore empty elements
    /// between the commas (RFC 9110, section 5.6.1.2).
    mutating func tags(atMost maximum: Int) -> [EntityTag]? {
        var tags: [EntityTag] = []
        repeat {
            skipSpaces()
            if rest.isEmpty || rest.first == UInt8(ascii: ",") { continue }
            guard tags.count < maximum, let tag = tag() else { return nil }
            tags.append(tag)
            skipSpaces()
        } while take(",")
        return rest.isEmpty ? tags : nil
    }

    /// A comma may stand inside a tag; there is no escape for a quote.
    private mutating func tag() -> EntityTag? {
        let isWeak = take("W")
        if isWeak && !take("/") { return nil }
        guard take("\"") else { return nil }
        let opaque = rest.prefix(while: isEntityTagByte)
        rest = rest[opaque.endIndex...]
        return take("\"") ? EntityTag(String(Substring(opaque)), isWeak: isWeak) : nil
    }

    mutating func skipSpaces() {
        rest = rest.drop { $0 == 0x20 || $0 == 0x09 }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }
}

/// `etagc`: visible ASCII but the quote, and every byte beyond ASCII.
private func isEntityTagByte(_ byte: UInt8) -> Bool {
    byte == 0x21 || 0x23...0x7E ~= byte || byte >= 0x80
}
