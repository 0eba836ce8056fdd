import MariaDB
import Model
import Store

/// What the numbers of a workspace stand for.
struct ClickTexts {
    private let workspace: WorkspaceID
    private let connection: Connection

    init(_ workspace: WorkspaceID, on connection: Connection) { (self.workspace, self.connection) = (workspace, connection) }

    /// Calls `body` with the text of each number, in constant memory; 0 has none.
    func each(_ kind: ClickValue.Kind, _ numbers: [UInt32], _ body: (UInt32, String) -> Void) throws(MariaDBError) {
        try read("SELECT number, value FROM click_values", kind, numbers) { row in
            if case .integer(let number) = row[0], case .bytes(let text) = row[1] {
                body(UInt32(truncatingIfNeeded: number), String(decoding: text, as: UTF8.self))
            }
        }
    }

    /// The texts of numbers.
    func texts(_ kind: ClickValue.Kind, _ numbers: [UInt32]) throws(MariaDBError) -> [UInt32: String] {
        var texts: [UInt32: String] = [:]
        try each(kind, numbers) { texts[$0] = $1 }
        return texts
    }

    /// The links of numbers.
    func links(_ numbers: [UInt32]) throws(MariaDBError) -> [UInt32: LinkID] {
        var links: [UInt32: LinkID] = [:]
        try read("SELECT number, digest FROM click_values", .link, numbers) { row in
            if case .integer(let number) = row[0], case .bytes(let bytes) = row[1], let id = ULID(bytes: bytes) {
                links[UInt32(truncatingIfNeeded: number)] = LinkID(id)
            }
        }
        return links
    }

    /// Where most of all numbers are wanted, one walk along the key is cheaper than many steps.
    private func read(
        _ query: SQL, _ kind: ClickValue.Kind, _ numbers: [UInt32], each: (Row) -> Void
    ) throws(MariaDBError) {
        let source: SQL = "\(query) WHERE workspace_id = \(workspace) AND kind = \(kind.rawValue)"
        if numbers.count >= 512, let last = numbers.max(), Int(last) <= 8 * numbers.count {
            return try connection.query("\(source) AND number <= \(Int(last))", each: each)
        }
        for chunk in chunks(of: numbers) {
            try connection.query("\(source) AND number IN (\(list: chunk.map { Int($0) }))", each: each)
        }
    }
}
