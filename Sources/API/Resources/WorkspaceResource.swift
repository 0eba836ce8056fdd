import HTTP
import Model

/// `/workspace`: the workspace that the key belongs to.
enum WorkspaceResource {
    static func get(_ call: Call) throws -> Answer {
        let workspace = call.principal.workspace
        return .ok([
            "id": .string(workspace.id.description),
            "slug": .string(workspace.slug),
            "name": .string(workspace.name),
            "plan": .string(workspace.plan.rawValue),
            "requests_per_minute": .integer(Int64(workspace.requestsPerMinute)),
            "created_at": .string(workspace.createdAt.rfc3339),
        ])
    }
}
