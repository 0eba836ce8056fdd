/// A statement and the values bound to it, made by interpolation that *binds*.
///
///     let query: SQL = "SELECT id FROM links WHERE slug = \(slug)"   // text: … slug = ?   values: [slug]
///
/// Nothing interpolated can become SQL, except through the loud label `unsafeText:`.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text as it is prepared, with `?` where values go.
    public private(set) var text: String
    /// One value for every `?`, in order.
    public private(set) var values: [SQLValue]

    /// A text of the program's own that is made once, and the values for its `?`.
    /// - Parameter text: never one that came from outside.
    public init(text: String, binding values: [SQLValue]) { (self.text, self.values) = (text, values) }

    public init(stringLiteral value: String) {
        text = value
        values = []
    }

    public init(stringInterpolation: StringInterpolation) {
        text = stringInterpolation.text
        values = stringInterpolation.values
    }

    /// Appends another piece of SQL with its values.
    public static func += (left: inout SQL, right: SQL) {
        left.text += right.text
        left.values += right.values
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        var text: String
        var values: [SQLValue]

        public init(literalCapacity: Int, interpolationCount: Int) {
            text = ""
            text.reserveCapacity(literalCapacity + interpolationCount)
            values = []
            values.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) {
            text += literal
        }

        /// Binds one value.
        public mutating func appendInterpolation(_ value: some SQLValueConvertible) {
            text += "?"
            values.append(value.sqlValue)
        }

        /// Binds one value, or NULL.
        public mutating func appendInterpolation<Value: SQLValueConvertible>(_ value: Value?) {
            text += "?"
            values.append(value.sqlValue)
        }

        /// Binds a list as `?, ?, ?`, for `IN (…)`. An empty list becomes `NULL`, which no row equals. The last value stands
        /// there until there is a power of two of them.
        public mutating func appendInterpolation(list: [some SQLValueConvertible]) {
            let list = list.filledUp
            text += list.isEmpty ? "NULL" : String(repeating: "?, ", count: list.count - 1) + "?"
            values += list.map(\.sqlValue)
        }

        /// Inserts another piece of SQL with its values.
        public mutating func appendInterpolation(_ piece: SQL) {
            text += piece.text
            values += piece.values
        }

        /// Inserts text as it is. Never text that came from outside.
        public mutating func appendInterpolation(unsafeText: String) {
            text += unsafeText
        }
    }
}

extension Collection {
    /// Filled up with the last element until there is a power of two of them: so that lists of all lengths make few
    /// statements to prepare. For where one more of the same changes nothing.
    public var filledUp: [Element] {
        var (filled, size) = (Array(self), 1)
        while size < filled.count { size *= 2 }
        if let last = filled.last { filled += repeatElement(last, count: size - filled.count) }
        return filled
    }
}
