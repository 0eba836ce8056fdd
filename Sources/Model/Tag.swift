/// A word that a link is filed under, such as `campaign-q1`. Capitals count.
public struct Tag: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 50 Unicode code points, spelled as slugs are: see ``Slug/spelling(of:)``.
    public let text: String

    public var description: String { text }

    public static let maximumLength = 50

    /// Tags of one link.
    public static let maximumCount = 20

    public init(validating text: String) throws(TagProblem) {
        let text = Self.spelling(of: text)
        let scalars = text.unicodeScalars
        guard let first = scalars.first, let last = scalars.last else { throw .empty }
        if scalars.count > Self.maximumLength { throw .tooLong }
        if let control = PlainText.firstForbidden(in: text) { throw .character(control) }
        if first.properties.isWhitespace || last.properties.isWhitespace { throw .outerSpace }
        self.text = text
    }

    /// A text as a tag of these letters is stored, to look for it; what can be no tag stays as it is.
    public static func spelling(of text: String) -> String { Slug.spelling(of: text) }

    /// Everything that is wrong with the tags of one link, in order; empty when all is well.
    ///
    /// `index` says which one; nil stands for the list as a whole.
    public static func problems(in texts: [String]) -> [(index: Int?, problem: TagProblem)] {
        if texts.count > maximumCount { return [(nil, .tooMany)] }
        var seen: Set<Tag> = []
        var problems: [(index: Int?, problem: TagProblem)] = []
        for (index, text) in texts.enumerated() {
            do {
                let tag = try Tag(validating: text)
                if !seen.insert(tag).inserted { problems.append((index, .duplicate)) }
            } catch {
                problems.append((index, error))
            }
        }
        return problems
    }
}

/// Why a tag, or a list of them, is refused.
public enum TagProblem: Error, Hashable, Sendable {
    case empty
    case tooLong
    case character(Unicode.Scalar)
    /// White space at the beginning or the end.
    case outerSpace
    case duplicate
    /// Said of the list.
    case tooMany

    /// Stable, for programs.
    public var code: String {
        switch self {
        case .duplicate: "duplicate_tag"
        case .tooMany: "too_many_tags"
        default: "invalid_tag"
        }
    }

    /// What is wrong and what to change, as one sentence.
    public var message: String {
        switch self {
        case .empty: "The tag is empty."
        case .tooLong: "The tag is longer than \(Tag.maximumLength) characters."
        case .character(let scalar): "The tag has the control character \(scalar.named); remove it."
        case .outerSpace: "The tag begins or ends with a space; remove it."
        case .duplicate: "The tag is in the list twice."
        case .tooMany: "A link has at most \(Tag.maximumCount) tags."
        }
    }
}
