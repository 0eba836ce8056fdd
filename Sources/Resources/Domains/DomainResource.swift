import API
import HTTP
import LinkStore
import Model
import Store
import Work

/// `/domains`: name a host, prove that it is one's own, say what its visitors get, give it up.
enum DomainResource {
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let host = fields.required("host", as: .string) { try HostName(validating: $0) }
        let wanted = try DomainFields(&fields, call)
        if let host, call.services.site.isReserved(host.text) || host.text == "localhost" {
            fields.note("host", code: "own_host", message: "Send a host of your own; this one belongs to the service.")
        } else if let host, call.workspace.isSandbox, !host.text.hasSuffix(testSuffix(call)) {
            fields.note("host", code: "not_test", message: "Send a host that ends in \(testSuffix(call)); a test key has no other.")
        }
        try wanted.refusePage(on: nil, &fields, call)
        let name = try fields.finish(requiring: host).text
        let change = try call.domains.create(name, wanted.applied(to: DomainSettings()))
        return try call.commit(change) { domain in
            .created(domain.json(call.services.site), at: "\(call.basePath)/domains/\(domain.id)").tagged(domain.resourceVersion)
        }
    }

    /// The end of a sandbox's hosts. Nobody proves that one is theirs: so that none takes what another would have, each has the workspace's
    /// name in it.
    private static func testSuffix(_ call: Call) -> String { "." + call.principal.workspace.slug + Sandbox.suffix }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        return try pagination.page(of: "domains", id: \Domain.id, json: { $0.json(call.services.site) }) { last, limit in
            try call.services.store.read { try Domains.list(in: call.workspace, after: last, limit: limit, on: $0) }
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let domain = try call.domain()
        return try call.show(domain.json(call.services.site), domain.resourceVersion)
    }

    static func update(_ call: Call) throws -> Answer {
        let fields = try call.fields()
        return try call.retrying("domain") {
            var fields = fields
            let wanted = try DomainFields(&fields, call)
            let before = try call.domain()
            try wanted.refusePage(on: before.host, &fields, call)
            try fields.finish()
            try call.preconditions.requireMatch(before.resourceVersion)
            return try call.commit(call.domains.set(wanted.applied(to: before.settings), of: before)) { shown($0, call) }
        }
    }

    /// Name servers are asked before the transaction: nobody waits for them but the caller.
    static func verify(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let domain = try call.domain()
        try call.preconditions.requireMatch(domain.resourceVersion)
        let check = try check(of: domain, call)
        return try call.retrying("domain") {
            try call.commit(call.domains.note(check, of: try call.domain())) { shown($0, call) }
        }
    }

    /// No name server knows the hosts of a sandbox: there all is as it should be.
    private static func check(of domain: Domain, _ call: Call) throws -> DomainCheck {
        guard !call.workspace.isSandbox else { return .passed(at: call.now) }
        let inspection = DomainInspection(resolver: call.services.resolver, linkHost: call.services.site.linkHost)
        return try call.services.lookups.enter(for: call.workspace) { inspection.inspect(domain, at: call.now) }
    }

    static func delete(_ call: Call) throws -> Answer {
        try call.delete("domain", .domainDeleted, find: { try Domains.find($0, in: call.workspace, on: $1) }) { domain in
            try call.preconditions.requireMatch(domain.resourceVersion)
            return try call.domains.delete(domain)
        }
    }

    private static func shown(_ domain: Domain, _ call: Call) -> Answer {
        .ok(domain.json(call.services.site)).tagged(domain.resourceVersion)
    }
}

extension Call {
    /// The domain in the path.
    func domain() throws -> Domain {
        let id: DomainID = try identifier()
        return try found { try Domains.find(id, in: workspace, on: $0) }
    }
}
