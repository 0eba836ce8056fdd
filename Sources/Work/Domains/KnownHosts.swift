import LinkStore
import Model
import Store

/// The domains of the hosts that something names, looked up at once: there can be thousands.
///
/// Whoever makes links or pages asks it on which domain each may be, and where none may lead.
package struct KnownHosts {
    private let domains: [String: Domain]
    private let assignment: Assignment

    package init(_ hosts: Set<String>, _ assignment: Assignment) throws {
        self.assignment = assignment
        domains = hosts.isEmpty ? [:] : try assignment.office.store.read { try Domains.find(hosts: hosts, on: $0) }
    }

    /// The domain that has a host for its own.
    package func find(_ host: String) -> Domain? { domains[host] }

    /// The domain with a host, where the workspace may put something.
    package func home(_ host: String) -> Domain? { domains[host].flatMap { $0.isOpen(to: assignment.workspace.id) ? $0 : nil } }

    /// Whether a host is one of this service's: a link to a short link would count twice, and two can make a circle.
    package func isOwn(_ host: String) -> Bool {
        host == assignment.site.apiHost || host == assignment.site.linkHost || domains[host] != nil
    }
}
