/// A state of a resource, as its entity tag tells it: `"<version>"`, or `"<version>-<detail>"` where the resource shows
/// something that changes without anyone changing it, such as the clicks of a link.
package struct ResourceVersion {
    package var version: Int
    package var detail: Int?

    package init(_ version: Int, detail: Int? = nil) {
        self.version = version
        self.detail = detail
    }

    package var tag: EntityTag { EntityTag(String(version) + (detail.map { "-\($0)" } ?? "")) }
}

/// `If-Match` and `If-None-Match` (RFC 9110 section 13.1).
package struct Preconditions: Sendable {
    private let ifMatch: Precondition?
    private let ifNoneMatch: Precondition?

    package init(_ fields: RequestFields) throws(Problem) {
        ifMatch = try Self.parsed(fields.ifMatch, "If-Match")
        ifNoneMatch = try Self.parsed(fields.ifNoneMatch, "If-None-Match")
    }

    private static func parsed(_ field: String?, _ name: String) throws(Problem) -> Precondition? {
        guard let field else { return nil }
        guard let precondition = Precondition(field) else {
            throw .invalidRequest("Send \(name) as * or as entity tags in double quotes, as they came in ETag.")
        }
        return precondition
    }

    /// To be asked before a resource is changed. `If-Match` looks at the version alone: a click on a link must not keep
    /// its owner from changing it. A tag that has become weak on the way names a version as well: whoever compresses an answer,
    /// as nginx does, makes its tag weak.
    package func requireMatch(_ current: ResourceVersion) throws(Problem) {
        if case .tags(let tags)? = ifMatch,
            !tags.contains(where: { $0.opaque.prefix { $0 != "-" } == String(current.version) })
        {
            throw .preconditionFailed()
        }
        if let ifNoneMatch, !ifNoneMatch.ifNoneMatchHolds(for: current.tag) {
            throw .preconditionFailed("Send the request without If-None-Match, or for another resource; this one is there.")
        }
    }

    /// To be asked before a resource is made where there is none.
    package func requireMatchOfNothing() throws(Problem) {
        if ifMatch != nil { throw .preconditionFailed("Send the request without If-Match to create this resource; it is not there.") }
    }

    /// Whether a client that reads has this very state already.
    package func isKnown(_ current: EntityTag) throws(Problem) -> Bool {
        if let ifMatch, !ifMatch.ifMatchHolds(for: current) { throw .preconditionFailed() }
        return ifNoneMatch.map { !$0.ifNoneMatchHolds(for: current) } ?? false
    }
}
