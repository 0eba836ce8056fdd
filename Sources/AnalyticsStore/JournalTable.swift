import MariaDB
import Model
import Store

/// What the journal tells of, and what is stored once, whatever the journals say.
package protocol Journaled: Sendable {
    var workspace: WorkspaceID { get }
    var at: Timestamp { get }
    /// The request's, by nginx.
    var id: UInt128 { get }
}

/// A table that the journal fills: each record once.
package struct JournalTable<Record: Journaled>: Sendable {
    let name: SQL
    /// Beside `workspace_id`, `at` and `id`, divided by commas.
    let columns: String
    /// What LOAD DATA makes of a variable among them.
    var setting = ""
    /// Appends the values of the columns.
    let append: @Sendable (Record, inout LoadRows) -> Void

    /// Stores records and returns whether all were new. Where not all were, nothing can be said of any one of them: the caller
    /// rolls back and asks ``stored(in:from:to:on:)``.
    package func insert(_ records: [Record], on connection: Connection) throws(MariaDBError) -> Bool {
        guard !records.isEmpty else { return true }
        var rows = LoadRows()
        var times = TimeTexts()
        for record in records {
            rows.append(record.workspace)
            rows.append(utf8: times.sql(record.at))
            rows.append(record.id)
            append(record, &rows)
            rows.endRow()
        }
        return try connection.load(rows.bytes, """
            LOAD DATA LOCAL INFILE 'journal' INTO TABLE \(name.text) CHARACTER SET binary (workspace_id, at, id, \(columns)) \(setting)
            """) == records.count
    }

    /// The ids of the records of a workspace that are stored with a time in a range, both ends included.
    package func stored(
        in workspace: WorkspaceID, from first: Timestamp, to last: Timestamp, on connection: Connection
    ) throws(MariaDBError) -> Set<UInt128> {
        var ids: Set<UInt128> = []
        for row in try connection.query("""
            SELECT id FROM \(name) WHERE workspace_id = \(workspace) AND at BETWEEN \(first) AND \(last)
            """)
        {
            if let id = ULID(bytes: try row.bytes(0)) { ids.insert(id.value) }
        }
        return ids
    }
}

/// Instants as SQL text; the many that share a second share the work.
private struct TimeTexts {
    private var second: Int64 = .min
    private var text: [UInt8] = []

    mutating func sql(_ time: Timestamp) -> [UInt8] {
        let (wanted, milliseconds) = (time.milliseconds / 1000, time.milliseconds % 1000)
        if wanted != second {
            second = wanted
            text = Array(Timestamp(milliseconds: wanted * 1000).sql.utf8)
        }
        text[20] = UInt8(ascii: "0") + UInt8(milliseconds / 100)
        text[21] = UInt8(ascii: "0") + UInt8(milliseconds / 10 % 10)
        text[22] = UInt8(ascii: "0") + UInt8(milliseconds % 10)
        return text
    }
}
