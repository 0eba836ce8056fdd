import HTTP
import JSON
import Model

/// What OpenAPI tells of a route.
package struct DescribedRoute: Sendable {
    package let method: Method
    /// Below the base path.
    package let path: String
    /// What a key needs to call it; nil where none is needed.
    package let scope: Scope?
    package let operation: Operation
    /// Whether only who is signed in may call it, for no workspace.
    package let needsSession: Bool

    package init(_ method: Method, _ path: String, _ scope: Scope?, _ operation: Operation, _ needsSession: Bool = false) {
        self.method = method
        self.path = path
        self.scope = scope
        self.operation = operation
        self.needsSession = needsSession
    }
}

/// OpenAPI 3.1 of the reference dialect, made from the route table, so that it cannot drift from it.
package enum OpenAPIDocument {
    /// It takes some 20 ms.
    /// - Parameters:
    ///   - base: the address before the paths.
    ///   - isForSessions: of the app host, which knows no keys.
    package static func json(_ routes: [DescribedRoute], base: String, isForSessions: Bool = false) -> JSON {
        let scheme: JSONObject.Member = isForSessions
            ? .init(name: "session", value: ["type": "apiKey", "in": "cookie", "name": "__Host-mask_session"])
            : .init(name: "key", value: ["type": "http", "scheme": "bearer", "bearerFormat": "mk_live_…"])
        return [
            "openapi": "3.1.0",
            "info": ["title": "MASK", "version": "1", "description": .string(isForSessions ? aboutSessions : about)],
            "servers": [["url": .string(base)]],
            "security": [.object([scheme.name: []])],
            "tags": .array(tags(routes)),
            "paths": .object(paths(routes, isForSessions)),
            "webhooks": .object(webhooks),
            "components": [
                "schemas": .object(Glossary.described(schemas(routes, isForSessions))), "pathItems": .object(receptions),
                "securitySchemes": .object(JSONObject([scheme])),
            ],
        ]
    }

    private static let about = """
        Short links, their clicks, and the workspace they belong to.

        Send an API key as `Authorization: Bearer mk_live_…`. Each operation needs one scope, `x-required-scope`. Errors are problem \
        documents (RFC 9457): `code` is the word for programs.

        Lists come in pages. While `has_more` is true, ask again with `starting_after` set to `next_cursor` (`x-pagination`).

        A POST with an `Idempotency-Key` can be sent again within a day and is done once. `If-Match` with an `ETag` lets a change \
        through only if nobody has made another since.

        Later versions may answer more members, and more words in a list of words: read past what you do not know.
        """

    private static let aboutSessions = """
        What the dashboard asks for, in the name of who is signed in. Programs use the API's own host, with an API key.
        """

    private static func tags(_ routes: [DescribedRoute]) -> [JSON] {
        let topics = Set(routes.map(\.topic))
        return Topic.allCases.filter(topics.contains).map { ["name": .string($0.title), "description": .string($0.about)] } + [webhookTag]
    }

    private static func schemas(_ routes: [DescribedRoute], _ isForSessions: Bool) -> JSONObject {
        var names: [String] = []
        for case let name? in routes.map({ $0.operation.isList ? $0.operation.answer : nil }) where !names.contains(name) { names.append(name) }
        return JSONObject(Schemas.all.members + (isForSessions ? Schemas.ofPeople.members : []) + Schemas.lists(of: names).members)
    }

    private static func paths(_ routes: [DescribedRoute], _ isForSessions: Bool) -> JSONObject {
        var paths = JSONObject()
        for route in routes {
            var path = paths[route.path]?.objectValue ?? JSONObject()
            path[route.method.rawValue.lowercased()] = operation(route, isForSessions)
            paths[route.path] = .object(path)
        }
        return paths
    }

    private static func operation(_ route: DescribedRoute, _ isForSessions: Bool) -> JSON {
        var json: JSONObject = [
            "operationId": .string(route.operation.id), "summary": .string(route.operation.summary), "tags": [.string(route.topic.title)],
        ]
        let description = description(route, isForSessions)
        if !description.isEmpty { json["description"] = .string(description) }
        let parameters = pathParameters(route) + route.operation.query.map(queryParameter) + fieldParameters(route)
            + (isForSessions ? sessionParameters(route) : [])
        if !parameters.isEmpty { json["parameters"] = .array(parameters) }
        if let body = route.operation.body {
            json["requestBody"] = [
                "required": .bool(!route.operation.isBodyOptional), "content": ["application/json": media(body)],
            ]
        }
        if !route.operation.uploads.isEmpty {
            let content = route.operation.uploads.map { JSONObject.Member(name: $0, value: ["schema": bytes]) }
            json["requestBody"] = ["required": true, "content": .object(JSONObject(content))]
        }
        json["responses"] = .object(responses(route))
        if route.operation.isList {
            json["x-pagination"] = ["items": "data", "more": "has_more", "cursor": "next_cursor", "parameter": "starting_after"]
        }
        if let scope = route.scope {
            json["x-required-scope"] = .string(scope.rawValue)
        } else if !route.needsSession {
            json["security"] = []
        }
        return .object(json)
    }

    /// What holds for the operation beyond its summary.
    private static func description(_ route: DescribedRoute, _ isForSessions: Bool) -> String {
        let operation = route.operation
        var sentences: [String] = []
        if let scope = route.scope {
            sentences.append(isForSessions ? "Needs a role with the scope `\(scope.rawValue)`." : "Needs an API key with the scope `\(scope.rawValue)`.")
        }
        if operation.query.contains(where: { $0.name == "starting_after" }) {
            sentences.append("Answers a page; while `has_more` is true, ask again with `starting_after` set to `next_cursor`.")
        }
        if operation.columns != nil && route.scope != nil { sentences.append("With `Accept: text/csv` the same as CSV.") }
        return sentences.joined(separator: " ")
    }

    /// A file as it is: neither text nor in base64.
    private static let bytes: JSON = ["type": "string", "format": "binary"]

    private static func pathParameters(_ route: DescribedRoute) -> [JSON] {
        route.path.split(separator: "/").filter { $0.first == "{" }.map {
            [
                "name": .string(String($0.dropFirst().dropLast())), "in": "path", "required": true,
                "description": .string(aboutParameters[String($0)] ?? "The id, as lists and answers have it"),
                "schema": parameterSchemas[String($0)] ?? .id,
            ]
        }
    }

    /// Of parameters that are no ids.
    private static let parameterSchemas: [String: JSON] = [
        "{external_id}": Schemas.string, "{number}": ["type": "integer", "minimum": 1],
    ]

    private static let aboutParameters = [
        "{external_id}": "The client's own name for the link", "{number}": "Of the version", "{delivery_id}": "The delivery's id",
    ]

    private static func queryParameter(_ parameter: Operation.Parameter) -> JSON {
        [
            "name": .string(parameter.name), "in": "query", "description": .string(parameter.about),
            "schema": parameter.schema,
        ]
    }

    /// Header fields that a request can have.
    private static func fieldParameters(_ route: DescribedRoute) -> [JSON] {
        var fields: [(name: String, about: String, schema: JSON)] = []
        if route.method == .post {
            let key: JSON = ["type": "string", "maxLength": 255, "pattern": "^[!-~]*$"]
            fields.append(("Idempotency-Key", "Sent again with the same request within a day, it gets the first answer", key))
        }
        if route.operation.isTagged && route.method == .get {
            fields.append(("If-None-Match", "The ETag of what the client has; 304 where it is still so", Schemas.string))
        } else if route.operation.isTagged && route.operation.status != 201 {
            fields.append(("If-Match", "The ETag of what the client has seen; 412 where it is not so any more", Schemas.string))
        }
        return fields.map {
            ["name": .string($0.name), "in": "header", "description": .string($0.about), "schema": $0.schema]
        }
    }

    /// Header fields that a request of somebody who is signed in has.
    private static func sessionParameters(_ route: DescribedRoute) -> [JSON] {
        var parameters: [JSON] = []
        if route.scope != nil {
            parameters.append([
                "name": "Mask-Workspace", "in": "header", "required": true, "description": "The workspace's slug; with .test behind it, what its test keys have made", "schema": Schemas.string,
            ])
        }
        if route.method != .get {
            parameters.append([
                "name": "Mask-Client", "in": "header", "required": true, "description": "The program that asks", "schema": Schemas.string,
            ])
        }
        return parameters
    }

    private static func responses(_ route: DescribedRoute) -> JSONObject {
        var responses = JSONObject()
        responses[String(route.operation.status)] = success(route, route.operation.status)
        if let other = route.operation.otherStatus { responses[String(other)] = success(route, other) }
        if let empty = route.operation.emptyStatus {
            responses[String(empty)] = ["description": "Done", "headers": headers(empty)]
        }
        if route.operation.isTagged && route.method == .get {
            responses["304"] = ["description": "Not modified", "headers": headers(304, tag: tag(route.operation))]
        }
        for status in Set(problems(route)).sorted() {
            responses[String(status)] = [
                "description": "A problem", "headers": headers(status),
                "content": ["application/problem+json": ["schema": reference("Problem")]],
            ]
        }
        return responses
    }

    /// What every route can answer, by the worker or by nginx, and what only this one can.
    private static func problems(_ route: DescribedRoute) -> [Int] {
        [400, 403, 414, 429, 431, 500, 502, 503, 504] + (route.scope == nil ? [] : [401])
            + (route.operation.body == nil && route.operation.uploads.isEmpty ? [] : [413]) + (route.operation.isTagged ? [412] : [])
            + (route.method == .post ? [409] : []) + (route.scope == nil ? [] : [422]) + route.operation.problems
    }

    private static func success(_ route: DescribedRoute, _ status: Int) -> JSON {
        let operation = route.operation
        var json: JSONObject = ["description": "Done", "headers": headers(status, tag: status == 204 ? nil : tag(operation))]
        if let answer = operation.answer {
            var content: JSONObject = ["application/json": operation.isList ? listMedia(of: answer) : media(answer)]
            if route.scope != nil, let table = table(operation) { content["text/csv"] = table }
            json["content"] = .object(content)
        }
        if !operation.files.isEmpty {
            json["content"] = .object(JSONObject(operation.files.map { type in
                .init(name: type, value: ["schema": type.hasPrefix("image/") ? bytes : Schemas.string])
            }))
        }
        return .object(json)
    }

    private static func table(_ operation: Operation) -> JSON? {
        let example = operation.answer.flatMap { Schemas.examples[$0] } ?? .null
        let items = operation.isList ? [example] : example["groups"]?.arrayValue ?? []
        return operation.csv(items).map { ["schema": Schemas.string, "example": .string(String(decoding: $0, as: UTF8.self))] }
    }

    private static func media(_ name: String) -> JSON {
        ["schema": reference(name), "example": Schemas.examples[name] ?? .null]
    }

    private static func listMedia(of name: String) -> JSON {
        let example: JSON = ["data": [Schemas.examples[name] ?? .null], "has_more": false, "next_cursor": nil]
        return ["schema": reference(Schemas.list(of: name)), "example": example]
    }

    /// What entity tags of an answer look like.
    private static func tag(_ operation: Operation) -> JSON? {
        operation.isTagged ? operation.files.isEmpty && !operation.isDocument ? .entityTag : .fileTag : nil
    }

    /// The header fields of an answer that can be relied on. Limits stand in problems too, where the worker wrote them.
    private static func headers(_ status: Int, tag: JSON? = nil) -> JSON {
        var headers: JSONObject = ["Request-Id": header("Names the request in logs", ["type": "string", "pattern": "^req_[0-9a-f]{32}$"])]
        if status < 400 {
            headers["X-RateLimit-Limit"] = header("Requests a minute", .count)
            headers["X-RateLimit-Remaining"] = header("Requests that are left of them", .count)
            headers["X-RateLimit-Reset"] = header("When one request more is let in, in seconds since 1970", .count)
        }
        if let tag { headers["ETag"] = header("The state that is shown, for If-Match and If-None-Match", tag) }
        switch status {
        case 201: headers["Location"] = header("The address of what was made", ["type": "string", "format": "uri-reference"])
        case 401: headers["WWW-Authenticate"] = header("How to authenticate", ["type": "string"])
        case 429, 502, 503, 504: headers["Retry-After"] = header("Seconds after which to try again", .count)
        default: break
        }
        return .object(headers)
    }

    private static func header(_ about: String, _ schema: JSON) -> JSON {
        ["description": .string(about), "required": true, "schema": schema]
    }

    private static func reference(_ name: String) -> JSON { Schemas.reference(name) }
}
