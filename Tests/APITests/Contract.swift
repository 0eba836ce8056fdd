import JSON
import Foundation
import HTTP
import Model

@testable import API
@testable import Resources
@testable import Contract

/// The OpenAPI document as a judge: whether an answer is what it promises.
struct Contract: Sendable {
    let document: JSON
    /// The document's schemas, in which objects have the members that are told and no others. To clients it promises less, so that a
    /// later version can answer more; what this one answers and does not tell is a mistake.
    private let schemas: JSON
    private let door: API.Door

    /// - Parameter door: of the hosts that keys are for, or of the app host.
    init(_ services: Services, _ door: API.Door = .keys) {
        self.door = door
        document = OpenAPIDocument.json(
            services.routes.described(door), base: door == .keys ? services.site.apiURL : services.site.appURL + "/v1",
            isForSessions: door == .sessions)
        schemas = Self.closed(document["components"]?["schemas"] ?? .null)
    }

    private static func closed(_ json: JSON) -> JSON {
        switch json {
        case .object(let object):
            var all = JSONObject(object.members.map { .init(name: $0.name, value: closed($0.value)) })
            if object["properties"]?.objectValue != nil && object["type"] == "object" && all["additionalProperties"] == nil {
                all["additionalProperties"] = false
            }
            return .object(all)
        case .array(let items): return .array(items.map(closed))
        default: return json
        }
    }

    func operation(_ route: Route) -> JSON {
        document["paths"]?[route.path]?[route.method.rawValue.lowercased()] ?? .null
    }

    /// What an answer has that its route does not promise, and what it lacks; and of a body that was accepted, what the
    /// document would not have allowed. It speaks the reference dialect: bodies in the other count only as problems.
    func complaints(about response: Response, to request: Request) -> [String] {
        let apiHost = document["servers"]?[0]?["url"]?.host ?? ""
        guard let (dialect, path) = Dialect.of(request, apiHost: apiHost) else { return [] }
        let match = (door == .keys ? Routes.ofMASK.router : Routes.ofMASK.appRouter).match(request.method == .head ? .get : request.method, String(path))
        guard case .found(let route, _) = match else { return complaints(response.json, Schemas.reference("Problem")) }
        guard let promise = operation(route)["responses"]?[String(response.status)] else {
            return ["\(route.name) answers \(response.status), which is not documented"]
        }
        var found = fields(response, promise)
        if dialect == .reference || response.status >= 400 { found += body(response, promise) }
        if dialect == .reference && response.status < 300 { found += accepted(request, route) }
        return found.map { "\(route.name) \(response.status): \($0)" }
    }

    private func fields(_ response: Response, _ promise: JSON) -> [String] {
        (promise["headers"]?.objectValue?.members ?? []).flatMap { header -> [String] in
            guard let field = response.fields.first(where: { $0.name.rawValue == header.name }) else {
                return ["\(header.name) is missing"]
            }
            let schema = header.value["schema"] ?? .null
            let number = schema["type"] == "integer" ? Int64(field.value).map(JSON.integer) : nil
            return complaints(number ?? .string(field.value), schema, header.name)
        }
    }

    private func body(_ response: Response, _ promise: JSON) -> [String] {
        guard let content = promise["content"]?.objectValue else {
            return response.body.isEmpty && response.stream == nil ? [] : ["a body is not documented"]
        }
        let type = response[.contentType]?.prefix { $0 != ";" } ?? ""
        guard let media = content[String(type)] else { return ["the media type \(type) is not documented"] }
        return type.hasSuffix("json") && response.stream == nil ? complaints(response.json, media["schema"] ?? .null) : []
    }

    private func accepted(_ request: Request, _ route: Route) -> [String] {
        // The items of a bulk request are refused in their places.
        guard !request.body.isEmpty, !route.path.hasSuffix("/bulk"), let body = try? JSON.parse(request.body) else { return [] }
        let schema = operation(route)["requestBody"]?["content"]?["application/json"]?["schema"]
        return schema.map { complaints(body, $0, "sent") } ?? ["a body is accepted, but not documented"]
    }

