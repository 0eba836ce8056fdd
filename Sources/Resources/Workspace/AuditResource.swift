import API
import HTTP
import JSON
import Model
import Store
import Text
import Work

/// `/audit-log`: who did what, and what came of it. Newest first.
enum AuditResource {
    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        let filter = try AuditFilter(&query)
        try query.finish()
        let question = "audit-log \(filter)"
        let position = try pagination.position(length: AuditPosition.length, of: question).flatMap(AuditPosition.init(bytes:))
        let entries = try call.services.store.read {
            try AuditLog.list(filter, in: call.workspace, after: position, limit: pagination.limit + 1, on: $0)
        }
        return pagination.page(entries, of: question, position: \.position.bytes, json: \.json)
    }

    /// The whole log, or what of it a filter leaves, as one file that is made while it is sent.
    static func export(_ call: Call) throws -> Answer {
        var query = try call.query()
        let format: ExportFormat = try query.choice("format") ?? .ndjson
        let filter = try AuditFilter(&query)
        try query.finish()
        let (store, reports, workspace) = (call.services.store, call.services.reports, call.workspace)
        return try call.export("audit-log", as: format, atMost: AuditExport.limit) {
            try store.read { try AuditLog.isLonger(than: AuditExport.limit, filter, in: workspace, on: $0) }
        } write: { send in
            try AuditExport.write(
                format, filter, in: workspace, reading: { body in try reports.goOn(for: workspace) { try store.read(body) } }, to: send)
        }
    }
}

extension AuditFilter {
    init(_ query: inout Query) throws {
        self.init()
        actor = try query.value("actor")
        action = try query.value("action")
        resource = try query.value("resource")
        outcome = try query.choice("outcome")
        after = try query.time("created_after")
        before = try query.time("created_before")
    }
}
