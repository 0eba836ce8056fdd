import JSON
import HTTP
import Model
import Testing

@testable import API
@testable import PeopleResources
@testable import Resources

/// The document at `/v1/openapi.json` says what is so: of every route, parameter, field and answer.
@Suite("OpenAPI")
struct OpenAPITests {
    let stage: Stage
    /// All scopes, made by an owner.
    let key: String
    private let document: JSON

    init() throws {
        stage = try Stage()
        key = try stage.newKey(of: .owner).text
        var request = stage.request(.get, "/v1/openapi.json")
        request.fields.authorization = nil
        document = stage.respond(to: request).json
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
        #expect(stage.respond(to: request).json == document)
    }

    @Test("the document is the same whenever a worker began: no day in it is of these weeks")
    func sameEveryDay() {
        let today = Timestamp.now().day
        let near = Set((today - 40...today + 40).map { String(Timestamp(milliseconds: Int64($0) * 86_400_000).rfc3339.prefix(10)) })
        let days = Set(document.text.matches(of: /\d{4}-\d{2}-\d{2}/).map { String($0.output) })
        #expect(!days.isEmpty && days.isDisjoint(with: near), "\(days)")
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
        for member in object.members { #expect(Contract.words.contains(member.name), "\(member.name)") }
        let types = object["type"]?.arrayValue ?? object["type"].map { [$0] } ?? []
        for type in types {
            #expect(
                ["string", "integer", "number", "boolean", "array", "object", "null"].contains(type.stringValue ?? ""))
        }
        #expect(!types.isEmpty || object["$ref"] != nil || object["enum"] != nil || object["anyOf"] != nil || object["oneOf"] != nil)
        #expect(object["enum"]?.arrayValue?.isEmpty != true)
        let properties = Set(object["properties"]?.objectValue?.members.map(\.name) ?? [])
        for name in object["required"]?.arrayValue ?? [] where object["properties"] != nil {
            #expect(properties.contains(name.stringValue ?? ""))
        }
        check(object["properties"] ?? .null, isSchema: false)
        if let items = object["items"] { check(items, isSchema: true) }
        for choice in (object["anyOf"] ?? object["oneOf"])?.arrayValue ?? [] { check(choice, isSchema: true) }
    }

    // MARK: What generators make of it

    @Test("every object and every list of words has a name of its own, in both documents: generators number what has none", arguments: [false, true])
    func names(isForSessions: Bool) throws {
        let document = isForSessions ? try Stage { $0.appHost = Stage.appHost }.appContract.document : document
        for schema in document["components"]?["schemas"]?.objectValue?.members ?? [] {
            #expect(unnamed(within: schema.value) == [], "\(schema.name)")
            // Go calls its constructors so.
            #expect(!schema.name.hasPrefix("New"))
            #expect(schema.value["description"]?.stringValue?.isEmpty == false || schema.name == "Document", "\(schema.name)")
        }
        for path in document["paths"]?.objectValue?.members ?? [] {
            for method in path.value.objectValue?.members ?? [] {
                for parameter in method.value["parameters"]?.arrayValue ?? [] {
                    #expect(parameter["description"]?.stringValue?.isEmpty == false)
                    #expect(unnamed(within: ["items": parameter["schema"] ?? .null]) == [], "\(method.value["operationId"]?.text ?? "")")
                }
            }
        }
    }

    /// What stands within a schema and is a class to a generator, or nothing that it knows.
    private func unnamed(within schema: JSON) -> [String] {
        let properties = (schema["properties"]?.objectValue?.members ?? []).map(\.value)
        let parts = properties + [schema["items"]].compactMap(\.self) + ((schema["anyOf"] ?? schema["oneOf"])?.arrayValue ?? [])
        return parts.flatMap { part -> [String] in
            let isNull = part["type"] == "null" && schema["anyOf"] == nil
            return (part["properties"] != nil || part["enum"] != nil || isNull ? [part.text] : []) + unnamed(within: part)
        }
    }

    @Test("only what is sent is closed: a later version can answer more")
    func open() {
        let sent = Set(Route.all.compactMap(\.operation.body))
        func closes(_ json: JSON) -> Bool { json["additionalProperties"] == false }
        let schemas = document["components"]?["schemas"]
        #expect(sent.allSatisfy { closes(schemas?[$0] ?? .null) })
        for route in Route.all where route.operation.answer != nil {
            var seen: Set<String> = [route.operation.answer ?? ""]
            var waiting = Array(seen)
            while let name = waiting.popLast() {
                let schema = schemas?[name] ?? .null
                #expect(!closes(schema), "\(name)")
                let next = Set(schema.text.matches(of: /"\$ref":"#\/components\/schemas\/(\w+)"/).map { String($0.output.1) }).subtracting(seen)
                seen.formUnion(next)
                waiting += next
            }
        }
    }

