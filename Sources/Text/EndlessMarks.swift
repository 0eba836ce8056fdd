extension String {
    /// How many marks may stand in a row. Unicode finds 30 more than any writing needs (UAX #15, Stream-Safe Text Format); a line of people's
    /// own, which has up to 255 characters, is never refused.
    public static let marksLimit = 255

    /// Whether more marks (accents, vowel signs) stand in a row.
    ///
    /// Swift puts the marks of a letter in order, one by one, whenever it compares, hashes or normalises a text that is not ASCII:
    /// that takes the square of their number, and a megabyte of them minutes. So what a stranger sends is asked this before it is
    /// compared with anything.
    public var hasEndlessMarks: Bool {
        // Below U+0300 there are no marks.
        guard utf8.count > 2 * Self.marksLimit, utf8.contains(where: { $0 >= 0xCC }) else { return false }
        var marks = 0
        for scalar in unicodeScalars {
            marks = scalar.isMark ? marks + 1 : 0
            if marks > Self.marksLimit { return true }
        }
        return false
    }
}

extension Unicode.Scalar {
    /// All that Unicode puts in order behind a letter is of these categories (Unicode Character Encoding Stability Policies).
    fileprivate var isMark: Bool {
        guard value >= 0x300 else { return false }
        return switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
