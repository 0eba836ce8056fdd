import AccountStore
import Model
import Store

// People whom a sysadmin names by their address, found or refused.
extension Office {
    /// The origin of the dashboard, which one-time links lead to.
    package func dashboard() throws(Refusal) -> String {
        guard site.appHost != nil else { throw .noAppHost }
        return site.appURL
    }

    public func user(_ email: String) throws -> User {
        guard let user = try store.read({ try Users.find(email: email.lowercased(), on: $0) }) else { throw Refusal.unknownUser(email) }
        return user
    }

    /// All users, each with their workspaces.
    public func users() throws -> [(user: User, memberships: [Membership])] {
        try store.read { connection in
            try Users.list(on: connection).map { ($0, try Users.memberships(of: $0.id, on: connection)) }
        }
    }

    /// Where a user is signed in.
    public func sessions(of user: User) throws -> [Session] {
        try store.read { try Sessions.list(of: user.id, at: .now(), on: $0) }
    }
}
