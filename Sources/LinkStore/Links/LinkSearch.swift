import MariaDB
import Model
import Store

/// The condition of a search: on the texts of links, or on the links themselves as long as not all have a text
/// (``LinkTextPass``) or where the search has letters that are not folded.
struct LinkSearch {
    /// Of `link_texts` as s beside `links` as l.
    let isOfTexts: Bool
    let condition: SQL
    /// Of the texts, where others cannot have it; empty where any may. With AND in front.
    let stretches: SQL

    init(_ search: SearchText, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        let ofLinks = Self.condition(search)
        guard let forms = search.folded, try LinkTextPass.isComplete(on: connection) else {
            (isOfTexts, condition, stretches) = (false, ofLinks, "")
            return
        }
        // The server takes part of it to the texts by itself: a link is read only where its text has it, or is not there.
        var condition: SQL = "(s.text IS NULL AND \(ofLinks)"
        for form in forms { condition += " OR s.text LIKE \(Self.pattern(form))" }
        let stretches = try LinkTextBlocks.stretches(having: forms, in: workspace, on: connection)
        (isOfTexts, self.condition, self.stretches) = (true, condition + ")", stretches.map(Self.condition) ?? "")
    }

    private static func condition(_ stretches: [LinkTextBlocks.Stretch]) -> SQL {
        var condition: SQL = " AND (FALSE"
        for stretch in stretches.filledUp {
            condition += " OR s.link_id > \(stretch.after)"
            if let last = stretch.last { condition += " AND s.link_id <= \(last)" }
        }
        return condition + ")"
    }

    /// utf8mb4_general_ci would take every emoji for every other. Destinations are ASCII, and so compared at the least cost.
    private static func condition(_ search: SearchText) -> SQL {
        var condition: SQL = """
            (l.slug LIKE \(pattern(search.slug)) COLLATE utf8mb4_unicode_520_ci
             OR l.title LIKE \(pattern(search.text)) COLLATE utf8mb4_unicode_520_ci
            """
        for text in search.destinations {
            condition += " OR l.url LIKE CONVERT(\(pattern(text)) USING ascii) COLLATE ascii_general_ci"
        }
        return condition + ")"
    }

    private static func pattern(_ text: String) -> String { String(decoding: pattern(Array(text.utf8)), as: UTF8.self) }

    /// The wildcards of LIKE are taken literally.
    private static func pattern(_ text: [UInt8]) -> [UInt8] {
        let percent = UInt8(ascii: "%"), escape = UInt8(ascii: "\\")
        var pattern = [percent]
        for byte in text {
            if byte == percent || byte == UInt8(ascii: "_") || byte == escape { pattern.append(escape) }
            pattern.append(byte)
        }
        return pattern + [percent]
    }
}
