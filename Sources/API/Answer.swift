import HTTP

/// What a handler answers, before a dialect gives it its shape.
struct Answer {
    enum Content {
        case none
        case object(JSON)
        /// The same in both dialects.
        case document(JSON)
        /// One page, and the cursor of the next if there is one.
        case list([JSON], cursor: String?)
    }

    var status: Int
    var content: Content
    var fields: [Response.Field] = []

    static func ok(_ json: JSON) -> Answer { Answer(status: 200, content: .object(json)) }
    static func page(_ items: [JSON], cursor: String?) -> Answer { Answer(status: 200, content: .list(items, cursor: cursor)) }
    static let noContent = Answer(status: 204, content: .none)

    static func created(_ json: JSON, at location: String) -> Answer {
        Answer(status: 201, content: .object(json), fields: [.init(.location, location)])
    }
}