    @Test("blocks are told apart by their type, each under the name that the mapping says")
    func blocks() throws {
        let schemas = document["components"]?["schemas"]
        let mapping = try #require(schemas?["Block"]?["discriminator"]?["mapping"]?.objectValue?.members)
        #expect(mapping.map(\.name) == ["link", "heading", "text", "image", "divider", "social", "email", "phone", "contact", "qr"])
        for (type, choice) in zip(mapping, schemas?["Block"]?["oneOf"]?.arrayValue ?? []) {
            #expect(choice["$ref"] == type.value)
            #expect(stage.contract.resolved(choice)["properties"]?["type"]?["const"] == .string(type.name))
        }
    }

    @Test("bytes are told as bytes, what is sent as well as what is answered")
    func bytes() {
        let image: JSON = ["type": "string", "format": "binary"]
        let upload = document["paths"]?["/images"]?["post"]?["requestBody"]?["content"]?.objectValue?.members ?? []
        #expect(upload.map(\.name) == ["image/png", "image/jpeg", "image/webp"] && upload.allSatisfy { $0.value["schema"] == image })
        for path in ["/links/{id}/qr", "/qr-codes/{id}/image"] {
            let answers = document["paths"]?[path]?["get"]?["responses"]?["200"]?["content"]?.objectValue?.members ?? []
            #expect(!answers.isEmpty && answers.allSatisfy { $0.value["schema"] == image })
        }
    }

    @Test("every operation has a tag that the document describes, and lists say how to go on")
    func tags() {
        let tags = Set((document["tags"]?.arrayValue ?? []).compactMap { $0["description"]?.stringValue?.isEmpty == false ? $0["name"] : nil }.map(\.text))
        for route in Route.all {
            let operation = stage.contract.operation(route)
            #expect(operation["tags"]?.arrayValue?.count == 1 && tags.contains(operation["tags"]?[0]?.text ?? ""))
            // Generators make a file of each tag.
            #expect(operation["tags"] != document["components"]?["pathItems"]?["LinkCreatedEvent"]?["post"]?["tags"])
            #expect((operation["x-pagination"] != nil) == route.operation.isList)
            #expect(operation["description"]?.stringValue?.contains(route.scope?.rawValue ?? "") ?? (route.scope == nil))
        }
    }

    @Test("every event type is told: its payload with an example that fits, the header fields, and what to answer", arguments: EventType.allCases)
    func webhooks(type: EventType) throws {
        #expect(document["webhooks"]?.objectValue?.members.map(\.name) == EventType.allCases.map(\.rawValue))
        let place = try #require(document["webhooks"]?[type.rawValue]?["$ref"]?.stringValue?.firstMatch(of: /^#\/components\/pathItems\/(\w+)$/))
        let operation = try #require(document["components"]?["pathItems"]?[String(place.output.1)]?["post"])
        #expect(operation["parameters"]?.arrayValue?.map { $0["name"]?.stringValue } == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(operation["responses"]?["2XX"] != nil && operation["summary"]?.stringValue?.isEmpty == false)
        let media = try #require(operation["requestBody"]?["content"]?["application/json"])
        let example = try #require(media["example"])
        #expect(example["type"]?.stringValue == type.rawValue)
        #expect(stage.contract.complaints(example, media["schema"] ?? .null) == [])
    }

