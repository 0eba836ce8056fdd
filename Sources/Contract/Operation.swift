import JSON
import Model

/// What OpenAPI tells of a route beyond method, path and scope. Every route must have one: the table asks for it.
package struct Operation: Sendable {
    package struct Parameter: Sendable {
        package var name: String
        package var about: String
        package var schema: JSON
    }

    /// `operationId`: a verb and a noun.
    package var id: String
    package var summary: String
    package var query: [Parameter] = []
    /// Names a schema of the request body.
    package var body: String?
    /// Media types of a body that is no JSON.
    package var uploads: [String] = []
    /// No body at all is good too.
    package var isBodyOptional = false
    package var status = 200
    /// A second status of success, with the same answer.
    package var otherStatus: Int?
    /// A status of success without an answer, beside one with it.
    package var emptyStatus: Int?
    /// Names a schema of the answer; nil where there is no body.
    package var answer: String?
    package var isList = false
    /// Media types of an answer that is no JSON.
    package var files: [String] = []
    /// The answer shows one resource with its entity tag, and preconditions count.
    package var isTagged = false
    /// Its entity tag is of a digest.
    package var isDocument = false
    /// Problems of its own, beside those that every route has.
    package var problems: [Int] = []
}

extension JSON {
    static let time: JSON = ["type": "string", "format": "date-time"]

    static let cursor: JSON = ["type": "string", "pattern": "^[A-Za-z0-9_-]+$"]

    static let entityTag: JSON = ["type": "string", "pattern": "^\"[0-9]+(-[0-9]+)?\"$"]

    /// Of a digest.
    static let fileTag: JSON = ["type": "string", "pattern": "^(W/)?\"[A-Za-z0-9_-]+\"$"]

    static let count: JSON = ["type": "integer", "minimum": 0]

    /// An identifier: the prefix of its kind and a ULID.
    static let id = id(prefix: "[a-z]+")
    static func id<Kind: IdentifierKind>(_: Kind.Type) -> JSON { id(prefix: Kind.prefix) }
    private static func id(prefix: String) -> JSON {
        ["type": "string", "pattern": .string("^\(prefix)_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    }

    static func oneOf(_ values: [String]) -> JSON { ["type": "string", "enum": JSON(values)] }
}
