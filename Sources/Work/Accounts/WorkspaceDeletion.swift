import Model
import Store

extension Office {
    /// Deletes a workspace with its sandbox and all that belongs to it, or goes on where a run was killed that had begun to. Needs the rights of
    /// the administrator's account.
    ///
    /// Its keys, links and hosts are unknown on every worker before the first row goes, and its pages soon after; the rest takes
    /// as long as there are rows.
    /// - Returns: how many rows that were.
    package func deleteWorkspace(_ slug: String, by author: Author) throws -> Int {
        if let workspace = try store.read({ try Workspaces.find(slug: slug, on: $0) }) {
            try Change<Void>(self) { connection in
                try DeletedWorkspaces.begin(workspace, by: author.actor, at: .now(), on: connection)
                return .init(())
            }.make()
        }
        guard let id = try store.read({ try DeletedWorkspaces.find(slug: slug, on: $0) }) else {
            throw Refusal.unknownWorkspace(slug)
        }
        effects.announceAll()
        let hosts = try store.read { try DeletedWorkspaces.hosts(of: id, on: $0) }
        effects.carryOut([.pages(Set(hosts.map(Place.bare))), .access(id)])
        // Workers of every host take the files away; where they do not hear of it, cron does within a minute.
        return try [id.sandbox, id].reduce(0) { rows, workspace in
            try rows + DeletedWorkspaces.purge(workspace, in: store) { effects.carryOut([.pages(Set($0))]) }
        }
    }

    /// Whether a workspace of this name is being deleted, and none has taken the name since.
    public func isDeleted(_ slug: String) throws -> Bool {
        try store.read { try Workspaces.find(slug: slug, on: $0) == nil && DeletedWorkspaces.find(slug: slug, on: $0) != nil }
    }
}
