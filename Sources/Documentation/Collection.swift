import JSON

/// The API as a collection in Postman's format 2.1, which Bruno, Insomnia and Hoppscotch read, too. The key is a variable of it.
enum Collection {
    static func json(_ reference: Reference, base: String) -> JSON {
        [
            "info": [
                "name": "MASK", "description": "Made from the route table of this installation. Set the variable key.",
                "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
            ],
            "auth": ["type": "bearer", "bearer": [["key": "token", "value": "{{key}}", "type": "string"]]],
            "variable": [["key": "base", "value": .string(base)], ["key": "key", "value": "mk_live_…"]],
            "item": .array(Reference.topics.map { topic in
                ["name": .string(topic.title), "item": .array(reference.operations(of: topic).map { item($0, reference) })]
            }),
        ]
    }

    private static func item(_ operation: Reference.Operation, _ reference: Reference) -> JSON {
        let steps = operation.route.path.split(separator: "/").map { $0.first == "{" ? ":\($0.dropFirst().dropLast())" : String($0) }
        let values = Dictionary(SampleValues.path(operation.route).map { ($0.name, $0.value) }) { $1 }
        let inQuery = operation.parameters.filter { $0["in"] == "query" }
        var request: JSONObject = [
            "method": .string(operation.method), "description": .string(operation.summary),
            "url": [
                "raw": .string("{{base}}/" + steps.joined(separator: "/")), "host": ["{{base}}"], "path": JSON(steps),
                "variable": .array(steps.filter { $0.hasPrefix(":") }.map { step in
                    let name = String(step.dropFirst())
                    return ["key": .string(name), "value": .string(values[name] ?? "")]
                }),
                "query": .array(inQuery.map { ["key": $0["name"] ?? .null, "value": "", "description": $0["description"] ?? .null, "disabled": true] }),
            ],
        ]
        if operation.route.scope == nil { request["auth"] = ["type": "noauth"] }
        switch reference.sample(operation).body {
        case .json(let json):
            request["header"] = [["key": "Content-Type", "value": "application/json"]]
            request["body"] = ["mode": "raw", "raw": .string(Sample.pretty(json)), "options": ["raw": ["language": "json"]]]
        case .file(let name, let type):
            request["header"] = [["key": "Content-Type", "value": .string(type)]]
            request["body"] = ["mode": "file", "file": ["src": .string(name)]]
        case nil: request["header"] = []
        }
        return ["name": .string(operation.title), "request": .object(request), "response": []]
    }
}
