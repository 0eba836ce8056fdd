extension JSON {
    /// The value as a cell of a table: texts as they are, nothing for null, a list of texts that have no commas with commas between,
    /// all else as JSON.
    package var cell: String {
        switch self {
        case .null: return ""
        case .string(let text): return text
        case .array(let elements):
            let texts = elements.compactMap(\.stringValue)
            return texts.count == elements.count && !texts.contains { $0.contains(",") } ? texts.joined(separator: ",") : String(decoding: serialized(), as: UTF8.self)
        default: return String(decoding: serialized(), as: UTF8.self)
        }
    }
}
