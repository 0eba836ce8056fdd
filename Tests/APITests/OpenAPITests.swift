import HTTP
import Model
import Testing

@testable import API

/// The document at `/v1/openapi.json` says what is so: of every route, parameter, field and answer.
@Suite("OpenAPI")
struct OpenAPITests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private var document: JSON {
        var request = stage.request(.get, "/v1/openapi.json")
        request.fields.authorization = nil
        return stage.application.respond(to: request).json
    }

    @Test("the document has every route, and no other")
    func documented() {
        var documented: Set<String> = []
        for path in document["paths"]?.objectValue?.members ?? [] {
            for method in path.value.objectValue?.members ?? [] {
                documented.insert(method.name.uppercased() + " " + path.name)
            }
        }
        #expect(documented == Set(Route.all.map(\.name)))
    }

    @Test("the document is the same for everyone, in both dialects, without a key")
    func sameDocument() {
        #expect(document["openapi"] == "3.1.0")
        var request = stage.request(.get, "/api/v1/openapi.json")
        request.fields.authorization = nil
        #expect(stage.application.respond(to: request).json == document)
    }

    @Test("each operation has an id of its own, a summary, its scope, and every parameter of its path")
    func operations() throws {
        var ids: Set<String> = []
        for route in Route.all {
            let operation = try #require(document["paths"]?[route.path]?[route.method.rawValue.lowercased()])
            let id = try #require(operation["operationId"]?.stringValue)
            #expect(ids.insert(id).inserted)
            #expect(operation["summary"]?.stringValue?.isEmpty == false)
            #expect(operation["x-required-scope"]?.stringValue == route.scope?.rawValue)
            #expect((operation["security"] == []) == (route.scope == nil))
            let inPath = (operation["parameters"]?.arrayValue ?? []).filter { $0["in"] == "path" }
            #expect(
                inPath.compactMap { $0["name"]?.stringValue }
                    == route.path.matches(of: /\{(\w+)\}/).map { String($0.output.1) })
            #expect(inPath.allSatisfy { $0["required"] == true })
            let statuses = operation["responses"]?.objectValue?.members.map(\.name) ?? []
            #expect(statuses.contains(String(route.operation.status)))
            #expect(Set(statuses).count == statuses.count)
            #expect(statuses.allSatisfy { $0.wholeMatch(of: /[1-5]\d\d/) != nil })
        }
    }

    @Test("every reference leads to a schema, and every schema is referred to")
    func references() {
        let schemas = Set(document["components"]?["schemas"]?.objectValue?.members.map(\.name) ?? [])
        let used = Set(document.text.matches(of: /"\$ref":"#\/components\/schemas\/(\w+)"/).map { String($0.output.1) })
        #expect(used == schemas)
    }

    @Test("every schema is one: known types, properties that are required exist, enumerations are not empty")
    func schemas() {
        check(document["components"]?["schemas"] ?? .null, isSchema: false)
    }

    /// The parts of JSON Schema that the document uses; a word that is not among them is a typing error.
    private func check(_ json: JSON, isSchema: Bool) {
        guard let object = json.objectValue else { return }
        guard isSchema else { return object.members.forEach { check($0.value, isSchema: true) } }
        let words: Set = [
            "type", "format", "enum", "items", "properties", "required", "additionalProperties", "minimum", "maximum",
            "minLength", "maxLength", "pattern", "maxItems", "uniqueItems", "default", "description", "writeOnly", "$ref",
        ]
        for member in object.members { #expect(words.contains(member.name), "\(member.name)") }
        let types = object["type"]?.arrayValue ?? object["type"].map { [$0] } ?? []
        for type in types {
            #expect(
                ["string", "integer", "number", "boolean", "array", "object", "null"].contains(type.stringValue ?? ""))
        }
        #expect(!types.isEmpty || object["$ref"] != nil || object["enum"] != nil)
        #expect(object["enum"]?.arrayValue?.isEmpty != true)
        let properties = Set(object["properties"]?.objectValue?.members.map(\.name) ?? [])
        for name in object["required"]?.arrayValue ?? [] where object["properties"] != nil {
            #expect(properties.contains(name.stringValue ?? ""))
        }
        check(object["properties"] ?? .null, isSchema: false)
        if let items = object["items"] { check(items, isSchema: true) }
    }

    @Test("what the API answers fits the schema that the document promises")
    func answers() throws {
        let link = try stage.create([
            "title": "Title", "tags": ["a"], "expires_at": "2099-01-01T00:00:00Z", "external_id": "e",
        ])
        expectFit(link, "Link")
        expectFit(stage.ask(.get, "/links").json["data"]?[0] ?? .null, "Link")
        expectFit(stage.ask(.get, "/workspace").json, "Workspace")
        expectFit(stage.ask(.get, "/analytics/clicks").json, "Clicks")
        expectFit(stage.ask(.get, "/nowhere").json, "Problem")
        expectFit(stage.ask(.post, "/links", "{}").json, "Problem")
    }

    private func expectFit(_ value: JSON, _ name: String) {
        let schema = document["components"]?["schemas"]?[name] ?? .null
        let properties = schema["properties"]?.objectValue ?? [:]
        for name in schema["required"]?.arrayValue ?? [] { #expect(value[name.stringValue ?? ""] != nil, "\(name)") }
        for member in value.objectValue?.members ?? [] {
            guard let property = properties[member.name] else {
                #expect(schema["additionalProperties"] != false, "\(name): \(member.name)")
                continue
            }
            let types = property["type"]?.arrayValue ?? property["type"].map { [$0] } ?? []
            #expect(types.contains { $0.stringValue == member.value.schemaType }, "\(name): \(member.name)")
        }
    }

    @Test("the query parameters that a list and analytics read are those that the document names")
    func queryParameters() {
        for route in Route.all where !route.operation.query.isEmpty {
            let advice = stage.ask(route.method, route.path + "?nobody_knows_this=1").json["detail"]?.stringValue ?? ""
            let known =
                advice.components(separatedBy: "Known here: ").last?.dropLast().components(separatedBy: ", ") ?? []
            #expect(Set(known) == Set(route.operation.query.map(\.name)), "\(route.name)")
        }
    }

    @Test("the fields that can be sent are those that the document names")
    func bodyFields() {
        for (schema, route) in [("NewLink", Route.all[0]), ("LinkChanges", Route.all[3])] {
            #expect(route.operation.body == schema)
            for field in document["components"]?["schemas"]?[schema]?["properties"]?.objectValue?.members ?? [] {
                var reader = JSONFields([field.name: nil])
                _ = LinkFields(&reader, isNew: schema == "NewLink")
                reader.unknownFieldsAreProblems()
                #expect(!reader.problems.contains { $0.code == "unknown_field" }, "\(field.name)")
            }
        }
    }
}

extension JSON {
    fileprivate var schemaType: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
