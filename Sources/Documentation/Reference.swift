import Contract
import Crypto
import HTTP
import JSON
import Model
import Text

/// The pages of the reference, as Markdown: what each operation takes, answers and refuses, from the OpenAPI document, and so from the route table.
struct Reference {
    struct Operation {
        let route: DescribedRoute
        let json: JSON

        var id: String { route.operation.id }
        var summary: String { route.operation.summary }
        /// `createQRCode` as a heading: Create QR code
        var title: String {
            let words = id.replacing(/[A-Z]+(?![a-z])|[A-Z][a-z]*/) { match in
                let word = String(match.output)
                return " " + (word.count > 1 && word == word.uppercased() ? word : word.lowercased())
            }
            return words.prefix(1).uppercased() + words.dropFirst()
        }
        var method: String { route.method.rawValue }
        var body: JSON? { json["requestBody"]?["content"]?["application/json"] }
        var parameters: [JSON] { json["parameters"]?.arrayValue ?? [] }
    }

    let operations: [Operation]
    private let tables: SchemaTable
    private let base: String
    /// Of the OpenAPI document, as the API answers it.
    let documentDigest: String

    /// The topics that have a page, in the order of the table.
    static let topics = Topic.allCases.filter { $0 != .account && $0 != .document }

    /// - Parameter base: the address before the paths.
    init(_ routes: [DescribedRoute], base: String) {
        let document = OpenAPIDocument.json(routes, base: base)
        documentDigest = hexadecimal(sha256(document.serialized()))
        let schemas = document["components"]?["schemas"]?.objectValue ?? JSONObject()
        operations = routes.map { route in
            Operation(route: route, json: document["paths"]?[route.path]?[route.method.rawValue.lowercased()] ?? .null)
        }
        let homes = Self.homes(operations, SchemaTable(schemas: schemas) { _ in nil })
        tables = SchemaTable(schemas: schemas) { name in homes[name].map { "\($0.rawValue)#\(name)" } }
        self.homes = homes
        self.base = base
    }

    /// Where each component of answers is told: at the first topic that needs it; problems have a page of their own.
    private let homes: [String: Topic]

    private static func homes(_ operations: [Operation], _ tables: SchemaTable) -> [String: Topic] {
        var homes: [String: Topic] = [:]
        for topic in topics {
            for operation in operations where operation.route.topic == topic {
                for name in tables.components(in: operation.json["responses"] ?? .null) + inner(operation, tables)
                where homes[name] == nil && !tables.isOfWords(name) && name != "Problem" {
                    homes[name] = topic
                }
            }
        }
        return homes
    }

    /// What a body is made of; itself it is told at its operation.
    private static func inner(_ operation: Operation, _ tables: SchemaTable) -> [String] {
        guard let schema = operation.body?["schema"] else { return [] }
        return tables.components(in: schema).filter { $0 != tables.component(schema) }
    }

    func operations(of topic: Topic) -> [Operation] { operations.filter { $0.route.topic == topic } }

    /// All operations of a topic, and then the objects that they have in their answers.
    func markdown(_ topic: Topic) -> String {
        let ordered = tables.schemas.members.map(\.name).filter { homes[$0] == topic }
        return operations(of: topic).map(section).joined(separator: "\n")
            + ordered.map(object).joined()
    }

    private func object(_ name: String) -> String {
        let schema = tables.schemas[name] ?? .null
        let about = schema["description"]?.stringValue.map { "\($0)\n\n" } ?? ""
        let table = tables.markdown(schema, isAnswer: true)
        return "\n## \(name) {#\(name)}\n\n\(about)\(table.isEmpty ? "It is \(tables.type(schema)).\n" : table)"
    }

    // MARK: An operation

    private func section(_ operation: Operation) -> String {
        """
        ## \(operation.title) {#\(operation.id)}

        \(operation.summary).

        ```http
        \(operation.method) /v1\(operation.route.path)
        ```

        \(access(operation))
        \(parameters(operation))\(body(operation))\(answer(operation))\(problems(operation))
        ### Samples {#\(operation.id)-samples}

        \(sample(operation).markdown)
        """
    }

