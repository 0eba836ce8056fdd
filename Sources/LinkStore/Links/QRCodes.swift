import MariaDB
import Model
import Store

/// The tables `qr_codes` and `qr_code_logos`.
public enum QRCodes {
    /// The code's link is not there any more.
    public struct LinkGone: Error {
        public init() {}
    }

    /// Stores a code of a link that is there. In the caller's transaction.
    /// - Parameter logo: as PNG.
    public static func create(_ code: QRCode, logo: [UInt8]?, on connection: Connection) throws {
        let style = code.style
        // The link's row stays locked until the transaction ends, so that none is deleted without its codes.
        let inserted = try connection.execute("""
            INSERT INTO qr_codes (
              workspace_id, id, link_id, name, size, margin, error_correction, foreground, background, rounded, logo_digest,
              version, created_at, updated_at)
            SELECT l.workspace_id, \(code.id), l.id, \(code.name), \(style.size), \(style.margin),
                   \(style.correction.rawValue), \(style.foreground.description), \(style.background?.description),
                   \(style.rounded), \(code.logoDigest), \(code.version), \(code.createdAt), \(code.updatedAt)
            FROM links l WHERE l.workspace_id = \(code.workspace) AND l.id = \(code.link)
            LOCK IN SHARE MODE
            """)
        guard inserted == 1 else { throw LinkGone() }
        if let logo { try insert(logo, of: code, on: connection) }
    }

    public static func find(
        _ id: QRCodeID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> QRCode? {
        try connection.query("\(columns) WHERE workspace_id = \(workspace) AND id = \(id)").first.map(code)
    }

    /// One page, newest first.
    public static func list(
        of link: LinkID?, in workspace: WorkspaceID, after last: QRCodeID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [QRCode] {
        var query: SQL = "\(columns) WHERE workspace_id = \(workspace)"
        if let link { query += " AND link_id = \(link)" }
        if let last { query += " AND id < \(last)" }
        query += " ORDER BY id DESC LIMIT \(limit)"
        return try connection.query(query).map(code)
    }

    /// The logo of a code, as PNG.
    public static func logo(
        of id: QRCodeID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [UInt8]? {
        try connection.query("SELECT png FROM qr_code_logos WHERE workspace_id = \(workspace) AND qr_code_id = \(id)")
            .first?.bytes(0)
    }

    /// What becomes of a code's logo.
    public enum LogoChange {
        case none
        case removed
        /// As PNG.
        case replaced([UInt8])
    }

    /// Writes a changed code over the version that was read. In the caller's transaction.
    public static func update(_ code: QRCode, logo: LogoChange, on connection: Connection) throws {
        let style = code.style
        let matched = try connection.execute("""
            UPDATE qr_codes
            SET name = \(code.name), size = \(style.size), margin = \(style.margin),
                error_correction = \(style.correction.rawValue), foreground = \(style.foreground.description),
                background = \(style.background?.description), rounded = \(style.rounded), logo_digest = \(code.logoDigest),
                version = version + 1, updated_at = \(code.updatedAt)
            WHERE workspace_id = \(code.workspace) AND id = \(code.id) AND version = \(code.version)
            """)
        guard matched == 1 else { throw ChangedMeanwhile() }
        switch logo {
        case .none: break
        case .removed: try deleteLogo(of: code, on: connection)
        case .replaced(let png):
            try deleteLogo(of: code, on: connection)
            try insert(png, of: code, on: connection)
        }
    }

    /// Deletes a code of the version that was read. In the caller's transaction.
    public static func delete(_ code: QRCode, on connection: Connection) throws {
        let removed = try connection.execute("""
            DELETE FROM qr_codes
            WHERE workspace_id = \(code.workspace) AND id = \(code.id) AND version = \(code.version)
            """)
        guard removed == 1 else { throw ChangedMeanwhile() }
        try deleteLogo(of: code, on: connection)
    }

    private static func insert(_ logo: [UInt8], of code: QRCode, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO qr_code_logos (workspace_id, qr_code_id, link_id, png)
            VALUES (\(code.workspace), \(code.id), \(code.link), \(logo))
            """)
    }

    private static func deleteLogo(of code: QRCode, on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            DELETE FROM qr_code_logos WHERE workspace_id = \(code.workspace) AND qr_code_id = \(code.id)
            """)
    }

    private static let columns: SQL = """
        SELECT workspace_id, id, link_id, name, size, margin, error_correction, foreground, background, rounded, logo_digest,
               version, created_at, updated_at
        FROM qr_codes
        """

    private static func code(_ row: Row) throws(MariaDBError) -> QRCode {
        var code = QRCode(
            id: try row.identifier(1), workspace: try row.identifier(0), link: try row.identifier(2),
            createdAt: try row.timestamp(12))
        code.name = try row.optionalString(3)
        code.style = try style(row)
        code.logoDigest = row.isNull(10) ? nil : try row.bytes(10)
        code.version = try row.integer(11)
        code.updatedAt = try row.timestamp(13)
        return code
    }

    private static func style(_ row: Row) throws(MariaDBError) -> QRStyle {
        var style = QRStyle()
        style.size = try row.integer(4)
        style.margin = try row.integer(5)
        guard let correction = QRStyle.Correction(rawValue: try row.string(6)) else {
            throw row.wrong(6, "a level of correction")
        }
        style.correction = correction
        guard let foreground = QRColor(try row.string(7)) else { throw row.wrong(7, "a colour") }
        style.foreground = foreground
        style.background = try row.optionalString(8).flatMap { QRColor($0) }
        style.rounded = try row.bool(9)
        return style
    }
}
