import JSON
import MariaDB
import Model
import Store
import Text

/// The audit log as a file, page by page in constant memory. No connection of the database is held while the client takes
/// its time.
public enum AuditExport {
    private static let pageSize = 1000

    /// Over the API. A client that takes its time holds a thread of the worker once nginx has kept 64 MB for it.
    package static let limit = 1_000_000

    public static func write(
        _ format: ExportFormat, _ filter: AuditFilter, in workspace: WorkspaceID, from store: Store, to send: ([UInt8]) throws -> Void
    ) throws {
        try write(format, filter, in: workspace, reading: { try store.read($0) }, to: send)
    }

    /// - Parameter read: lends a connection for one page.
    package static func write(
        _ format: ExportFormat, _ filter: AuditFilter, in workspace: WorkspaceID,
        reading read: ((Connection) throws -> [AuditRecord]) throws -> [AuditRecord], to send: ([UInt8]) throws -> Void
    ) throws {
        if format == .csv { try send(CSV.row(columns)) }
        var position: AuditPosition?
        while true {
            let page = try read { try AuditLog.list(filter, in: workspace, after: position, limit: pageSize, on: $0) }
            try send(page.flatMap { line($0, format) })
            position = page.last?.position
            if page.count < pageSize { return }
        }
    }

    private static func line(_ record: AuditRecord, _ format: ExportFormat) -> [UInt8] {
        let json = record.json
        return switch format {
        case .csv: CSV.row(columns.map { (json[$0] ?? .null).cell })
        case .ndjson: json.serialized() + [UInt8(ascii: "\n")]
        }
    }

    private static let columns = [
        "id", "created_at", "actor", "action", "resource", "outcome", "status", "address", "user_agent", "request_id", "changes",
    ]
}
