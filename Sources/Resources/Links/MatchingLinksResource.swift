import API
import HTTP
import JSON
import LinkStore
import Model
import Store
import Work

/// `/links/matching`: what is done to all links of a filter, a thousand in a request and a transaction. The answer counts, tells of
/// those that were refused, and has the cursor for the next thousand.
enum MatchingLinksResource {
    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let asked = Asked(&fields)
        let wanted = object("changes", &fields)
        let changesObject = try fields.finish(requiring: asked.filter, wanted).1
        let filter = try asked.filter(call)
        guard filter.state != .deleted else {
            throw Problem.validationFailed("/filter/state", code: "invalid_choice", "Restore what is deleted before you change it.")
        }
        var changes = JSONFields(try call.dialect.read(changesObject, at: "/changes"), pointer: "/changes")
        refuseWhatIsOfOne(&changes)
        let change = try LinkChange(&changes, call, among: KnownHosts(ofLinks: [changes], call))
        let page = try page(of: filter, asked.cursor, call)
        let links = page.links.map { link in LinkWork.Wanted(link.id) { try change.applied(to: $0, call) } }
        return try call.commit(call.links.update(links, matching: filter)) { done in
            page.answer(done.map { $0.map { _ in }.mapError(change.problem(of:)) }, call)
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let asked = Asked(&fields)
        let purge = fields.field("purge", as: .bool)
        _ = try fields.finish(requiring: asked.filter)
        let filter = try asked.filter(call)
        let isPurged = purge.value ?? false
        if filter.state == .deleted && !isPurged {
            throw fields.refusal(of: "purge", code: "required", message: "Send true: these are deleted, and go for good.")
        }
        let page = try page(of: filter, asked.cursor, call)
        let change = call.links.delete(page.links.map(\.id), isPurged: isPurged, matching: filter, after: try call.earlierChanges())
        return try call.commit(change) { gone in
            page.answer(page.links.map { gone.contains($0.id) ? .success(()) : .failure(.notFound()) }, call)
        }
    }

    static func restore(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let asked = Asked(&fields)
        _ = try fields.finish(requiring: asked.filter)
        var filter = try asked.filter(call)
        guard [nil, .deleted].contains(filter.state) else {
            throw Problem.validationFailed("/filter/state", code: "invalid_choice", "Leave the state out: what is restored is deleted.")
        }
        filter.state = .deleted
        let page = try page(of: filter, asked.cursor, call)
        return try call.retrying("link") {
            try call.commit(call.links.restore(page.links.map(\.id), matching: filter, after: call.earlierChanges())) { results in
                page.answer(results.map { $0.map { _ in }.mapError(\.problem) }, call)
            }
        }
    }

    // MARK: Parts

    /// What names one link, or is dear, belongs to one link.
    private static func refuseWhatIsOfOne(_ changes: inout JSONFields) {
        for name in ["slug", "external_id"] where changes.peek(name) != nil {
            changes.note(name, code: "not_in_bulk", message: "Send it for one link at a time: no two links can have the same.")
        }
    }

    private static func object(_ name: String, _ fields: inout JSONFields) -> JSONObject? {
        fields.required(name, as: .json) { json in
            guard let object = json.objectValue else { throw FieldRefusal(code: "invalid_type", message: "Send an object.") }
            return object
        }
    }

    /// What all three are told.
    private struct Asked {
        let filter: JSONObject?
        let cursor: String?

        init(_ fields: inout JSONFields) {
            filter = object("filter", &fields)
            cursor = fields.string("starting_after")
        }

        func filter(_ call: Call) throws -> LinkFilter {
            var fields = JSONFields(try call.dialect.read(filter ?? [:], at: "/filter"), pointer: "/filter")
            let filter = LinkFilter(&fields)
            try fields.finish()
            return filter
        }
    }

    private static func page(of filter: LinkFilter, _ cursor: String?, _ call: Call) throws -> MatchingLinks {
        if let host = filter.host, try call.services.domains.find(host)?.isOpen(to: call.workspace) != true {
            throw Problem.validationFailed("/filter/domain", code: "unknown_domain", "Use a domain of this workspace, or leave it out.")
        }
        let question = "matching links \(filter)"
        let position = try cursor.map { text throws(Problem) in
            do {
                return try Cursor.decode(text, length: LinkPosition.length, question, call.workspace)
            } catch {
                throw .validationFailed(
                    "/starting_after", code: "invalid_cursor", "Send the next_cursor of the answer before, with the same filter.")
            }
        }.flatMap(LinkPosition.init(bytes:))
        let links = try call.services.store.read { connection in
            try Links.list(
                filter, in: filter.owner(in: call.workspace), after: position, limit: LinkWork.bulkLimit + 1, on: connection)
        }
        let page = MatchingLinks(links: Array(links.prefix(LinkWork.bulkLimit)), hasMore: links.count > LinkWork.bulkLimit, question: question)
        try call.charge(forItems: page.links.count)
        return page
    }
}

/// The links that a request is about, and the answer to it.
private struct MatchingLinks {
    let links: [Link]
    let hasMore: Bool
    let question: String

    /// - Parameter results: of each link, in the order of the links.
    func answer(_ results: [Result<Void, Problem>], _ call: Call) -> Answer {
        let names = SentNames(call.dialect, body: call.request.body)
        let refused = zip(links, results).compactMap { link, result -> JSON? in
            guard case .failure(let problem) = result else { return nil }
            return [
                "id": .string(link.id.description), "status": .integer(Int64(problem.status)), "error": names.present(problem).summary,
            ]
        }
        let next = hasMore ? links.last.map { LinkPosition(id: $0.id, clicks: 0).bytes } : nil
        return .ok([
            "matched": JSON(links.count), "succeeded": JSON(links.count - refused.count), "failed": JSON(refused.count),
            "refused": .array(refused), "has_more": .bool(hasMore),
            "next_cursor": next.map { .string(Cursor.encode($0, question, call.workspace)) } ?? .null,
        ])
    }
}

extension LinkFilter {
    /// The filters of a list, as members of an object.
    fileprivate init(_ fields: inout JSONFields) {
        self.init()
        host = fields.value("domain", as: .string) { try HostName(validating: $0).text }
        tags = fields.value("tag", as: .stringArray) { try LinkFilter.tags($0) } ?? []
        search = fields.value("search", as: .string(maximum: SearchText.maximumLength)).map(SearchText.init)
        externalID = fields.string("external_id")
        createdAfter = fields.value("created_after", as: .timestamp)
        createdBefore = fields.value("created_before", as: .timestamp)
        disabled = fields.bool("disabled")
        state = fields.value("state", as: .choice())
    }
}
