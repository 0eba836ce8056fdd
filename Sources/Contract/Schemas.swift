import HTTP
import JSON
import Model
import Work

/// The shapes of OpenAPI's `components/schemas`; those of each resource in a file beside this.
///
/// Generators name a class after each component, and number those that have no name: so every object and every list of words is a
/// component. What clients send is `XInput` or `XChanges`; `NewX` is what Go's generator calls a constructor.
enum Schemas {
    static let all = JSONObject([
        ofLinks, ofManyLinks, ofQRCodes, ofDomains, ofAnalytics, ofKeys, ofWebhooks, ofEvents, ofPages, ofBlocks, ofWorkspaces,
        ofProblems, words,
    ].flatMap(\.members))

    /// What lists answer: of each schema a page of it.
    static func lists(of names: [String]) -> JSONObject {
        JSONObject(names.map { .init(name: list(of: $0), value: object("A page of a list", [
            "data": array(of: reference($0)),
            "has_more": ["type": "boolean", "description": "Whether there are more after these"],
            "next_cursor": orNull(["type": "string"]).about("For starting_after of the next request; null on the last page"),
        ])) })
    }

    static func list(of name: String) -> String { name + "List" }

    // MARK: Parts that several share

    static let string: JSON = ["type": "string"]
    static let boolean: JSON = ["type": "boolean"]
    static let moment: JSON = ["type": ["string", "null"], "format": "date-time"]
    static let limit: JSON = ["type": ["integer", "null"], "minimum": 1, "maximum": 1_000_000_000]

    /// An object that may have any members.
    static let anything: JSON = ["type": "object", "additionalProperties": true]

    /// Control characters and marks that turn the direction of text: ``PlainText/isForbidden(_:)``, within brackets.
    static let forbidden = #"\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069"#
    static let plain = "^[^\(forbidden)]*$"

    /// One line that is not empty.
    static let line: JSON = ["type": "string", "minLength": 1, "maxLength": 255, "pattern": .string(plain)]

    static let hexColor: JSON = ["type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"]

    static func orNull(_ schema: JSON) -> JSON {
        guard case .object(var object) = schema, let type = object["type"]?.stringValue, object["enum"] == nil else {
            return ["anyOf": [schema, ["type": "null"]]]
        }
        object["type"] = [.string(type), "null"]
        return .object(object)
    }

    /// What is answered: all members are there unless `required` names fewer. Later versions may answer more.
    static func object(_ about: String, _ members: JSONObject, required: [String]? = nil) -> JSON {
        [
            "type": "object", "description": .string(about), "required": JSON(required ?? members.members.map(\.name)),
            "properties": .object(members),
        ]
    }

    /// What is sent: members that are not known are refused.
    static func input(_ about: String, _ members: JSONObject, required: [String]? = nil) -> JSON {
        guard case .object(var object) = object(about, members, required: required) else { return .null }
        object["additionalProperties"] = false
        return .object(object)
    }

    static func array(of items: JSON) -> JSON { ["type": "array", "items": items] }

    static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/" + name)] }

    /// Whatever a reference leads to, or the schema itself.
    static func resolved(_ schema: JSON) -> JSON {
        schema["$ref"]?.stringValue.flatMap { all[String($0.split(separator: "/").last ?? "")] } ?? schema
    }

    // MARK: Problems

    private static let ofProblems: JSONObject = [
        "Problem": problem, "FieldProblem": fieldProblem, "ItemProblem": itemProblem, "Document": anything, "Nothing": input("Nothing", [:]),
    ]

    /// RFC 9457, with the extensions that problems have here.
    private static let problem: JSON = {
        let always: JSONObject = [
            "type": string.about("A URI, the same for every problem of the code"), "title": string.about("The same for every problem of the code"),
            "status": ["type": "integer", "description": "The status of the answer"], "detail": string.about("What to change"),
            "code": reference("ErrorCode"), "request_id": string.about("Names the request in logs"),
            "doc_url": string.about("Where the code is explained"),
        ]
        let sometimes: JSONObject = [
            "errors": array(of: reference("FieldProblem")).about("Of a body with wrong fields: all of them"),
            "parameter": string.about("The parameter of the query that is wrong"),
            "offset": ["type": "integer", "minimum": 0, "description": "The byte at which the body is no JSON"],
            "required_scope": string.about("The scope that the key has not"), "required_role": string.about("The role that is needed"),
            "quota": string.about("Which quota is used up"), "limit": ["type": "integer", "minimum": 0, "description": "What the quota allows"],
            "deleted_id": string.about("What was deleted and still keeps the slug"),
            "methods": array(of: string).about("By which a second factor can be shown"),
        ]
        guard case .object(var object) = Schemas.object(
            "What went wrong (RFC 9457)", JSONObject(always.members + sometimes.members), required: always.members.map(\.name))
        else { return .null }
        object["examples"] = [examples["Problem"] ?? .null]
        return .object(object)
    }()

    private static let fieldProblem: JSON = object("What is wrong with a field of a body", [
        "pointer": string.about("Where the field is: a JSON Pointer (RFC 6901)"), "code": string.about("A word for programs"),
        "message": string.about("What to change"),
    ])

    private static let itemProblem: JSON = object("What went wrong with one of many", [
        "code": reference("ErrorCode"), "title": string, "detail": string.about("What to change"), "errors": array(of: reference("FieldProblem")),
    ])
}

extension JSON {
    /// The schema, with what it means.
    func about(_ text: String) -> JSON {
        guard case .object(var object) = self else { return self }
        object["description"] = .string(text)
        return .object(object)
    }
}
