import MariaDB
import Model
import Store

/// The rows of one table that a workspace has, or its bin.
public struct OwnedRows {
    private let table: String
    private let owner: WorkspaceID

    /// - Parameter table: one whose rows have an `id` and a `workspace_id`.
    public init(_ table: String, of owner: WorkspaceID) { (self.table, self.owner) = (table, owner) }

    /// Locks those before one, newest first, until the transaction ends: who would change one of them waits.
    public func lock<Kind>(before last: Identifier<Kind>, limit: Int, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            SELECT id FROM \(unsafeText: table) WHERE workspace_id = \(owner) AND id < \(last) ORDER BY id DESC LIMIT \(limit) FOR UPDATE
            """)
    }
}