    private func access(_ operation: Operation) -> String {
        guard let scope = operation.route.scope else { return "Needs no key.\n" }
        return "Needs a key with the scope [`\(scope.rawValue)`](authentication#\(scope.anchor)), made by a member with the role `\(scope.leastRole.rawValue)` or a higher one.\n"
    }

    private func parameters(_ operation: Operation) -> String {
        guard !operation.parameters.isEmpty else { return "" }
        let rows = operation.parameters.map { parameter in
            let name = parameter["name"]?.stringValue ?? ""
            let isRequired = parameter["required"]?.boolValue == true
            let type = parameter["schema"].map(tables.type) ?? ""
            let standard = parameter["schema"]?["default"].map { ", `\(String(decoding: $0.serialized(), as: UTF8.self))` where left out" } ?? ""
            let about = parameter["description"]?.stringValue ?? (parameter["in"]?.stringValue == "path" ? "Of what it is about" : "")
            return "| `\(name)` | \(parameter["in"]?.stringValue ?? "") | \((type + standard).cell)\(isRequired ? ", required" : "") | \(about.cell) |\n"
        }
        return "\n### Parameters {#\(operation.id)-parameters}\n\n| Name | In | Type | Meaning |\n|---|---|---|---|\n" + rows.joined()
    }

    private func body(_ operation: Operation) -> String {
        let heading = "\n### Body {#\(operation.id)-body}\n\n"
        if let body = operation.body, let schema = body["schema"] {
            let isOptional = operation.json["requestBody"]?["required"]?.boolValue == false
            let table = tables.markdown(schema, isAnswer: false)
            if table.isEmpty { return isOptional ? "" : heading + "An object without members.\n" }
            return heading + (isOptional ? "It can be left out.\n\n" : "") + table
        }
        guard !operation.route.operation.uploads.isEmpty else { return "" }
        return heading + "The bytes of the file, as \(operation.route.operation.uploads.map { "`\($0)`" }.joined(separator: ", ")).\n"
    }

    private func answer(_ operation: Operation) -> String {
        let statuses = (operation.json["responses"]?.objectValue?.members ?? []).filter { $0.name < "300" }
        let words = statuses.map { response -> String in
            let content = response.value["content"]?.objectValue
            guard let content, let first = content.members.first else { return "`\(response.name)` without a body." }
            if first.name != "application/json" { return "`\(response.name)` with \(content.members.map { "`\($0.name)`" }.joined(separator: " or "))." }
            let isTable = content["text/csv"] != nil
            let kind = operation.route.operation.isList ? "a [page](pagination) of " : ""
            let name = operation.route.operation.answer ?? ""
            let object = tables.link(name)
            return "`\(response.name)` with \(kind)\(object)\(isTable ? "; as CSV, where `Accept: text/csv` asks for it" : "")."
        }
        let etag = operation.route.operation.isTagged ? " It has an [`ETag`](conditional-requests)." : ""
        let example = statuses.first.flatMap { $0.value["content"]?["application/json"]?["example"] }
        return "\n### Answer {#\(operation.id)-answer}\n\n\(words.joined(separator: " "))\(etag)\n"
            + (example.map { "\n```json\n\(Sample.pretty($0))\n```\n" } ?? "")
    }

    private func problems(_ operation: Operation) -> String {
        let codes = ProblemCodes.of(operation)
        let own = codes.isEmpty ? "" : codes.map { "`\($0.status)` [`\($0.code)`](errors#\($0.code))" }.joined(separator: ", ") + ", and "
        return "\n### Problems {#\(operation.id)-problems}\n\n\(own)what [every request](errors#every-request) can meet.\n"
    }

    // MARK: The sample of an operation

