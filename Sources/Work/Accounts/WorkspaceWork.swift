import DeliveryStore
import JSON
import MariaDB
import Model
import Store

/// What is done to a workspace. Its end: WorkspaceDeletion.swift.
package struct WorkspaceWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    /// Makes the workspace of the assignment.
    package func create() -> Change<Workspace> {
        let workspace = assignment.workspace
        return Change(assignment) { connection in
            try Workspaces.create(workspace, on: connection)
            try assignment.record(.workspaceCreated, workspace.id.description, after: workspace.json, on: connection)
            return .init(workspace)
        }.otherwise { error in
            throw (error as? MariaDBError)?.code == .duplicateKey ? Refusal.workspaceTaken(workspace.slug) : error
        }
    }

    /// Another plan or limit is an event: `subscription.updated`.
    /// - Parameter after: the workspace as it should be; the same where there is nothing to change.
    package func update(_ before: Workspace, to after: Workspace) -> Change<Workspace> {
        let effects: [Effect] = [.brand(after.id), .access(after.id)]
        guard after != before else { return .nothing(assignment, before, since: nil, effects) }
        return Change(assignment) { connection in
            try Workspaces.update(after, on: connection)
            try assignment.record(
                .workspaceUpdated, after.id.description, from: before.settings, to: after.settings, on: connection)
            if (before.plan, before.requestsPerMinute) != (after.plan, after.requestsPerMinute) {
                try connection.execute(Events.insertion(of: assignment.event(
                    .subscriptionUpdated, data: after.json, previous: JSON.changes(from: before.json, to: after.json).before)))
            }
            var made = after
            made.version += 1
            return .init(made, followedBy: effects)
        }
    }
}
