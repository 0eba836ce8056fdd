import Crypto
import HTTP
import JSON
import Model
import Store

/// The opaque place where a page of a list ended: `starting_after` of the next.
///
/// It carries a digest of the workspace and the question it was made under: used with any other it is refused, so that it
/// neither skips silently nor tells anything of another workspace.
package struct Cursor {
    private static let version: UInt8 = 1

    /// - Parameters:
    ///   - position: the last item of the page, in bytes.
    ///   - question: the list and its filters.
    package static func encode(_ position: [UInt8], _ question: String, _ workspace: WorkspaceID) -> String {
        base64URL([version] + binding(question, workspace) + position)
    }

    package static func decode(_ text: String, length: Int, _ question: String, _ workspace: WorkspaceID) throws(Problem) -> ArraySlice<UInt8> {
        guard let bytes = base64URLDecoded(text), bytes.count == 1 + 8 + length, bytes[0] == version,
            Array(bytes[1..<9]) == binding(question, workspace)
        else { throw .invalidCursor }
        return bytes[9...]
    }

    private static func binding(_ question: String, _ workspace: WorkspaceID) -> [UInt8] {
        Array(sha256("\(workspace) \(question)").prefix(8))
    }
}

extension Problem {
    package static let invalidCursor = Problem.invalidParameter(
        "starting_after", "Send the next_cursor of the page before, with the same filters.")
}

/// `limit` and `starting_after` of a list, and the page that they ask for.
package struct Pagination {
    package let limit: Int
    private let cursor: String?
    private let workspace: WorkspaceID

    package init(_ query: inout Query, _ workspace: WorkspaceID) throws(Problem) {
        limit = try query.integer("limit", in: 1...100) ?? 25
        cursor = try query.value("starting_after")
        self.workspace = workspace
    }

    /// The bytes of the item after which the page begins; nil for the first page.
    package func position(length: Int, of question: String) throws(Problem) -> ArraySlice<UInt8>? {
        guard let cursor else { return nil }
        return try Cursor.decode(cursor, length: length, question, workspace)
    }

    /// A page of items of which one more was asked for than it holds.
    package func page<Item>(
        _ items: [Item], of question: String, position: (Item) -> [UInt8], json: (Item) throws -> JSON
    ) rethrows -> Answer {
        let page = items.prefix(limit)
        let last = items.count > limit ? page.last : nil
        return .page(try page.map(json), cursor: last.map { Cursor.encode(position($0), question, workspace) })
    }

    /// A page of things that are listed by their ids.
    package func page<Item, Kind>(
        of question: String, id: (Item) -> Identifier<Kind>, json: (Item) throws -> JSON,
        items: (_ after: Identifier<Kind>?, _ limit: Int) throws -> [Item]
    ) throws -> Answer {
        let last = try position(length: 16, of: question).flatMap { ULID(bytes: $0) }
        return try page(try items(last.map(Identifier.init), limit + 1), of: question, position: { id($0).ulid.bytes }, json: json)
    }
}
