import API
import HTTP
import JSON
import LinkStore
import Model
import Store
import Text
import Work

/// `/links`: create, list, read, change, delete.
enum LinkResource {
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        return try create(try LinkDraft(&fields, call), call)
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        var filter = try LinkFilter(&query, call)
        filter.order = try query.choice("sort") ?? .createdAt
        try query.finish()
        let question = "links \(filter)"
        let position = try pagination.position(length: LinkPosition.length, of: question).flatMap(LinkPosition.init(bytes:))
        let workspace = filter.owner(in: call.workspace)
        let links = try call.services.store.read { connection in
            let links = try Links.list(filter, in: workspace, after: position, limit: pagination.limit + 1, on: connection)
            return try workspace.isBin ? Links.dated(links, in: workspace, on: connection) : links
        }
        return pagination.page(
            links, of: question, position: { LinkPosition(id: $0.id, clicks: $0.clicks).bytes },
            json: { $0.json(call.services.site) })
    }

    static func count(_ call: Call) throws -> Answer {
        var query = try call.query()
        let filter = try LinkFilter(&query, call)
        try query.finish()
        let workspace = filter.owner(in: call.workspace)
        return .ok(["count": JSON(try call.services.store.read { try Links.count(filter, in: workspace, on: $0) })])
    }

    /// All links that a list with these filters has, as one file that is made while it is sent.
    static func export(_ call: Call) throws -> Answer {
        var query = try call.query()
        let format: ExportFormat = try query.choice("format") ?? .ndjson
        let filter = try LinkFilter(&query, call)
        try query.finish()
        let (store, reports, site, workspace) = (call.services.store, call.services.reports, call.services.site, call.workspace)
        let owner = filter.owner(in: workspace)
        return try call.export("links", as: format, atMost: LinkExport.limit) {
            try store.read { try Links.count(filter, in: owner, on: $0) } > LinkExport.limit
        } write: { send in
            try LinkExport(format, of: filter, in: owner, site).write(
                reading: { page in try reports.goOn(for: workspace) { try store.read(page) } }, to: send)
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let known = try call.knownLink()
        return try call.show(written(known, call), known.link.resourceVersion)
    }

    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let change = try LinkChange(&fields, call)
        return try call.retrying("link") { try update(try find(call), change, call) }
    }

    /// Makes the link of an external id be as the body says: created where there is none, else changed in what is sent.
    static func upsert(_ call: Call) throws -> Answer {
        let externalID = try externalID(call)
        let fields = try call.fields(setting: "external_id", to: externalID)
        return try call.retrying("link") {
            var copy = fields
            let found = try call.services.store.read { try Links.find(externalID: externalID, in: call.workspace, on: $0) }
            guard let link = found else {
                try call.preconditions.requireMatchOfNothing()
                let draft = try LinkDraft(&copy, call)
                do { return try create(draft, call) } catch Refusal.externalIDTaken { throw ChangedMeanwhile() }
            }
            return try answerToRepeatedUpsert(link, call) ?? update(link, try LinkChange(&copy, call, isNew: true), call)
        }
    }

    /// nginx asks a second worker when the first dies: this very request may have made the link what it is. Looked up only
    /// for a link that has just changed.
    private static func answerToRepeatedUpsert(_ link: Link, _ call: Call) throws -> Answer? {
        guard link.updatedAt >= call.repetitionsBegin else { return nil }
        let (isNew, id) = (link.version == 1, link.id.description)
        let action = isNew ? AuditAction.linkCreated : .linkUpdated
        guard let earlier = try call.earlierChanges().first(where: { $0.action == action && $0.resource == id }) else { return nil }
        call.carryOut([.links(Set(link.places + (earlier.before.map(link.moved) ?? link).places))])
        return isNew ? created(link, .object(link.json(call.services.site)), call) : shown(link, call)
    }

    static func delete(_ call: Call) throws -> Answer {
        let isPurged = try call.isPurged()
        return try call.delete("link", isPurged ? .linkPurged : .linkDeleted, find: {
            let link = try Links.find($0, in: call.workspace, on: $1)
            return try link ?? (isPurged ? Links.find($0, in: call.workspace.bin, on: $1) : nil)
        }) { link in
            try call.preconditions.requireMatch(link.resourceVersion)
            return link.workspace.isBin ? call.links.purge([link]) : call.links.delete(link, isPurged: isPurged)
        }
    }

    /// Brings a link back that was deleted.
    static func restore(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let id: LinkID = try call.identifier()
        return try call.retrying("link") {
            guard try call.isDeleted(.linkRestored, id, find: { try Links.find($0, in: call.workspace.bin, on: $1) != nil }) else {
                return shown(try find(call), call)
            }
            return try call.commit(call.links.restore([id])) { results in
                switch results.first {
                case .success(let link): shown(link, call)
                case .failure(let refusal): throw refusal.problem
                case nil: throw Problem.notFound()
                }
            }
        }
    }

    // MARK: Parts

    private static func create(_ draft: LinkDraft, _ call: Call) throws -> Answer {
        try call.commit(call.links.create(draft)) { created($0.link, written($0, call), call) }
    }

    private static func written(_ link: WrittenLink, _ call: Call) -> Answer.Content {
        .written(link.text) { [site = call.services.site] in link.link.json(site) }
    }

    private static func created(_ link: Link, _ content: Answer.Content, _ call: Call) -> Answer {
        .created(content, at: "\(call.basePath)/links/\(link.id)").tagged(link.resourceVersion)
    }

    private static func shown(_ link: Link, _ call: Call) -> Answer {
        .ok(link.json(call.services.site)).tagged(link.resourceVersion)
    }

    private static func update(_ before: Link, _ change: LinkChange, _ call: Call) throws -> Answer {
        try call.preconditions.requireMatch(before.resourceVersion)
        let after = try change.applied(to: before, call)
        return try call.commit(call.links.update(before, to: after)) { shown($0, call) }
    }

    private static func find(_ call: Call) throws -> Link {
        let id: LinkID = try call.identifier()
        return try call.found { try Links.find(id, in: call.workspace, on: $0) }
    }

    private static func externalID(_ call: Call) throws -> String {
        guard let text = PercentEncoding.decode(call.parameters["external_id"][...], plusIsSpace: false), (try? plain(text)) != nil,
            (1...255).contains(text.unicodeScalars.count)
        else { throw Problem.notFound("Use an external_id of 1 to 255 characters, percent-encoded as UTF-8.") }
        return text
    }
}

