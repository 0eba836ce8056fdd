import HTTP
import Model

/// `/openapi.json`: OpenAPI 3.1 of the reference dialect, made from the route table, so that it cannot drift from it.
enum OpenAPI {
    static func get(_ services: Services) -> Answer {
        let port = services.site.linkPort == 443 ? "" : ":\(services.site.linkPort)"
        return Answer(status: 200, content: .document([
            "openapi": "3.1.0",
            "info": ["title": "MASK", "version": "1", "description": .string(about)],
            "servers": [["url": .string("https://\(services.site.apiHost)\(port)/v1")]],
            "security": [["key": []]],
            "paths": .object(paths),
            "components": [
                "schemas": .object(Schemas.all),
                "securitySchemes": ["key": ["type": "http", "scheme": "bearer", "bearerFormat": "mk_live_…"]],
            ],
        ]))
    }

    private static let about = """
        Short links, their clicks, and the workspace they belong to. Errors are problem documents (RFC 9457).
        """

    private static let paths: JSONObject = {
        var paths = JSONObject()
        for route in Route.all {
            var path = paths[route.path]?.objectValue ?? JSONObject()
            path[route.method.rawValue.lowercased()] = operation(route)
            paths[route.path] = .object(path)
        }
        return paths
    }()

    private static func operation(_ route: Route) -> JSON {
        var json: JSONObject = ["operationId": .string(route.operation.id), "summary": .string(route.operation.summary)]
        let parameters = pathParameters(route) + route.operation.query.map(queryParameter)
        if !parameters.isEmpty { json["parameters"] = .array(parameters) }
        if let body = route.operation.body {
            json["requestBody"] = ["required": true, "content": ["application/json": ["schema": reference(body)]]]
        }
        json["responses"] = .object(responses(route))
        if let scope = route.scope { json["x-required-scope"] = .string(scope.rawValue) } else { json["security"] = [] }
        return .object(json)
    }

    private static func pathParameters(_ route: Route) -> [JSON] {
        route.path.split(separator: "/").filter { $0.first == "{" }.map {
            ["name": .string(String($0.dropFirst().dropLast())), "in": "path", "required": true, "schema": ["type": "string"]]
        }
    }

    private static func queryParameter(_ parameter: Operation.Parameter) -> JSON {
        [
            "name": .string(parameter.name), "in": "query", "description": .string(parameter.about),
            "schema": parameter.schema,
        ]
    }

    private static func responses(_ route: Route) -> JSONObject {
        var responses = JSONObject()
        responses[String(route.operation.status)] = success(route.operation)
        let common = route.scope == nil ? [429] : [400, 401, 403, 429, 500, 503]
        for status in Set(common + route.operation.problems).sorted() {
            responses[String(status)] = [
                "description": "A problem", "content": ["application/problem+json": ["schema": reference("Problem")]],
            ]
        }
        return responses
    }

    private static func success(_ operation: Operation) -> JSON {
        guard let answer = operation.answer else { return ["description": "Done"] }
        return ["description": "Done", "content": ["application/json": [
            "schema": operation.isList ? list(of: answer) : reference(answer)
        ]]]
    }

    private static func list(of name: String) -> JSON {
        [
            "type": "object", "required": ["data", "has_more", "next_cursor"],
            "properties": [
                "data": ["type": "array", "items": reference(name)], "has_more": ["type": "boolean"],
                "next_cursor": ["type": ["string", "null"]],
            ],
        ]
    }

    private static func reference(_ name: String) -> JSON { ["$ref": .string("#/components/schemas/" + name)] }
}
