import HTTP
import JSON

/// What a handler answers, before a dialect gives it its shape.
package struct Answer {
    package enum Content {
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

    package var status: Int
    package var content: Content
    package var fields: [Response.Field] = []
    /// Whether something was changed, and the audit log has what.
    package var isChange = false
    /// The content has a secret in it that is stored nowhere in the clear.
    package var isSecret = false

    package init(status: Int, content: Content, fields: [Response.Field] = []) {
        (self.status, self.content, self.fields) = (status, content, fields)
    }

    package static func ok(_ json: JSON) -> Answer { Answer(status: 200, content: .object(json)) }
    package static func page(_ items: [JSON], cursor: String?) -> Answer { Answer(status: 200, content: .list(items, cursor: cursor)) }
    package static let noContent = Answer(status: 204, content: .none)

    package static func created(_ json: JSON, at location: String) -> Answer { created(.object(json), at: location) }
    package static func created(_ content: Content, at location: String) -> Answer {
        Answer(status: 201, content: content, fields: [.init(.location, location)])
    }

    /// With the entity tag of the resource that it shows.
    package func tagged(_ version: ResourceVersion) -> Answer {
        var answer = self
        answer.fields.append(.init(.eTag, version.tag.description))
        return answer
    }

    package subscript(_ name: Response.FieldName) -> String? { fields.first { $0.name == name }?.value }
}

extension Answer {
    /// The same for everybody, in both dialects, for a while: any web page may show it.
    package static func publicDocument(type: String, _ bytes: [UInt8], _ tag: EntityTag) -> Answer {
        Answer(status: 200, content: .file(type: type, bytes), fields: [
            .init(.eTag, tag.description), .init(.cacheControl, "public, max-age=300"),
            .init(.accessControlAllowOrigin, "*"),
        ])
    }

    package func adding(_ more: [Response.Field]) -> Answer {
        var answer = self
        answer.fields += more
        return answer
    }

    /// 304 where the client has it already.
    package func unlessKnown(to request: Request) throws(Problem) -> Answer {
        guard let tag = self[.eTag].flatMap({ Precondition($0) }),
            case .tags(let tags) = tag, let current = tags.first, try Preconditions(request.fields).isKnown(current)
        else { return self }
        return Answer(status: 304, content: .none, fields: fields)
    }
}
