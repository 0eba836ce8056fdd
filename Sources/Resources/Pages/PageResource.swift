import API
import HTTP
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
            return try call.commit(call.pages.update(before, to: after)) { try shown($0, call) }
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        try call.delete("page", .pageDeleted, find: { try BioPages.find($0, in: call.workspace, on: $1) }) { page in
            try call.preconditions.requireMatch(page.resourceVersion)
            return call.pages.delete(page)
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
