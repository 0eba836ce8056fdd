extension JSON {
    /// The value as a cell of a table: texts as they are, nothing for null, a list of texts with commas between where none of them has
    /// a sign that separates, all else as JSON.
    package var cell: String {
        switch self {
        case .null: return ""
        case .string(let text): return text
        case .array(let elements):
            let texts = elements.compactMap(\.stringValue)
            let isPlain = texts.count == elements.count && !texts.contains { $0.contains { ",;|".contains($0) } }
            return isPlain ? texts.joined(separator: ",") : String(decoding: serialized(), as: UTF8.self)
        default: return String(decoding: serialized(), as: UTF8.self)
        }
    }
}
