import Model
import Text

/// What a mail says, as plain text and as simple HTML: paragraphs, one link, a list of facts. No pictures, no styles to load.
public struct MailText: Sendable, Equatable {
    public var subject: HeaderText
    public var blocks: [Block]

    public enum Block: Sendable, Equatable {
        case paragraph(String)
        /// Where to go; what it leads to stands in words.
        case link(String, to: String)
        /// A name and a value in each line.
        case facts([Fact])
        /// What to type.
        case command(String)
    }

    public struct Fact: Sendable, Equatable {
        public var name: String
        public var value: String

        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    public init(_ subject: HeaderText, _ blocks: [Block]) { (self.subject, self.blocks) = (subject, blocks) }

    var plain: String { blocks.map(\.plain).joined(separator: "\n\n") + "\n" }

    var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><title>\(Self.escaped(subject.text))</title></head>
        <body style="font-family: sans-serif; line-height: 1.5; max-width: 36em; margin: 1.5em">
        \(blocks.map(\.html).joined(separator: "\n"))
        </body>
        </html>

        """
    }

    /// A text of somebody's in one line, and in HTML nothing but a text.
    static func escaped(_ text: String) -> String { htmlEscaped(HeaderText.oneLine(text)) }
}

extension MailText.Block {
    var plain: String {
        switch self {
        case .paragraph(let text): HeaderText.oneLine(text)
        case .link(let words, let url): "\(HeaderText.oneLine(words)):\n\(HeaderText.oneLine(url))"
        case .facts(let facts): facts.map { "  \($0.name): \(HeaderText.oneLine($0.value))" }.joined(separator: "\n")
        case .command(let line): "  " + HeaderText.oneLine(line)
        }
    }

    var html: String {
        switch self {
        case .paragraph(let text): return "<p>\(MailText.escaped(text))</p>"
        case .link(let words, let url):
            // The address in full: whoever doubts where it leads reads it.
            let address = MailText.escaped(url)
            return "<p>\(MailText.escaped(words)):<br>\n<a href=\"\(address)\">\(address)</a></p>"
        case .facts(let facts):
            let rows = facts.map { "<li>\(MailText.escaped($0.name)): \(MailText.escaped($0.value))</li>" }
            return "<ul>\n\(rows.joined(separator: "\n"))\n</ul>"
        case .command(let line): return "<pre>\(MailText.escaped(line))</pre>"
        }
    }
}
