import Text

/// Marks keywords, strings, comments, numbers and variables of a program with spans, when a page is written: no script does it in the browser.
struct Highlighter {
    private let keywords: Set<String>
    /// What begins a comment that goes to the end of its line.
    private let comment: String?
    private let hasVariables: Bool
    private let quotes: Set<Character>

    init(_ language: String) {
        keywords = Set((Self.keywords[language] ?? "").split(separator: " ").map(String.init))
        comment = switch language {
        case "sh", "python", "ini", "nginx": "#"
        case "php", "javascript", "swift", "go": "//"
        case "sql": "--"
        default: nil
        }
        hasVariables = ["sh", "php"].contains(language)
        quotes = switch language {
        case "text", "http", "": []
        case "javascript", "go": ["\"", "'", "`"]
        case "json", "swift": ["\""]
        default: ["\"", "'"]
        }
    }

    private static let keywords = [
        "sh": "curl export if then else fi for do done while echo sudo apt systemctl maskctl openssl",
        "python": "import from def return if else elif for in with as raise try except class not and or None True False print while lambda await async pass",
        "php": "echo if else exit function return new true false null foreach as require throw fn",
        "javascript": "const let await async function return if else throw new import from for of export true false null",
        "swift": "import let var func return if else guard try await throw throws struct enum case true false nil for in canImport",
        "go": "package import func return if else for range var const type struct defer nil true false err",
        "json": "true false null",
        "sql": "SELECT INSERT UPDATE DELETE FROM WHERE AND OR NOT NULL CREATE TABLE ALTER SET GLOBAL DROP USER ROLE DATABASE GRANT TO ON",
    ]

    func html(_ text: String) -> String {
        var (rest, html) = (Substring(text), "")
        while let first = rest.first {
            if let comment, rest.hasPrefix(comment), html.isEmpty || html.last.map({ $0.isWhitespace }) == true {
                html += span("c", take(&rest) { !$0.isNewline })
            } else if quotes.contains(first) {
                html += span("s", string(&rest, first))
            } else if hasVariables, first == "$", rest.dropFirst().first.map({ $0.isLetter || $0 == "_" || $0 == "{" }) == true {
                rest.removeFirst()
                html += span("v", "$" + take(&rest) { $0.isLetter || $0.isNumber || "_{}".contains($0) })
            } else if first.isLetter || first == "_" {
                let word = take(&rest) { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
                html += keywords.contains(word) ? span("k", word) : word
            } else if first.isNumber, !keywords.isEmpty {
                html += span("n", take(&rest) { $0.isNumber || $0 == "." || $0 == "_" })
            } else {
                html += htmlEscaped(String(rest.removeFirst()))
            }
        }
        return html
    }

    private func span(_ kind: String, _ text: String) -> String { "<span class=\"\(kind)\">\(htmlEscaped(text))</span>" }

    private func take(_ rest: inout Substring, while holds: (Character) -> Bool) -> String {
        let taken = rest.prefix(while: holds)
        rest = rest.dropFirst(taken.count)
        return String(taken)
    }

    /// Up to its end, or to the end of the text where it has none: an apostrophe in prose is one, too.
    private func string(_ rest: inout Substring, _ quote: Character) -> String {
        var taken = String(rest.removeFirst())
        while let next = rest.first {
            taken.append(rest.removeFirst())
            if next == "\\", let escaped = rest.first {
                taken.append(escaped)
                rest.removeFirst()
            } else if next == quote {
                break
            }
        }
        return taken
    }
}
