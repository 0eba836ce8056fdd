import HTTP
import Model
import Store

/// One authorised call of a route: what its handler gets.
struct Call {
    let request: Request
    let principal: Principal
    let parameters: Router<Route>.Parameters
    let dialect: Dialect
    let services: Services
    let now: Timestamp

    var workspace: WorkspaceID { principal.workspace.id }

    /// The query's reader; to be finished with `finish()`, which refuses what nobody asked for.
    func query() throws(Problem) -> Query { try Query(dialect.read(query: request.query)) }

    /// The body's reader; to be finished with `finish()`.
    func fields() throws(Problem) -> JSONFields {
        if let encoding = request.fields.contentEncoding, !encoding.isEmpty, encoding.lowercased() != "identity" {
            throw .unsupportedContentEncoding()
        }
        guard let type = request.fields.contentType.flatMap(MediaType.init), type.isJSON else {
            throw .unsupportedMediaType()
        }
        let json: JSON
        do throws(JSONError) { json = try JSON.parse(request.body) } catch { throw .invalidJSON(error) }
        guard case .object(let object) = json else {
            throw .validationFailed("", code: "invalid_type", "Send a JSON object.")
        }
        return JSONFields(try dialect.read(object))
    }

    /// The identifier in the path. One of another kind or shape names nothing.
    func identifier<Kind>(_ name: String = "id") throws(Problem) -> Identifier<Kind> {
        guard let identifier = Identifier<Kind>(parameters[name]) else { throw .notFound() }
        return identifier
    }

    /// An entry for the audit log about what this call does.
    func audit(_ action: EventType, _ resource: String, changes: JSON? = nil) -> AuditEntry {
        AuditEntry(
            workspace: workspace, at: now, actor: .key(principal.key.id), action: action.rawValue, resource: resource,
            address: request.remoteAddress, userAgent: String((request.fields.userAgent ?? "").unicodeScalars.prefix(500)),
            requestID: request.id, changes: changes?.serialized())
    }

    /// An event for the outbox: Standard Webhooks' `type`, `timestamp` and `data`, and its own id.
    func event(_ type: EventType, data: JSON, previous: JSON? = nil) -> Event {
        let id = EventID.new()
        var body: JSONObject = [
            "id": .string(id.description), "type": .string(type.rawValue), "timestamp": .string(now.rfc3339), "data": data,
        ]
        if let previous { body["previous"] = previous }
        return Event(id: id, workspace: workspace, type: type, createdAt: now, body: JSON.object(body).serialized())
    }
}
