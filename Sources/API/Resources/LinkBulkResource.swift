import Access
import HTTP
import JSON
import MariaDB
import Model
import Store
import Work

/// `/links/bulk`: up to a thousand links in one request and one transaction. Each item has a result in its place; those
/// that are refused change nothing and do not keep the others back.
enum LinkBulkResource {
    static let limit = 1000

    static func create(_ call: Call) throws -> Answer {
        let items = try items("links", call)
        try call.charge(forItems: items.count)
        let hosts = try KnownHosts(ofLinks: items, call)
        let drafts = try admitted(items.map { fields in
            var fields = fields
            return try refusable { try LinkDraft(&fields, call, among: hosts) }
        }, call)
        // Nobody can have asked for a random slug before; a chosen one may be remembered as unknown.
        let chosen = Set(drafts.compactMap { try? $0.get().slug?.text })
        return try call.commit { connection in
            let results = try insert(drafts, call, on: connection)
            let made = results.compactMap(\.made)
            try call.record(made.map(LinkTrace.created), on: connection)
            let places = made.map(\.link.place).filter { chosen.contains($0.slug) }
            return Self.answer(results, status: 201, call).followed(by: .links(Set(places)))
        }
    }

    static func update(_ call: Call) throws -> Answer {
        let items = try items("links", call)
        try call.charge(forItems: items.count)
        let hosts = try KnownHosts(ofLinks: items, call)
        var seen: Set<LinkID> = []
        let changes = try items.map { fields in
            var fields = fields
            return try refusable { () -> (id: LinkID, change: LinkChange) in
                let id = fields.required("id", as: .linkID)
                let change = try LinkChange(&fields, call, among: hosts)
                let known = try fields.finish(requiring: id)
                guard seen.insert(known).inserted else {
                    throw fields.refusal(of: "id", code: "repeated", message: "Send each link once.")
                }
                return (known, change)
            }
        }
        return try call.commit { connection in
            var done: [(before: Link, after: Link)] = []
            let links = try Links.lock(changes.compactMap { try? $0.get().id }, in: call.workspace, on: connection)
            let results = try changes.map { change in
                try result(call) { try update(try change.get(), links, call, &done, on: connection) }
            }
            try Links.replaceTags(of: done.filter { $0.before.tags != $0.after.tags }.map(\.after), on: connection)
            try call.record(done.map { .updated($0.before, $0.after) }, on: connection)
            let changed = Set(done.map(\.after.id))
            let unchanged = links.values.filter { !changed.contains($0.id) && call.mayBeUntold($0.updatedAt) }
            let places = Set((done.flatMap { [$0.before, $0.after] } + unchanged).map(\.place))
            return Self.answer(results, status: 200, call, changed: !done.isEmpty).followed(by: .links(places))
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = fields.required("ids", as: .array(of: .string)) { try counted($0) }
        let ids = try fields.finish(requiring: wanted).map { LinkID($0) }
        try call.charge(forItems: ids.count)
        let earlier = try call.earlierChanges().filter { $0.action == .linkDeleted }
        let before = Set(earlier.map(\.resource))
        return try call.commit { connection in
            let links = try Links.lock(ids.compactMap(\.self), in: call.workspace, on: connection)
            let deleted = links.values.sorted { $0.id < $1.id }
            try Links.delete(deleted, on: connection)
            try call.record(deleted.map(LinkTrace.deleted), on: connection)
            let results = ids.map { id -> Result in
                guard let id, links[id] != nil || before.contains(id.description) else { return .refused(.notFound()) }
                return .deleted(id)
            }
            var answer = Self.answer(results, status: 204, call, changed: !deleted.isEmpty)
            answer.effects = [.links(Set(deleted.map(\.place)))] + earlier.effects
            return answer
        }
    }

    /// The drafts that the workspace has room for, the first of them; those after them are refused.
    private static func admitted(
        _ drafts: [Swift.Result<LinkDraft, Problem>], _ call: Call
    ) throws -> [Swift.Result<LinkDraft, Problem>] {
        var left = try call.room(for: drafts.count { (try? $0.get()) != nil }, of: .links)
        return drafts.map { draft in
            guard case .success = draft else { return draft }
            left -= 1
            return left < 0 ? .failure(.quotaExceeded(.links, of: call.principal.workspace)) : draft
        }
    }

    // MARK: One item

    /// Inserts what is free; of what is not, finds out why, and tries other random slugs.
    private static func insert(
        _ drafts: [Swift.Result<LinkDraft, Problem>], _ call: Call, on connection: MariaDB.Connection
    ) throws -> [Result] {
        var results = drafts.map { draft -> Result in
            switch draft {
            case .success: .refused(.slugSpaceExhausted())
            case .failure(let problem): .refused(problem)
            }
        }
        var waiting = drafts.indices.filter { (try? drafts[$0].get()) != nil }
        for _ in 0..<LinkResource.slugTries where !waiting.isEmpty {
            let links = try waiting.map { try drafts[$0].get().link(call) }
            let inserted = try Links.insert(links, on: connection)
            let taken = try Links.taken(
                links.filter { !inserted.contains($0.id) }.compactMap(\.settings.externalID), in: call.workspace, on: connection)
            var again: [Int] = []
            for (index, link) in zip(waiting, links) {
                if inserted.contains(link.id) {
                    results[index] = .link(link, link.json(call.services.site))
                } else if let id = link.settings.externalID, taken.contains(id) {
                    results[index] = .refused(LinkResource.problem(.externalIDTaken, link))
                } else if try drafts[index].get().slug != nil {
                    results[index] = .refused(LinkResource.problem(.slugTaken, link))
                } else {
                    again.append(index)
                }
            }
            waiting = again
        }
        return results
    }

    private static func update(
        _ item: (id: LinkID, change: LinkChange), _ links: [LinkID: Link], _ call: Call,
        _ done: inout [(before: Link, after: Link)], on connection: MariaDB.Connection
    ) throws -> Link {
        guard let before = links[item.id] else { throw Problem.notFound() }
        var after = try item.change.applied(to: before, call)
        guard after != before else { return before }
        do {
            try Links.update(after, on: connection)
        } catch let refusal as Links.Refusal {
            throw LinkResource.problem(refusal, after)
        }
        done.append((before, after))
        after.version += 1
        return after
    }

    // MARK: Reading and answering

    /// The items of the body, each with pointers that begin at the body.
    private static func items(_ name: String, _ call: Call) throws -> [JSONFields] {
        var fields = try call.fields()
        let items = fields.required(name, as: .array(of: .json)) { try counted($0) }
        return try fields.finish(requiring: items).enumerated().map { index, item in
            guard let object = item.objectValue else {
                throw Problem.validationFailed("/\(name)/\(index)", code: "invalid_type", "Send an object.")
            }
            let pointer = "/\(name)/\(index)"
            return JSONFields(try call.dialect.read(object, at: pointer), pointer: pointer)
        }
    }

    private static func counted<Item>(_ items: [Item]) throws -> [Item] {
        guard (1...limit).contains(items.count) else {
            throw FieldRefusal(code: "out_of_range", message: "Send 1 to \(limit) items.")
        }
        return items
    }

    private enum Result {
        case link(Link, JSON)
        case deleted(LinkID)
        case refused(Problem)

        var made: (link: Link, json: JSON)? { if case .link(let link, let json) = self { (link, json) } else { nil } }

        func json(_ status: Int, _ names: SentNames) -> JSON {
            switch self {
            case .link(_, let json): ["status": .integer(Int64(status)), "link": json, "error": nil]
            case .deleted: ["status": .integer(Int64(status)), "link": nil, "error": nil]
            case .refused(let problem):
                ["status": .integer(Int64(problem.status)), "link": nil, "error": names.present(problem).summary]
            }
        }
    }

    private static func answer(_ results: [Result], status: Int, _ call: Call, changed: Bool? = nil) -> Answer {
        let refused = results.count { if case .refused = $0 { true } else { false } }
        let names = SentNames(call.dialect, body: call.request.body)
        var answer = Answer.ok([
            "succeeded": .integer(Int64(results.count - refused)), "failed": .integer(Int64(refused)),
            "results": .array(results.map { $0.json(status, names) }),
        ])
        answer.isChange = changed ?? (refused < results.count)
        return answer
    }

    /// What an item is refused for is its result; all else ends the request.
    private static func refusable<Value>(_ body: () throws -> Value) throws -> Swift.Result<Value, Problem> {
        do { return .success(try body()) } catch let problem as Problem { return .failure(problem) }
    }

    private static func result(_ call: Call, _ body: () throws -> Link) throws -> Result {
        switch try refusable(body) {
        case .success(let link): .link(link, link.json(call.services.site))
        case .failure(let problem): .refused(problem)
        }
    }
}

extension Call {
    /// What does the work of many counts as one request, and one more for each hundred items.
    func charge(forItems count: Int) throws(RateRefusal) { try charge((count + 99) / 100) }
}