extension Call {
    /// The link that the path names, for who reads it.
    func knownLink() throws -> WrittenLink {
        guard let known = try services.links.find(try identifier(), in: workspace) else { throw Problem.notFound() }
        return known
    }
}

extension Link {
    /// Where it was before a change that the audit log tells of.
    fileprivate func moved(to before: JSON) -> Link {
        var link = self
        if let host = before["domain"]?.stringValue { link.host = host }
        if let slug = before["slug"]?.stringValue { link.slug = slug }
        return link
    }
}

extension LinkFilter {
    /// Each once; a link has no more than so many.
    static func tags(_ texts: [String]) throws -> [String] {
        let tags = Set(texts.map(Tag.spelling(of:))).sorted()
        guard tags.count <= Tag.maximumCount else {
            throw FieldRefusal(code: "too_many", message: "Send at most \(Tag.maximumCount) tags; a link has no more.")
        }
        return tags
    }

    fileprivate init(_ query: inout Query, _ call: Call) throws {
        self.init()
        host = try query.domain(call)?.host
        do { tags = try Self.tags(query.values("tag")) } catch let refusal as FieldRefusal {
            throw Problem.invalidParameter("tag", refusal.message)
        }
        search = try query.value("search").map(SearchText.init)
        externalID = try query.value("external_id")
        createdAfter = try query.time("created_after")
        createdBefore = try query.time("created_before")
        disabled = try query.bool("disabled")
        state = try query.choice("state")
    }
}
