/// A text as HTML has it, in elements and in attributes with quotes. It goes scalar by scalar: in a grapheme cluster a combining mark
/// would hide a quote or a bracket.
public func htmlEscaped(_ text: some StringProtocol) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
        switch scalar {
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "&": result += "&amp;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        default: result.unicodeScalars.append(scalar)
        }
    }
}
