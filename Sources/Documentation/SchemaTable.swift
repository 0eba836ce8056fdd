import JSON

/// What a JSON Schema of the OpenAPI document says, in the words of a table.
struct SchemaTable {
    let schemas: JSONObject
    /// Where a component is told, as an address; nil where it is not.
    let address: (String) -> String?

    /// The rows of an object's members; those of an object within as `a.b`.
    func rows(_ schema: JSON, prefix: String = "", depth: Int = 0) -> [(name: String, type: String, about: String)] {
        let schema = whole(schema)
        let required = Set((schema["required"]?.arrayValue ?? []).compactMap(\.stringValue))
        return (schema["properties"]?.objectValue?.members ?? []).flatMap { member -> [(name: String, type: String, about: String)] in
            let name = prefix + member.name
            var about = member.value["description"]?.stringValue ?? ""
            if about.isEmpty, let name = component(member.value) { about = schemas[name]?["description"]?.stringValue ?? "" }
            let row = (name, type(member.value) + (required.contains(member.name) ? ", required" : ""), about)
            guard depth < 2, component(member.value) == nil else { return [row] }
            let inner = member.value["items"] ?? member.value
            guard component(inner) == nil, inner["properties"] != nil else { return [row] }
            return [row] + rows(inner, prefix: name + (member.value["items"] == nil ? "." : "[]."), depth: depth + 1)
        }
    }

    /// A table in Markdown.
    /// - Parameter isAnswer: whether all members are there anyway.
    func markdown(_ schema: JSON, isAnswer: Bool) -> String {
        let rows = rows(schema)
        guard !rows.isEmpty else { return "" }
        return "| Field | Type | Meaning |\n|---|---|---|\n" + rows.map { row in
            "| `\(row.name)` | \((isAnswer ? row.type.replacing(", required", with: "") : row.type).cell) | \(row.about.cell) |\n"
        }.joined()
    }

    /// In words, with its limits: `text, at most 255, or null`.
    func type(_ schema: JSON) -> String {
        if let name = component(schema) { return isOfWords(name) ? type(schemas[name] ?? .null) : link(name) }
        if let values = schema["enum"]?.arrayValue { return values.map { $0.isNull ? "null" : "`\(plain($0))`" }.joined(separator: ", ") }
        if let value = schema["const"] { return "`\(plain(value))`" }
        if let choices = (schema["anyOf"] ?? schema["oneOf"])?.arrayValue {
            return choices.map(type).joined(separator: " or ")
        }
        let types = schema["type"]?.stringValue.map { [$0] } ?? (schema["type"]?.arrayValue ?? []).compactMap(\.stringValue)
        let words = types.map { name($0, schema) }
        return words.isEmpty ? "any value" : words.joined(separator: " or ")
    }

    private func name(_ type: String, _ schema: JSON) -> String {
        switch type {
        case "string":
            let name = switch schema["format"]?.stringValue {
            case "date-time": "time"
            case "uri": "URL"
            case "binary": "bytes"
            default: "text"
            }
            return name + limits(schema, "minLength", "maxLength", unit: name == "text" || name == "URL" ? "characters" : "")
        case "integer": return "whole number" + limits(schema, "minimum", "maximum", unit: "")
        case "number": return "number" + limits(schema, "minimum", "maximum", unit: "")
        case "boolean": return "`true` or `false`"
        case "array": return "list of " + (schema["items"].map(self.type) ?? "values") + limits(schema, "minItems", "maxItems", unit: "")
        case "object":
            if let values = schema["additionalProperties"], values.boolValue == nil { return "object of " + self.type(values) }
            return "object"
        default: return type
        }
    }

    private func limits(_ schema: JSON, _ least: String, _ most: String, unit: String) -> String {
        let (least, most) = (schema[least]?.integerValue, schema[most]?.integerValue)
        let words = switch (least, most) {
        case (let least?, let most?) where least > 0: "\(least) to \(most)"
        case (_, let most?): "at most \(most)"
        case (let least?, nil) where least > 0: "at least \(least)"
        default: ""
        }
        return words.isEmpty ? "" : " (\(words)\(unit.isEmpty ? "" : " " + unit))"
    }

    private func plain(_ json: JSON) -> String { json.stringValue ?? String(decoding: json.serialized(), as: UTF8.self) }

    /// A component by its name.
    func link(_ name: String) -> String { address(name).map { "[\(name)](\($0))" } ?? name }

    /// The component that a schema refers to.
    func component(_ schema: JSON) -> String? {
        schema["$ref"]?.stringValue?.split(separator: "/").last.map(String.init)
    }

    /// What it refers to, or itself.
    private func whole(_ schema: JSON) -> JSON { component(schema).flatMap { schemas[$0] } ?? schema }

    /// Whether a component is a choice of words, which stands where it is used.
    func isOfWords(_ name: String) -> Bool { schemas[name]?["enum"] != nil }

    /// The components that a schema needs, those within them included, in the order in which they are met.
    func components(in schema: JSON) -> [String] {
        var found: [String] = []
        collect(schema, &found)
        return found
    }

    private func collect(_ schema: JSON, _ found: inout [String]) {
        switch schema {
        case .object(let object):
            if let name = component(schema) {
                guard !found.contains(name) else { return }
                found.append(name)
                collect(schemas[name] ?? .null, &found)
            } else {
                // Examples refer to nothing, and discriminators repeat what oneOf says.
                object.members.filter { !["example", "examples", "discriminator"].contains($0.name) }.forEach { collect($0.value, &found) }
            }
        case .array(let items): items.forEach { collect($0, &found) }
        default: break
        }
    }
}

extension String {
    /// In a cell of a table of Markdown.
    var cell: String { replacing("|", with: "\\|").replacing("\n", with: " ") }
}
