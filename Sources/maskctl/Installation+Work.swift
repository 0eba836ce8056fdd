import Bootstrap
import DNS
import Model
import Work

extension Installation {
    /// What use cases work with.
    var office: Office {
        Office(site: configuration.site, store: store, redis: redis, memory: memory, secretKey: configuration.secretKey)
    }

    /// Asks about the DNS records of domains.
    var resolver: Resolver { Resolver(servers: configuration.dnsServers) }
}

extension Office {
    /// What the sysadmin does for a workspace.
    func assignment(for workspace: Workspace) -> Assignment {
        Assignment(self, for: workspace, by: .maskctl(Account.person))
    }

    /// What the sysadmin does for the workspace of something.
    func assignment(for workspace: WorkspaceID) throws -> Assignment { assignment(for: try self.workspace(workspace)) }
}
