import Access
import API
import HTTP
import Model
import Store
import Work

/// `/api-keys`: create, list, read, change, rotate, revoke.
enum KeyResource {
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = KeyFields(&fields, now: call.now)
        let name = fields.required("name", as: .keyName)
        let scopes = fields.required("scopes", as: .scopes)
        let isTest = fields.value("test", as: .bool) ?? false
        let (givenName, givenScopes) = try fields.finish(requiring: name, scopes)
        try requireHeld(givenScopes, call)
        let maker = KeyMaker(call.principal)
        var key = APIKey(
            id: .new(), workspace: call.workspace, name: givenName, isTest: isTest, scopes: givenScopes,
            requestsPerMinute: maker.requestsPerMinute, allowedAddresses: maker.allowedAddresses, creator: maker.creator,
            expiresAt: maker.expiresAt, createdAt: call.now)
        wanted.apply(to: &key)
        try refuseLooser(key, than: maker)
        return try call.commit(call.keys.create(key)) { shown($0, call) }
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        return try pagination.page(of: "api-keys", id: \APIKey.id, json: \.json) { last, limit in
            try call.services.store.read { try APIKeys.list(in: call.workspace, after: last, limit: limit, on: $0) }
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let key = try find(call)
        return try call.show(key.json, key.resourceVersion)
    }

    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = KeyFields(&fields, now: call.now)
        let name = fields.field("name", as: .keyName)
        let scopes = fields.field("scopes", as: .scopes)
        fields.refuseNull("name", name)
        fields.refuseNull("scopes", scopes)
        try fields.finish()
        return try call.retrying("API key") {
            let before = try find(call)
            try call.preconditions.requireMatch(before.resourceVersion)
            var after = before
            wanted.apply(to: &after)
            if let name = name.value { after.name = name }
            if let scopes = scopes.value { after.scopes = scopes }
            try requireHeld(before.scopes.union(after.scopes), call)
            if !wanted.isEmpty { try refuseLooser(after, than: KeyMaker(call.principal)) }
            try refuseLongerOverlap(before, after)
            return try call.commit(call.keys.update(before, to: after)) { .ok($0.json).tagged($0.resourceVersion) }
        }
    }

    static func rotate(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        let overlap = fields.value("overlap_seconds", as: .integer(in: 0...604_800)) ?? 0
        try fields.finish()
        return try call.retrying("API key") {
            let old = try find(call)
            try call.preconditions.requireMatch(old.resourceVersion)
            let maker = KeyMaker(call.principal)
            try requireHeld(old.scopes, call)
            try refuseLooser(old, than: maker)
            let change = try call.keys.rotate(old, overlapSeconds: overlap) { successor in
                // Never beyond the end of the key that asks: rotating itself it would live for ever.
                if let end = maker.expiresAt { successor.expiresAt = min(successor.expiresAt ?? end, end) }
                // Whoever rotates a key holds its successor: what it may do ends with their role.
                successor.creator = maker.creator ?? old.creator
            }
            return try call.commit(change) { shown($0, call) }
        }
    }

    static func revoke(_ call: Call) throws -> Answer {
        try call.delete("API key", .keyRevoked, find: { try APIKeys.find($0, in: call.workspace, on: $1) }) { key in
            try requireHeld(key.scopes, call)
            try call.preconditions.requireMatch(key.resourceVersion)
            return call.keys.revoke(key)
        }
    }

    // MARK: Parts

    private static func shown(_ made: KeyWork.Shown, _ call: Call) -> Answer {
        let key = made.key
        var answer = Answer.created(key.json(with: made.text), at: "\(call.basePath)/api-keys/\(key.id)").tagged(key.resourceVersion)
        answer.isSecret = true
        return answer
    }

    private static func find(_ call: Call) throws -> APIKey {
        let id: APIKeyID = try call.identifier()
        return try call.found { try APIKeys.find(id, in: call.workspace, on: $0) }
    }

    /// A key gives nobody more than it has: neither a new key, nor the text of an old one.
    private static func requireHeld(_ scopes: Scopes, _ call: Call) throws(Problem) {
        if let missing = scopes.subtracting(call.principal.scopes).list.first { throw .insufficientScope(missing.rawValue) }
    }

    /// The bounds of a key are those of the keys that it makes, too: made without bounds of their own they get the same.
    private static func refuseLooser(_ key: APIKey, than maker: KeyMaker) throws(Problem) {
        var problems: [FieldProblem] = []
        func refuse(_ pointer: String, _ bound: String) {
            problems.append(FieldProblem(
                pointer: pointer, code: "beyond_own", message: "Send at most what the API key in use has: \(bound)."))
        }
        if let end = maker.expiresAt, key.expiresAt.map({ $0 > end }) ?? true { refuse("/expires_at", end.rfc3339) }
        if let limit = maker.requestsPerMinute, key.requestsPerMinute.map({ $0 > limit }) ?? true {
            refuse("/requests_per_minute", String(limit))
        }
        let ranges = maker.allowedAddresses
        let isCovered = !key.allowedAddresses.isEmpty
            && key.allowedAddresses.allSatisfy { wanted in ranges.contains { $0.covers(wanted) } }
        if !ranges.isEmpty && !isCovered {
            refuse("/allowed_addresses", ranges.map(\.description).joined(separator: ", "))
        }
        if !problems.isEmpty { throw .validationFailed(problems) }
    }

    /// A key that has a successor ends when it was told to, or sooner.
    private static func refuseLongerOverlap(_ before: APIKey, _ after: APIKey) throws(Problem) {
        guard before.rotatedAt != nil, let end = before.expiresAt, after.expiresAt.map({ $0 > end }) ?? true else { return }
        throw .validationFailed("/expires_at", code: "after_end", "Send a time up to \(end.rfc3339); the key has a successor.")
    }
}

/// Who makes a key, and within which bounds: those of the key in use; none where somebody is signed in.
private struct KeyMaker {
    let creator: MemberID?
    let expiresAt: Timestamp?
    let requestsPerMinute: Int?
    let allowedAddresses: [AddressRange]

    init(_ principal: Principal) {
        creator = principal.member
        expiresAt = principal.key?.expiresAt
        requestsPerMinute = principal.key?.requestsPerMinute
        allowedAddresses = principal.key?.allowedAddresses ?? []
    }
}
