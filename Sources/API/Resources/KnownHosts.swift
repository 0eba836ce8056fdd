import HTTP
import JSON
import Model
import Store

/// The domains of the hosts that a body names, looked up at once: a body can name thousands.
struct KnownHosts {
    private let domains: [String: Domain]
    private let site: SiteConfiguration

    init(_ hosts: Set<String>, _ services: Services) throws {
        site = services.site
        domains = hosts.isEmpty ? [:] : try services.store.read { try Domains.find(hosts: hosts, on: $0) }
    }

    /// The domain that has a host for its own.
    func find(_ host: String) -> Domain? { domains[host] }

    /// Whether a host is one of this service's.
    func isOwn(_ host: String) -> Bool { host == site.apiHost || host == site.linkHost || domains[host] != nil }
}

extension KnownHosts {
    /// Of all links that are to be made or changed.
    init(ofLinks items: [JSONFields], _ call: Call) throws {
        var hosts: Set = [call.services.site.linkHost]
        for fields in items {
            if let name = fields.peek("domain")?.stringValue, let host = try? HostName(validating: name) { hosts.insert(host.text) }
            for field in ["url", "expired_url"] { if let host = fields.peek(field).flatMap(Self.host) { hosts.insert(host) } }
        }
        try self.init(hosts, call.services)
    }

    /// The host that a URL leads to.
    static func host(of url: JSON) -> String? { url.stringValue.flatMap { try? Destination(validating: $0) }?.host }
}
