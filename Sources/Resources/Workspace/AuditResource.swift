import API
import HTTP
import JSON
import Model
import Store
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
        let format: AuditExport.Format = try query.choice("format") ?? .ndjson
        let filter = try AuditFilter(&query)
        try query.finish()
        let (store, reports, workspace) = (call.services.store, call.services.reports, call.workspace)
        // Taken before the first byte: a refusal is an answer of its own, not one that breaks off.
        let ticket = try call.services.exports.ticket(for: workspace)
        guard try !store.read({ try AuditLog.isLonger(than: AuditExport.limit, filter, in: workspace, on: $0) }) else {
            throw Problem.exportTooLong(AuditExport.limit)
        }
        return Answer(
            status: 200,
            content: .stream(type: format.mediaType) { send in
                defer { ticket.giveBack() }
                // The handler has left the gate when this is sent: each page goes in again, and none stays inside while the client
                // takes its time.
                try AuditExport.write(
                    format, filter, in: workspace, reading: { body in try reports.goOn(for: workspace) { try store.read(body) } },
                    to: send)
            },
            fields: [.init(.contentDisposition, "attachment; filename=\"audit-log.\(format.rawValue)\"")])
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