    // MARK: JSON Schema

    /// The words of JSON Schema that the document may use: those that are checked here, and those that check nothing.
    static let words: Set = [
        "$ref", "additionalProperties", "anyOf", "const", "default", "description", "discriminator", "enum", "examples", "format", "items",
        "maxItems", "maxLength", "maximum", "minItems", "minLength", "minimum", "oneOf", "pattern", "properties", "required",
        "type", "uniqueItems", "writeOnly",
    ]

    /// Why a value does not fit a schema, each with its place; nothing where it fits.
    func complaints(_ value: JSON, _ schema: JSON, _ place: String = "") -> [String] {
        (schema.objectValue?.members ?? []).flatMap { word -> [String] in
            switch (word.name, value) {
            case ("$ref", _): return complaints(value, target(of: word.value), place)
            case ("properties", .object(let object)):
                return object.members.flatMap { member in
                    word.value[member.name].map { complaints(member.value, $0, "\(place)/\(member.name)") } ?? []
                }
            case ("items", .array(let items)):
                return items.enumerated().flatMap { complaints($0.element, word.value, "\(place)/\($0.offset)") }
            default:
                if fits(value, word, schema) { return [] }
                return ["\(place) is \(value.text.prefix(120)), not \(word.name): \(word.value.text.prefix(120))"]
            }
        }
    }

    private func fits(_ value: JSON, _ word: JSONObject.Member, _ schema: JSON) -> Bool {
        let (number, text, list) = (word.value.integerValue, word.value.stringValue ?? "", word.value.arrayValue)
        return switch (word.name, value) {
        case ("anyOf", _): (list ?? []).contains { complaints(value, $0).isEmpty }
        case ("oneOf", _): (list ?? []).count { complaints(value, $0).isEmpty } == 1
        case ("const", _): value == word.value
        case ("type", _): (list ?? [word.value]).contains { value.isOf(type: $0.stringValue ?? "") }
        case ("enum", _): list?.contains(value) ?? false
        case ("required", .object(let object)): (list ?? []).allSatisfy { object[$0.stringValue ?? ""] != nil }
        case ("additionalProperties", .object(let object)):
            word.value != false || object.members.allSatisfy { schema["properties"]?[$0.name] != nil }
        case ("minItems", .array(let items)): items.count >= number ?? .max
        case ("maxItems", .array(let items)): items.count <= number ?? 0
        case ("uniqueItems", .array(let items)): items.indices.allSatisfy { !items[..<$0].contains(items[$0]) }
        case ("minimum", .integer(let given)): given >= number ?? .max
        case ("maximum", .integer(let given)): given <= number ?? .min
        case ("minLength", .string(let given)): given.unicodeScalars.count >= number ?? .max
        case ("maxLength", .string(let given)): given.unicodeScalars.count <= number ?? 0
        case ("pattern", .string(let given)): given.range(of: text, options: .regularExpression) != nil
        case ("format", .string(let given)): Self.hasFormat(given, text)
        default: Self.words.contains(word.name)
        }
    }

    /// The schema that a reference leads to, or the schema itself.
    func resolved(_ schema: JSON) -> JSON { schema["$ref"].map(target) ?? schema }

    private func target(of reference: JSON) -> JSON {
        let name = reference.stringValue?.split(separator: "/").last.map(String.init) ?? ""
        return schemas[name] ?? ["enum": []]
    }

    private static func hasFormat(_ text: String, _ format: String) -> Bool {
        switch format {
        case "date-time": Timestamp(rfc3339: text) != nil
        case "uri": URL(string: text)?.scheme != nil
        case "uri-reference": URL(string: text) != nil
        case "binary", "int64": true
        default: false
        }
    }
}

extension JSON {
    fileprivate var host: String? { stringValue.flatMap(URL.init(string:))?.host }

    fileprivate func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("integer", .integer), ("number", .integer), ("number", .double),
            ("string", .string), ("array", .array), ("object", .object): true
        case ("integer", .double(let number)): number == number.rounded()
        default: false
        }
    }
}
