import MariaDB
import Model
import Store

/// The table `images`.
public enum Images {
    public static func insert(_ image: Image, bytes: [UInt8], on connection: Connection) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO images (workspace_id, id, type, width, height, bytes, created_at)
            VALUES (\(image.workspace), \(image.id), \(image.type.rawValue), \(image.width), \(image.height), \(bytes),
                    \(image.createdAt))
            """)
    }

    public static func find(
        _ id: ImageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Image? {
        try connection.query("\(columns) WHERE workspace_id = \(workspace) AND id = \(id)").first.map(image)
    }

    public static func find(
        _ ids: [ImageID], in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [ImageID: Image] {
        var found: [ImageID: Image] = [:]
        for chunk in chunks(of: ids) {
            for row in try connection.query(
                "\(columns) WHERE workspace_id = \(workspace) AND id IN (\(list: Array(chunk)))")
            {
                let image = try image(row)
                found[image.id] = image
            }
        }
        return found
    }

    /// One page of the list, newest first.
    public static func list(
        in workspace: WorkspaceID, after last: ImageID?, limit: Int, on connection: Connection
    ) throws(MariaDBError) -> [Image] {
        var query: SQL = "\(columns) WHERE workspace_id = \(workspace)"
        if let last { query += " AND id < \(last)" }
        query += " ORDER BY id DESC LIMIT \(limit)"
        return try connection.query(query).map(image)
    }

    /// Those of the ids that no image has, whoever's.
    public static func gone(_ ids: [ImageID], on connection: Connection) throws(MariaDBError) -> Set<ImageID> {
        var gone = Set(ids)
        for chunk in chunks(of: ids) {
            for row in try connection.query("SELECT id FROM images WHERE id IN (\(list: Array(chunk)))") {
                gone.remove(try row.identifier(0))
            }
        }
        return gone
    }

    /// The bytes of an image, whoever has it: its address is public.
    public static func bytes(of id: ImageID, on connection: Connection) throws(MariaDBError) -> (Image, [UInt8])? {
        guard
            let row = try connection.query("""
                SELECT workspace_id, id, type, width, height, created_at, bytes FROM images WHERE id = \(id)
                """
            ).first
        else { return nil }
        return (try image(row), try row.bytes(6))
    }

    public static func delete(
        _ id: ImageID, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Bool {
        try connection.execute("DELETE FROM images WHERE workspace_id = \(workspace) AND id = \(id)") == 1
    }

    private static let columns: SQL = "SELECT workspace_id, id, type, width, height, created_at FROM images"

    private static func image(_ row: Row) throws(MariaDBError) -> Image {
        guard let type = Image.ImageType(rawValue: try row.string(2)) else { throw row.wrong(2, "a type of image") }
        return Image(
            id: try row.identifier(1), workspace: try row.identifier(0), type: type, width: try row.integer(3),
            height: try row.integer(4), createdAt: try row.timestamp(5))
    }
}
