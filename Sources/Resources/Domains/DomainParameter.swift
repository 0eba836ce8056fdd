import API
import HTTP
import Model
import Visits
import Work

extension Query {
    /// The domain that the parameter `domain` names, as a person types it; nil where it is absent.
    mutating func domain(_ call: Call) throws -> Domain? {
        guard let text = try value("domain") else { return nil }
        let host = (try? HostName(validating: text))?.text ?? text.lowercased()
        let domain = try call.services.domains.find(host, isNewExpected: true)
        guard let domain, domain.isOpen(to: call.workspace) else {
            throw Problem.invalidParameter("domain", "Use a domain of this workspace.")
        }
        return domain
    }
}

extension Call {
    /// The domain to put something on: the shared one, or one of the workspace's own.
    /// - Parameter hosts: of all items of a bulk request.
    func domain(_ wanted: Field<HostName>, among hosts: KnownHosts? = nil, _ fields: inout JSONFields) throws -> Domain? {
        let host = wanted.value?.text ?? services.site.sharedHost(of: workspace)
        let domain = try hosts.map { $0.find(host) } ?? services.domains.find(host, isNewExpected: true)
        guard let domain, domain.isOpen(to: workspace) else {
            fields.note("domain", code: "unknown_domain", message: "Use a domain of this workspace, or leave it out.")
            return nil
        }
        return domain
    }
}
