import Crypto
import HTTP
import JSON
import MariaDB
import Model
import Pages
import Store
import Visits
import Work

/// `/bio-pages`: create, list, read, change, delete. What visitors see changes in PagePublication.swift.
enum PageResource {
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields(isDeep: true)
        let wanted = try PageFields(&fields, call, isNew: true)
        let home = try call.domain(wanted.domain, &fields)
        let domain = try fields.finish(requiring: home)
        let draft = wanted.applied(to: PageContent([:])).stored
        try call.admit(of: .bioPages)
        for _ in 0..<(wanted.slug == nil ? LinkResource.slugTries : 1) {
            let page = BioPage(
                id: .new(), workspace: call.workspace, domain: domain.id, host: domain.host,
                slug: wanted.slug?.text ?? Slug.random(length: call.services.site.slugLength).text, draft: draft,
                createdAt: call.now, updatedAt: call.now)
            do {
                return try create(page, call)
            } catch let problem as Problem where wanted.slug == nil && problem.code == Problem.slugTaken("").code {
                continue
            }
        }
        throw Problem.slugSpaceExhausted()
    }

    private static func create(_ page: BioPage, _ call: Call) throws -> Answer {
        let site = call.services.site
        let answer = Answer.created(try page.json(site), at: "\(call.basePath)/bio-pages/\(page.id)").tagged(
            page.resourceVersion)
        return try refusing(page) {
            try call.commit { connection in
                try BioPages.create(page, on: connection)
                try connection.execute(
                    AuditLog.insertion(
                        of: call.audit(
                            .pageCreated, page.id.description, after: try page.settings(site))))
                return answer.followed(by: .pages([page.place]))
            }
        }
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        return try pagination.page(of: "bio-pages", id: \BioPage.id, json: { try $0.json(call.services.site) }) {
            last, limit in
            try call.services.store.read { try BioPages.list(in: call.workspace, after: last, limit: limit, on: $0) }
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let page = try call.page()
        return try call.show(try page.json(call.services.site), page.resourceVersion)
    }

    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields(isDeep: true)
        let wanted = try PageFields(&fields, call, isNew: false)
        let home = wanted.domain.isAbsent ? nil : try call.domain(wanted.domain, &fields)
        try fields.finish()
        return try call.retrying("page") {
            let before = try call.page()
            try call.preconditions.requireMatch(before.resourceVersion)
            var after = before
            if let slug = wanted.slug { after.slug = slug.text }
            if let home { (after.domain, after.host) = (home.id, home.host) }
            after.draft = wanted.applied(to: try PageContent(stored: before.draft)).stored
            guard after != before else {
                return call.unchanged(try call.show(before), since: before.updatedAt, .pages([before.place]))
            }
            if after.draft != before.draft { after.isChanged = true }
            return try update(before, to: after, call)
        }
    }

    private static func update(_ before: BioPage, to changed: BioPage, _ call: Call) throws -> Answer {
        var after = changed
        after.updatedAt = call.now
        // The page says its own address, so another one is another state.
        if after.place != before.place && after.publishedVersion != nil { after.moveStamp(at: call.now) }
        return try call.write(before, to: after, .pageUpdated)
    }

    static func delete(_ call: Call) throws -> Answer {
        let id: PageID = try call.identifier()
        return try call.retrying("page") {
            guard let page = try call.services.store.read({ try BioPages.find(id, in: call.workspace, on: $0) }) else {
                return try call.answerToRepeatedDelete(.pageDeleted, id.description)
            }
            try call.preconditions.requireMatch(page.resourceVersion)
            return try call.commit { connection in
                let made = try madeLinks(of: page, on: connection)
                try BioPages.delete(page, on: connection)
                try Links.delete(made, on: connection)
                try call.record(made.map(LinkTrace.deleted), on: connection)
                try connection.execute(
                    AuditLog.insertion(
                        of: call.audit(
                            .pageDeleted, page.id.description, before: try page.settings(call.services.site))))
                return .noContent.followed(by: .links(Set(made.map(\.place))), .pages([page.place]))
            }
        }
    }

    /// The links that a page made for its URLs go with it, but for those that lead elsewhere now: they are their owner's.
    private static func madeLinks(of page: BioPage, on connection: Connection) throws -> [Link] {
        let made = try BioPageVersions.links(of: page.id, in: page.workspace, on: connection).filter(\.isMade)
        let links = try Links.lock(made.map(\.link), in: page.workspace, on: connection)
        return made.compactMap { link in links[link.link].flatMap { sha256($0.settings.url) == link.digest ? $0 : nil } }
    }

    /// A slug belongs to one link or page.
    static func refusing<Result>(_ page: BioPage, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch Links.Refusal.slugTaken {
            throw Problem.slugTaken(page.slug)
        } catch let error as MariaDBError where error.isDuplicate(of: "place") {
            throw Problem.slugTaken(page.slug)
        }
    }
}

extension Call {
    /// The page in the path.
    func page() throws -> BioPage {
        let id: PageID = try identifier()
        return try found { try BioPages.find(id, in: workspace, on: $0) }
    }

    func show(_ page: BioPage) throws -> Answer { try show(try page.json(services.site), page.resourceVersion) }

    /// Writes a changed page with its audit entry, shows it to visitors, and answers with it.
    func write(
        _ before: BioPage, to after: BioPage, _ action: AuditAction, alongside: (Connection) throws -> Void = { _ in }
    ) throws -> Answer {
        let site = services.site
        let changes = JSON.changes(from: try before.settings(site), to: try after.settings(site))
        var shown = after
        shown.version += 1
        let answer = Answer.ok(try shown.json(site)).tagged(shown.resourceVersion)
        return try PageResource.refusing(after) {
            try commit { connection in
                try BioPages.update(after, from: before.stamp, on: connection)
                try connection.execute(
                    AuditLog.insertion(
                        of: audit(
                            action, after.id.description, before: changes.before, after: changes.after)))
                try alongside(connection)
                return answer.followed(by: .pages([before.place, after.place]))
            }
        }
    }

    /// The domain to put something on: the shared one, or one of the workspace's own.
    /// - Parameter hosts: of all items of a bulk request.
    func domain(_ wanted: Field<HostName>, among hosts: KnownHosts? = nil, _ fields: inout JSONFields) throws -> Domain? {
        let host = wanted.value?.text ?? services.site.linkHost
        let domain = try hosts.map { $0.find(host) } ?? services.domains.find(host, isNewExpected: true)
        guard let domain, domain.workspace == nil || domain.workspace == workspace else {
            fields.note("domain", code: "unknown_domain", message: "Use a domain of this workspace, or leave it out.")
            return nil
        }
        return domain
    }
}
