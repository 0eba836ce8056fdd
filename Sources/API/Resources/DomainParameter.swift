import HTTP
import Model
import Visits

extension Query {
    /// The domain that the parameter `domain` names, as a person types it; nil where it is absent.
    mutating func domain(_ call: Call) throws -> Domain? {
        guard let text = try value("domain") else { return nil }
        let host = (try? HostName(validating: text))?.text ?? text.lowercased()
        let domain = try call.services.domains.find(host, isNewExpected: true)
        guard let domain, domain.workspace == nil || domain.workspace == call.workspace else {
            throw Problem.invalidParameter("domain", "Use a domain of this workspace.")
        }
        return domain
    }
}