    @Test("the app host's document has its own routes, too, and schemas for all that they refer to")
    func appHost() throws {
        let document = try Stage { $0.appHost = Stage.appHost }.appContract.document
        let schemas = document["components"]?["schemas"] ?? .null
        let used = Set(document.text.matches(of: /"\$ref":"#\/components\/schemas\/(\w+)"/).map { String($0.output.1) })
        #expect(used == Set(schemas.objectValue?.members.map(\.name) ?? []))
        check(schemas, isSchema: false)
        let ids = Route.ofPeople.map(\.operation.id)
        #expect(Set(ids).count == ids.count && Set(ids).isDisjoint(with: Route.all.map(\.operation.id)))
        for route in Route.ofPeople { #expect(document["paths"]?[route.path]?[route.method.rawValue.lowercased()] != nil) }
    }

    // MARK: Examples

    @Test("every body and every answer has an example that fits its schema", arguments: Route.all)
    func examples(route: Route) throws {
        let operation = stage.contract.operation(route)
        let parts = [operation["requestBody"]] + (operation["responses"]?.objectValue?.members ?? []).map(\.value)
        for media in parts.flatMap({ $0?["content"]?.objectValue?.members ?? [] })
        where !(route.operation.files + route.operation.uploads).contains(media.name) {
            let schema = try #require(media.value["schema"])
            let example = try #require(media.value["example"] ?? stage.contract.resolved(schema)["examples"]?[0])
            #expect(!example.isNull, "\(media.name)")
            #expect(stage.contract.complaints(example, schema) == [])
        }
    }

    @Test("a value that does not fit is told apart", arguments: [
        (["type": "string"], 1), (["type": ["integer", "null"]], "1"), (["type": "integer"], 1.5), (["enum": [1, 2]], 3),
        (["required": ["a"]], ["b": 1]), (["properties": ["a": ["type": "string"]]], ["a": 1]),
        (["properties": ["a": [:]], "additionalProperties": false], ["b": 1]), (["items": ["type": "string"]], ["a", 1]),
        (["minItems": 1], []), (["maxItems": 1], [1, 2]), (["uniqueItems": true], [1, 1]), (["minimum": 1], 0),
        (["maximum": 1], 2), (["minLength": 1], ""), (["maxLength": 1], "ab"), (["pattern": "^[a-c]+$"], "abd"),
        (["format": "date-time"], "2026-02-30T00:00:00Z"), (["format": "uri"], "no address"),
        (["anyOf": [["type": "string"], ["type": "null"]]], 1), (["oneOf": [["type": "string"], ["minLength": 1]]], "a"), (["const": "a"], "b"), (["$ref": "#/components/schemas/Link"], [:]),
        (["$ref": "#/components/schemas/Nobody"], [:]), (["tpye": "string"], 1),
    ] as [(JSON, JSON)])
    func misfits(schema: JSON, value: JSON) {
        #expect(stage.contract.complaints(value, schema).count == 1)
    }

    // MARK: Answers

    /// ``Stage/respond(to:sourceLocation:)`` compares every answer with the document, here and in all tests of the API.
    @Test("every example of a body can be sent, and every answer is as documented, in each of its statuses", arguments: Route.all)
    func calls(route: Route) throws {
        for base in Stage.bases {
            let response = stage.respond(to: try stage.request(route, base: base, key: key))
            #expect([route.operation.status, route.operation.otherStatus].contains(response.status), "\(response.text)")
            if let status = route.operation.otherStatus {
                let created = stage.respond(to: try stage.request(route, base: base, key: key, naming: .nobodys))
                #expect(Set([response.status, created.status]) == [route.operation.status, status])
            }
            if route.operation.isTagged && route.method == .get { try expectNotModified(route, base) }
        }
    }

    private func expectNotModified(_ route: Route, _ base: String) throws {
        var request = try stage.request(route, base: base, key: key)
        request.fields.ifNoneMatch = try #require(stage.respond(to: request)[.eTag])
        #expect(stage.respond(to: request).status == 304)
    }

    @Test("an answer that is a file has each of the media types that are documented, and no other",
        arguments: Route.all.filter { !$0.operation.files.isEmpty })
    func files(route: Route) throws {
        let format = route.operation.query.first { $0.name == "format" }
        let types = try (format.map { stage.contract.resolved($0.schema) }?["enum"]?.arrayValue ?? [""]).map { name in
            var request = try stage.request(route, key: key)
            if format != nil { request.query = "format=" + (name.stringValue ?? "") }
            return stage.respond(to: request)[.contentType].map { String($0.prefix { $0 != ";" }) }
        }
        #expect(Set(types) == Set(route.operation.files))
    }

    @Test("an answer that is not as documented is noticed")
    func undocumented() {
        let request = stage.request(.get, "/v1/workspace")
        let answer = stage.application.respond(to: request)
        func complaints(_ change: (inout Response) -> Void) -> [String] {
            var response = answer
            change(&response)
            return stage.contract.complaints(about: response, to: request)
        }
        #expect(complaints { _ in } == [])
        #expect(complaints { $0.status = 418 }.count == 1)
        #expect(complaints { $0.set(.eTag, "1") }.count == 1)
        #expect(complaints { $0.set(.xRateLimitLimit, "many") }.count == 1)
        #expect(complaints { $0.fields.removeAll { $0.name == .requestID } }.count == 1)
        #expect(complaints { $0.set(.contentType, "text/plain") }.count == 1)
        #expect(complaints { $0.body = Array("{}".utf8) }.count == 1)
    }

    // MARK: What can be sent

    @Test("the query parameters that are read are those that the document names", arguments: Route.scoped)
    func queryParameters(route: Route) throws {
        var request = try stage.request(route, key: key)
        request.query = "nobody_knows_this=1"
        let advice = stage.respond(to: request).json["detail"]?.stringValue ?? ""
        let names = advice.firstMatch(of: /Known here: (.*)\./)?.output.1.components(separatedBy: ", ") ?? []
        #expect(Set(names) == Set(route.operation.query.map(\.name)))
        #expect(names.isEmpty == advice.hasSuffix("No parameter is known here."))
    }

    @Test("the fields that can be sent are those that the document names", arguments: Route.scoped.filter { $0.example != nil })
    func bodyFields(route: Route) throws {
        let schema = document["components"]?["schemas"]?[route.operation.body ?? ""]
        func refusals(_ field: String) throws -> [String] {
            var request = try stage.request(route, key: key)
            request.body = JSON.object(JSONObject([.init(name: field, value: .null)])).serialized()
            return stage.respond(to: request).refusals
        }
        for field in schema?["properties"]?.objectValue?.members ?? [] {
            #expect(try !refusals(field.name).contains("/\(field.name) unknown_field"))
        }
        #expect(try refusals("nobody_knows_this").contains("/nobody_knows_this unknown_field"))
    }
}