    func sample(_ operation: Operation) -> Sample {
        var path = operation.route.path
        for (name, value) in SampleValues.path(operation.route) { path = path.replacing("{\(name)}", with: value) }
        let query = SampleValues.query[operation.id].map { "?" + $0 } ?? ""
        var sample = Sample(method: operation.method, url: base + path + query, needsKey: operation.route.scope != nil)
        if let example = operation.body?["example"], operation.json["requestBody"]?["required"]?.boolValue != false || example != [:] {
            sample.body = .json(example)
        } else if let type = operation.route.operation.uploads.first {
            sample.body = .file("picture.\(type.split(separator: "/").last ?? "png")", type: type)
        }
        sample.output = SampleValues.output[operation.id]
        sample.hasAnswer = operation.route.operation.status != 204
        return sample
    }
}

extension Scope {
    /// `links-read`: its section on the page of authentication.
    var anchor: String { rawValue.replacing(":", with: "-") }

    /// The lowest role whose keys can have it.
    var leastRole: Role { Role.allCases.last { $0.scopes.contains(self) } ?? .owner }

    /// In the words of the public page, where it has them.
    var about: String {
        switch self {
        case .linksRead: "Read link data"
        case .linksWrite: "Create and modify links"
        case .analyticsRead: "Access analytics data"
        case .pagesRead: "Read bio pages"
        case .pagesWrite: "Manage bio pages"
        case .webhooksRead: "List webhook endpoints"
        case .webhooksWrite: "Manage webhooks"
        case .teamRead: "View team members"
        case .keysWrite: "Manage API keys and the workspace"
        case .auditRead: "Read the audit log"
        case .domainsWrite: "Manage custom domains"
        case .membersWrite: "Manage members and invitations"
        }
    }
}

/// What stands in the requests of samples: the ids of the examples.
enum SampleValues {
    private static let ids = [
        "links": "lnk_01kac7w8v0e3s5q9x2b4m6n8p0", "qr-codes": "qr_01kac7w8v0e3s5q9x2b4m6n8p8", "domains": "dom_01kac7w8v0e3s5q9x2b4m6n8pa",
        "api-keys": "key_01kac7w8v0e3s5q9x2b4m6n8p1", "webhooks": "wh_01kac7w8v0e3s5q9x2b4m6n8p5", "events": "evt_01kac7w8v0e3s5q9x2b4m6n8p6",
        "bio-pages": "page_01kac7w8v0e3s5q9x2b4m6n8p8", "images": "img_01kac7w8v0e3s5q9x2b4m6n8p9", "members": "usr_01kac7w8v0e3s5q9x2b4m6n8p2",
        "invitations": "inv_01kac7w8v0e3s5q9x2b4m6n8p9",
    ]

    static func path(_ route: DescribedRoute) -> [(name: String, value: String)] {
        let steps = route.path.split(separator: "/").map(String.init)
        return steps.enumerated().compactMap { index, step in
            guard step.first == "{" else { return nil }
            let name = String(step.dropFirst().dropLast())
            let value = switch name {
            case "external_id": "order-1042"
            case "number": "1"
            case "delivery_id": "dlv_01kac7w8v0e3s5q9x2b4m6n8p7"
            default: ids[index > 0 ? steps[index - 1] : ""] ?? "id"
            }
            return (name, value)
        }
    }

    /// What is worth asking for.
    static let query = [
        "listLinks": "tag=campaign-q1&limit=10", "countLinks": "state=active", "exportLinks": "format=csv", "listTags": "prefix=campaign",
        "getLinkQR": "format=png&size=1024", "getQRCodeImage": "format=svg", "getClicks": "interval=30d&group_by=country",
        "exportClicks": "interval=7d&format=csv", "getUsage": "interval=24h&group_by=endpoint", "getPageAnalytics": "interval=30d&group_by=time",
        "listDeliveries": "status=failed", "listEvents": "type=link.created", "listAuditLog": "action=link.updated", "exportAuditLog": "format=csv",
    ]

    static let output = [
        "exportLinks": "links.csv", "getLinkQR": "code.png", "getQRCodeImage": "code.svg", "exportClicks": "clicks.csv", "exportAuditLog": "audit-log.csv",
        "previewPage": "page.html",
    ]
}
