import JSON
import Text

/// The line of an operation that says its method and path, with what "Try it" has to know.
enum EndpointHTML {
    /// - Parameter line: `GET /v1/links`
    /// - Returns: nil where there is no such operation.
    static func html(_ line: String, _ reference: Reference) -> String? {
        guard let operation = reference.operations.first(where: { line == "\($0.method) /v1\($0.route.path)" }) else { return nil }
        let parameters = JSON.array(operation.parameters.compactMap(parameter))
        var attributes = [
            ("method", operation.method), ("path", operation.route.path), ("operation", operation.id),
            ("scope", operation.route.scope?.rawValue ?? ""), ("parameters", String(decoding: parameters.serialized(), as: UTF8.self)),
        ]
        if case .json(let json) = reference.sample(operation).body { attributes.append(("body", Sample.pretty(json))) }
        if !operation.route.operation.uploads.isEmpty { attributes.append(("upload", operation.route.operation.uploads.joined(separator: ","))) }
        let data = attributes.map { " data-\($0.0)=\"\(htmlEscaped($0.1))\"" }.joined()
        return """
            <p class="endpoint"\(data)><span class="method">\(operation.method)</span> <code>/v1\(htmlEscaped(operation.route.path))</code></p>
            """
    }

    /// Header fields are the browser's affair.
    private static func parameter(_ parameter: JSON) -> JSON? {
        guard parameter["in"] != "header" else { return nil }
        let schema = parameter["schema"] ?? .null
        return [
            "name": parameter["name"] ?? .null, "in": parameter["in"] ?? .null, "required": parameter["required"] ?? false,
            "type": schema["type"] ?? .null, "enum": schema["enum"] ?? .null, "default": schema["default"] ?? .null,
            "about": parameter["description"] ?? .null,
        ]
    }
}
