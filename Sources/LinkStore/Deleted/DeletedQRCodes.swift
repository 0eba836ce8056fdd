import MariaDB
import Model
import Store

// QR codes that were deleted alone. (Those of a deleted link come back with it: DeletedLinks.swift.) In the caller's transaction.
extension QRCodes {
    /// Puts a code of the version that was read into the bin.
    public static func discard(_ code: QRCode, at now: Timestamp, on connection: Connection) throws {
        try move(code, to: code.workspace.bin, on: connection)
        try DeletedObjects.note([code.id], .qrCode, in: code.workspace.bin, at: now, on: connection)
    }

    /// Brings a code back from the bin.
    /// - Throws: ``LinkGone`` where its link is not there.
    public static func restore(_ code: QRCode, to workspace: WorkspaceID, at now: Timestamp, on connection: Connection) throws {
        // As when a code is made: the link stays until the transaction ends.
        let isThere = try !connection.query("""
            SELECT 1 FROM links WHERE workspace_id = \(workspace) AND id = \(code.link) LOCK IN SHARE MODE
            """).isEmpty
        guard isThere else { throw LinkGone() }
        try move(code, to: workspace, on: connection)
        try connection.execute("""
            UPDATE qr_codes SET version = version + 1, updated_at = \(now) WHERE workspace_id = \(workspace) AND id = \(code.id)
            """)
        try DeletedObjects.forget([code.id], in: workspace.bin, on: connection)
    }

    /// A code of a bin that was deleted by itself.
    public static func findDeleted(_ id: QRCodeID, in bin: WorkspaceID, on connection: Connection) throws(MariaDBError) -> QRCode? {
        guard try !DeletedObjects.times(of: [id], in: bin, on: connection).isEmpty else { return nil }
        return try find(id, in: bin, on: connection)
    }

    /// The codes of a bin that were deleted by themselves, newest first, with when.
    public static func listDeleted(
        of link: LinkID?, in bin: WorkspaceID, after last: QRCodeID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [QRCode] {
        var query: SQL = """
            SELECT d.object_id FROM deleted_objects d
            STRAIGHT_JOIN qr_codes c ON c.workspace_id = d.workspace_id AND c.id = d.object_id
            WHERE d.workspace_id = \(bin) AND d.kind = 'qr_code'
            """
        if let link { query += " AND c.link_id = \(link)" }
        if let last { query += " AND d.object_id < \(last)" }
        query += " ORDER BY d.object_id DESC LIMIT \(limit)"
        let ids: [QRCodeID] = try connection.query(query).map { row throws(MariaDBError) in try row.identifier(0) }
        let times = try DeletedObjects.times(of: ids, in: bin, on: connection)
        var codes: [QRCode] = []
        for id in ids {
            guard var code = try find(id, in: bin, on: connection) else { continue }
            code.deletedAt = times[id]
            codes.append(code)
        }
        return codes
    }

    /// Deletes a code of a bin for good.
    public static func purge(_ code: QRCode, on connection: Connection) throws {
        try delete(code, on: connection)
        try DeletedObjects.forget([code.id], in: code.workspace, on: connection)
    }

    private static func move(_ code: QRCode, to new: WorkspaceID, on connection: Connection) throws {
        let moved = try connection.execute("""
            UPDATE qr_codes SET workspace_id = \(new)
            WHERE workspace_id = \(code.workspace) AND id = \(code.id) AND version = \(code.version)
            """)
        guard moved == 1 else { throw ChangedMeanwhile() }
        try connection.execute("""
            UPDATE qr_code_logos SET workspace_id = \(new) WHERE workspace_id = \(code.workspace) AND qr_code_id = \(code.id)
            """)
    }
}
