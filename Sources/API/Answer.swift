import HTTP
import JSON

/// What a handler answers, before a dialect gives it its shape.
struct Answer {
    enum Content {
        case none
        case object(JSON)
        /// An object as the reference dialect sends it, and as a tree for others.
        case written([UInt8], tree: @Sendable () -> JSON)
        /// One page, and the cursor of the next if there is one.
        case list([JSON], cursor: String?)
        /// As it went over the wire the first time.
        case replayed([UInt8])
        /// Of a media type of its own.
        case file(type: String, [UInt8])
        /// Too long for memory, of a media type of its own.
        case stream(type: String, @Sendable (_ send: ([UInt8]) throws -> Void) throws -> Void)
    }

    var status: Int
    var content: Content
    var fields: [Response.Field] = []
    /// Whether something was changed, and the audit log has what.
    var isChange = false
    /// The content has a secret in it that is stored nowhere in the clear.
    var isSecret = false

    static func ok(_ json: JSON) -> Answer { Answer(status: 200, content: .object(json)) }
    static func page(_ items: [JSON], cursor: String?) -> Answer { Answer(status: 200, content: .list(items, cursor: cursor)) }
    static let noContent = Answer(status: 204, content: .none)

    static func created(_ json: JSON, at location: String) -> Answer { created(.object(json), at: location) }
    static func created(_ content: Content, at location: String) -> Answer {
        Answer(status: 201, content: content, fields: [.init(.location, location)])
    }

    /// With the entity tag of the resource that it shows.
    func tagged(_ version: ResourceVersion) -> Answer {
        var answer = self
        answer.fields.append(.init(.eTag, version.tag.description))
        return answer
    }

    subscript(_ name: Response.FieldName) -> String? { fields.first { $0.name == name }?.value }
}
