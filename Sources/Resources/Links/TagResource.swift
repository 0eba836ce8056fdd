import API
import HTTP
import JSON
import LinkStore
import Model
import Store

/// `/tags`: the tags in use, for whoever chooses one.
enum TagResource {
    /// Of a tag in a cursor, filled up with zeros: 50 code points.
    private static let tagBytes = 4 * Tag.maximumLength

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        let prefix = Tag.spelling(of: try query.value("prefix") ?? "")
        try query.finish()
        let question = "tags \(prefix)"
        let last = try pagination.position(length: tagBytes, of: question).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        let tags = try call.services.store.read {
            try Tags.list(beginning: prefix, in: call.workspace, after: last, limit: pagination.limit + 1, on: $0)
        }
        return pagination.page(
            tags, of: question, position: { $0.tag.utf8 + [UInt8](repeating: 0, count: tagBytes - $0.tag.utf8.count) },
            json: { ["tag": .string($0.tag), "links": JSON($0.links)] })
    }
}
