import HTTP
import MariaDB
import Model
import Store
import Visits
import Work

/// `/domains`: name a host, prove that it is one's own, say what its visitors get, give it up.
enum DomainResource {
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let host = fields.required("host", as: .string) { try HostName(validating: $0) }
        let wanted = try DomainFields(&fields, call)
        if let host, call.services.site.isReserved(host.text) || host.text == "localhost" {
            fields.note("host", code: "own_host", message: "Send a host of your own; this one belongs to the service.")
        }
        try wanted.refusePage(on: nil, &fields, call)
        let name = try fields.finish(requiring: host).text
        var domain = Domain(
            id: .new(), workspace: call.workspace, host: name, status: .pending, token: try DomainChanges.token(),
            createdAt: call.now)
        domain.settings = wanted.applied(to: domain.settings)
        if let owner = try call.services.domains.find(name, isNewExpected: true) { throw taken(owner, call) }
        try call.admit(of: .domains)
        do {
            let json = domain.json(call.services.site)
            let answer = Answer.created(json, at: "\(call.basePath)/domains/\(domain.id)").tagged(domain.resourceVersion)
            return try call.commit { connection in
                try DomainChanges.create(domain, by: call.author, on: connection)
                return answer
            }
        } catch let error as MariaDBError where error.isDuplicate(of: "workspace_host") {
            throw Problem.conflict(code: "domain_exists", "Use the domain that is there; the workspace has \(name) already.")
        }
    }

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
            var after = before
            after.settings = wanted.applied(to: before.settings)
            guard after != before else {
                let answer = Answer.ok(before.json(call.services.site)).tagged(before.resourceVersion)
                return call.unchanged(answer, since: before.updatedAt, .domain(before.host))
            }
            after.updatedAt = call.now
            return try write(before, to: after, .domainUpdated, call)
        }
    }

    /// Name servers are asked before the transaction: nobody waits for them but the caller.
    static func verify(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let domain = try call.domain()
        try call.preconditions.requireMatch(domain.resourceVersion)
        let inspection = DomainInspection(resolver: call.services.resolver, linkHost: call.services.site.linkHost)
        let check = try call.services.lookups.enter(for: call.workspace) { inspection.inspect(domain, at: call.now) }
        return try call.retrying("domain") {
            let before = try call.domain()
            let after = before.inspected(check)
            return try write(before, to: after, after.status == before.status ? .domainChecked : .domainVerified, call)
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        let id: DomainID = try call.identifier()
        return try call.retrying("domain") {
            guard let domain = try call.services.store.read({ try Domains.find(id, in: call.workspace, on: $0) }) else {
                return try call.answerToRepeatedDelete(.domainDeleted, id.description)
            }
            try call.preconditions.requireMatch(domain.resourceVersion)
            do {
                return try call.commit { connection in
                    try DomainChanges.delete(domain, by: call.author, at: call.now, on: connection)
                    return .noContent.followed(by: .domain(domain.host))
                }
            } catch let error as MariaDBError where error.code == .rowIsReferenced {
                throw Problem.conflict(
                    code: "domain_in_use", "Move or delete the links and bio pages on \(domain.host) first.")
            }
        }
    }

    private static func write(_ before: Domain, to after: Domain, _ action: AuditAction, _ call: Call) throws -> Answer {
        let site = call.services.site
        var shown = after
        shown.version += 1
        let answer = Answer.ok(shown.json(site)).tagged(shown.resourceVersion)
        do {
            return try call.commit { connection in
                try DomainChanges.update(before, to: after, action, by: call.author, at: call.now, on: connection)
                return answer.followed(by: .domain(after.host))
            }
        } catch let error as MariaDBError where error.isDuplicate(of: "verified_host") {
            throw taken(nil, call, after.host)
        }
    }

    private static func taken(_ owner: Domain?, _ call: Call, _ host: String = "") -> Problem {
        if owner?.workspace == call.workspace {
            return .conflict(
                code: "domain_exists", "Use the domain that is there; the workspace has \(owner?.host ?? host) already.")
        }
        return .conflict(
            code: "domain_taken",
            "Another workspace has \(owner?.host ?? host); it has to be deleted there before it can be yours.")
    }
}

extension Call {
    /// The domain in the path.
    func domain() throws -> Domain {
        let id: DomainID = try identifier()
        return try found { try Domains.find(id, in: workspace, on: $0) }
    }
}
