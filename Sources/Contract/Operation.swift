import JSON
import Model
import Text

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
    /// The answer counts something by `groups`, which are its lines as CSV.
    package var isCounted = false
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

    static let count: JSON = ["type": "integer", "format": "int64", "minimum": 0]

    /// An identifier: the prefix of its kind and a ULID.
    static let id = id(prefix: "[a-z]+")
    static func id<Kind: IdentifierKind>(_: Kind.Type) -> JSON { id(prefix: Kind.prefix) }
    private static func id(prefix: String) -> JSON {
        ["type": "string", "pattern": .string("^\(prefix)_[0-7][0-9a-hjkmnp-tv-z]{25}$")]
    }

    static func oneOf(_ values: [String]) -> JSON { ["type": "string", "enum": JSON(values)] }
}

extension Operation {
    /// The columns of its answer as CSV: the members of what it lists, those of an object in it as `a.b`; nil where it is no table.
    package var columns: [String]? {
        guard let answer, isList || isCounted, let schema = Schemas.all[answer] else { return nil }
        return Self.columns(of: isCounted ? schema["properties"]?["groups"]?["items"].map(Schemas.resolved) : schema)
    }

    /// What its answer lists, as CSV; nil where it is no table.
    package func csv(_ items: [JSON]) -> [UInt8]? {
        guard let columns else { return nil }
        return CSV.row(columns) + items.flatMap { item in
            CSV.row(columns.map { $0.split(separator: ".").reduce(item) { $0[String($1)] ?? .null }.cell })
        }
    }

    private static func columns(of schema: JSON?) -> [String] {
        (schema?["properties"]?.objectValue?.members ?? []).filter { $0.name != "series" }.flatMap { member in
            let within = columns(of: Schemas.resolved(member.value))
            return within.isEmpty ? [member.name] : within.map { "\(member.name).\($0)" }
        }
    }
}
