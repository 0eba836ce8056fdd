import API
import HTTP
import JSON
import LinkStore
import Model
import Pages
import Store
import Work

/// What visitors see of a page: publish, unpublish, preview, its history.
enum PagePublication {
    static func publish(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        return try call.retrying("page") {
            let page = try call.page()
            try call.preconditions.requireMatch(page.resourceVersion)
            return try call.commit(call.pages.publish(page)) { try PageResource.shown($0, call) }
        }
    }

    static func unpublish(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        return try call.retrying("page") {
            let before = try call.page()
            try call.preconditions.requireMatch(before.resourceVersion)
            return try call.commit(call.pages.unpublish(before)) { try PageResource.shown($0, call) }
        }
    }

    /// The draft as a page, for its owner alone.
    static func preview(_ call: Call) throws -> Answer {
        let html = try call.services.pages.preview(try call.page())
        return Answer(
            status: 200, content: .stream(type: "text/html; charset=utf-8") { try $0(html) },
            fields: [.init(.contentSecurityPolicy, "\(previewPolicy); \(StylePolicy.directive(for: html)); sandbox"), .init(.xRobotsTag, "noindex")])
    }

    /// Its pictures are on the link host, and a dashboard may show it in a frame.
    private static let previewPolicy =
        "default-src 'none'; img-src https: data:; base-uri 'none'; form-action 'none'"

    // MARK: History

    static func listVersions(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        let page = try call.page()
        let question = "versions of \(page.id)"
        let position = try pagination.position(length: 4, of: question).map { $0.reduce(0) { $0 << 8 | Int($1) } }
        let versions = try call.services.store.read {
            try BioPageVersions.list(
                of: page.id, in: call.workspace, before: position, limit: pagination.limit + 1, on: $0)
        }
        return pagination.page(
            versions, of: question, position: { withUnsafeBytes(of: UInt32($0.number).bigEndian, Array.init) },
            json: { .object($0.json(of: page)) })
    }

    static func getVersion(_ call: Call) throws -> Answer {
        let page = try call.page()
        let version = try call.version(of: page)
        var json = version.json(of: page)
        json["content"] = .object(try PageContent(stored: version.content).json)
        return .ok(.object(json))
    }

    /// Makes a version the draft again and, when asked, what visitors see.
    static func restore(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        let isPublished = fields.value("publish", as: .bool) ?? false
        try fields.finish()
        return try call.retrying("page") {
            let before = try call.page()
            let version = try call.version(of: before)
            try call.preconditions.requireMatch(before.resourceVersion)
            let change = try call.pages.restore(version, of: before, isPublished: isPublished)
            return try call.commit(change) { try PageResource.shown($0, call) }
        }
    }
}

extension Call {
    /// The version in the path, of a page.
    fileprivate func version(of page: BioPage) throws -> BioPageVersion {
        guard let number = Int(parameters["number"]), number > 0, number <= 4_000_000_000,
            let version = try services.store.read({
                try BioPageVersions.find(number, of: page.id, in: workspace, on: $0)
            })
        else { throw Problem.notFound() }
        return version
    }
}
