import API
import HTTP
import LinkStore
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
        let change = try call.pages.create(wanted.applied(to: PageContent([:])), on: domain, slug: wanted.slug)
        return try call.commit(change) { page in
            .created(try page.json(call.services.site), at: "\(call.basePath)/bio-pages/\(page.id)").tagged(page.resourceVersion)
        }
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        let isDeleted = try query.choice("state", of: Existence.self) == .deleted
        try query.finish()
        return try pagination.page(of: isDeleted ? "deleted bio-pages" : "bio-pages", id: \BioPage.id, json: { try $0.json(call.services.site) }) {
            last, limit in
            try call.services.store.read { connection in
                guard isDeleted else { return try BioPages.list(in: call.workspace, after: last, limit: limit, on: connection) }
                return try BioPages.dated(
                    BioPages.list(in: call.workspace.bin, after: last, limit: limit, on: connection), in: call.workspace.bin, on: connection)
            }
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
            return try call.commit(call.pages.update(before, to: after)) { try shown($0, call) }
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        let isPurged = try call.isPurged()
        return try call.delete("page", isPurged ? .pagePurged : .pageDeleted, find: {
            let page = try BioPages.find($0, in: call.workspace, on: $1)
            return try page ?? (isPurged ? BioPages.find($0, in: call.workspace.bin, on: $1) : nil)
        }) { page in
            try call.preconditions.requireMatch(page.resourceVersion)
            return page.workspace.isBin ? call.pages.purge(page) : call.pages.delete(page, isPurged: isPurged)
        }
    }

    /// Brings a page back that was deleted.
    static func restore(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let id: PageID = try call.identifier()
        return try call.retrying("page") {
            let page = try call.services.store.read { try BioPages.find(id, in: call.workspace.bin, on: $0) }
            guard try call.isDeleted(.pageRestored, id, find: { _, _ in page != nil }), let page else {
                return try shown(try call.page(), call)
            }
            return try call.commit(call.pages.restore(page)) { try shown($0, call) }
        }
    }

    static func shown(_ page: BioPage, _ call: Call) throws -> Answer {
        .ok(try page.json(call.services.site)).tagged(page.resourceVersion)
    }
}

extension Call {
    /// The page in the path.
    func page() throws -> BioPage {
        let id: PageID = try identifier()
        return try found { try BioPages.find(id, in: workspace, on: $0) }
    }
}
