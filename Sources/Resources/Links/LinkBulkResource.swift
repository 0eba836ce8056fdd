import Access
import API
import HTTP
import JSON
import Model
import Work

/// `/links/bulk`: up to a thousand links in one request and one transaction. Each item has a result in its place; those
/// that are refused change nothing and do not keep the others back.
enum LinkBulkResource {
    static func create(_ call: Call) throws -> Answer {
        let items = try items("links", call)
        try call.charge(forItems: items.count)
        let hosts = try KnownHosts(ofLinks: items, call)
        let drafts = try items.map { fields in
            var fields = fields
            return try refusable { try LinkDraft(&fields, call, among: hosts) }
        }
        return try call.commit(call.links.create(drafts.compactMap { try? $0.get() })) { made in
            let results = drafts.filled(with: made) { $1.problem }
            return Self.answer(results.map { Result($0.map { $0.link.json(call.services.site) }) }, status: 201, call)
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
        let wanted = changes.compactMap { try? $0.get() }.map { item in
            LinkWork.Wanted(item.id) { try item.change.applied(to: $0, call) }
        }
        return try call.commit(call.links.update(wanted)) { done in
            let results = changes.filled(with: done) { $0.change.problem(of: $1) }
            return Self.answer(results.map { Result($0.map { $0.json(call.services.site) }) }, status: 200, call)
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = fields.required("ids", as: .array(of: .string)) { try counted($0) }
        let purge = fields.field("purge", as: .bool)
        let ids = try fields.finish(requiring: wanted).map { LinkID($0) }
        try call.charge(forItems: ids.count)
        let isPurged = purge.value ?? false
        return try call.commit(call.links.delete(ids.compactMap(\.self), isPurged: isPurged, after: try call.earlierChanges())) { gone in
            let results = ids.map { id -> Result in
                guard let id, gone.contains(id) else { return .refused(.notFound()) }
                return .deleted
            }
            return Self.answer(results, status: 204, call)
        }
    }

    static func restore(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = fields.required("ids", as: .array(of: .string)) { try counted($0) }
        let ids = try fields.finish(requiring: wanted).map { LinkID($0) }
        try call.charge(forItems: ids.count)
        return try call.retrying("link") {
            try call.commit(call.links.restore(ids.compactMap(\.self), after: call.earlierChanges())) { results in
                var rest = results[...]
                return Self.answer(ids.map { id -> Result in
                    guard id != nil else { return .refused(.notFound()) }
                    return Result(rest.removeFirst().map { $0.json(call.services.site) }.mapError(\.problem))
                }, status: 200, call)
            }
        }
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
        guard (1...LinkWork.bulkLimit).contains(items.count) else {
            throw FieldRefusal(code: "out_of_range", message: "Send 1 to \(LinkWork.bulkLimit) items.")
        }
        return items
    }

    private enum Result {
        case link(JSON)
        case deleted
        case refused(Problem)

        init(_ result: Swift.Result<JSON, Problem>) {
            switch result {
            case .success(let json): self = .link(json)
            case .failure(let problem): self = .refused(problem)
            }
        }

        func json(_ status: Int, _ names: SentNames) -> JSON {
            switch self {
            case .link(let json): ["status": .integer(Int64(status)), "link": json, "error": nil]
            case .deleted: ["status": .integer(Int64(status)), "link": nil, "error": nil]
            case .refused(let problem):
                ["status": .integer(Int64(problem.status)), "link": nil, "error": names.present(problem).summary]
            }
        }
    }

    private static func answer(_ results: [Result], status: Int, _ call: Call) -> Answer {
        let refused = results.count { if case .refused = $0 { true } else { false } }
        let names = SentNames(call.dialect, body: call.request.body)
        return .ok([
            "succeeded": .integer(Int64(results.count - refused)), "failed": .integer(Int64(refused)),
            "results": .array(results.map { $0.json(status, names) }),
        ])
    }

    /// What an item is refused for is its result; all else ends the request.
    private static func refusable<Value>(_ body: () throws -> Value) throws -> Swift.Result<Value, Problem> {
        do { return .success(try body()) } catch let problem as Problem { return .failure(problem) }
    }
}

extension Array {
    /// Results in the places of those that were found right; the others have theirs.
    /// - Parameter problem: what a refusal is to a client.
    fileprivate func filled<Wanted, Value>(
        with results: LinkWork.Results<Value>, problem: (Wanted, Refusal) -> Problem
    ) -> [Result<Value, Problem>] where Element == Result<Wanted, Problem> {
        var rest = results[...]
        return map { wanted in
            wanted.flatMap { wanted in rest.removeFirst().mapError { problem(wanted, $0) } }
        }
    }
}

extension Call {
    /// What does the work of many counts as one request, and one more for each hundred items.
    func charge(forItems count: Int) throws(RateRefusal) { try charge((count + 99) / 100) }
}
