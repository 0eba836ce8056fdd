import HTTP

/// The two shapes in which the one API speaks: names, envelopes and nothing else differ.
enum Dialect: Sendable {
    /// `https://<api host>/v1`: snake_case, an object is itself.
    case reference
    /// `https://<link host>/api/v1`: camelCase, an object stands in `data`, a link's `url` is `originalUrl`.
    case quickStart

    /// The dialect and the path below its base; nil where the request is not for the API.
    static func of(_ request: Request, apiHost: String) -> (Dialect, path: Substring)? {
        if request.host == apiHost { return (.reference, below("/v1", request.path) ?? "") }
        return below("/api/v1", request.path).map { (.quickStart, $0) } ?? (isAPI(request.path) ? (.quickStart, "") : nil)
    }

    private static func isAPI(_ path: String) -> Bool { path == "/api" || path.hasPrefix("/api/") }

    private static func below(_ base: String, _ path: String) -> Substring? {
        guard path.hasPrefix(base + "/") else { return nil }
        return path.dropFirst(base.count)
    }

    // MARK: Answers

    func response(_ answer: Answer) -> Response {
        var response = Response(status: answer.status, fields: answer.fields, body: body(of: answer))
        if case .stream(let type, let stream) = answer.content {
            response.set(.contentType, type)
            response.stream = stream
        } else if case .file(let type, _) = answer.content {
            response.set(.contentType, type)
        } else if !response.body.isEmpty {
            response.set(.contentType, "application/json")
        }
        return response
    }

    func body(of answer: Answer) -> [UInt8] {
        switch (answer.content, self) {
        case (.none, _), (.stream, _): []
        case (.replayed(let bytes), _), (.file(_, let bytes), _): bytes
        case (.object(let json), .reference): json.serialized()
        case (.object(let json), .quickStart): JSON.object(["data": camelCased(json)]).serialized()
        case (.list(let items, let cursor), .reference):
            JSON.object([
                "data": .array(items), "has_more": .bool(cursor != nil), "next_cursor": JSON(cursor),
            ]).serialized()
        case (.list(let items, let cursor), .quickStart):
            JSON.object([
                "data": .array(items.map(camelCased)),
                "pagination": ["hasMore": .bool(cursor != nil), "nextCursor": JSON(cursor)],
            ]).serialized()
        }
    }

    private func camelCased(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements): return .array(elements.map(camelCased))
        case .object(let object):
            let isLink = object["short_url"] != nil
            return .object(JSONObject(object.members.map { member in
                let name = isLink && member.name == "url" ? "originalUrl" : Self.camelCase(member.name)
                return .init(name: name, value: camelCased(member.value))
            }))
        default: return json
        }
    }

    func present(_ problem: Problem) -> Problem {
        guard self == .quickStart else { return problem }
        var problem = problem
        problem.errors = problem.errors.map {
            FieldProblem(pointer: Self.camelCase($0.pointer), code: $0.code, message: $0.message)
        }
        return problem
    }

    // MARK: Requests

    /// A body's members under their names in the reference dialect. `url` may be called `originalUrl`.
    func read(_ object: JSONObject) throws(Problem) -> JSONObject {
        guard self == .quickStart else { return object }
        var result = JSONObject()
        for member in object.members {
            let name = member.name == "originalUrl" ? "url" : Self.snakeCase(member.name)
            guard result[name] == nil else {
                throw .validationFailed("/" + member.name, code: "duplicate_field", "Send this field once, under one name.")
            }
            result[name] = member.value
        }
        return result
    }

    /// The same for the objects within as well.
    func readDeep(_ object: JSONObject) throws(Problem) -> JSONObject {
        guard self == .quickStart else { return object }
        var result = try read(object)
        for member in result.members { result[member.name] = try readDeep(member.value) }
        return result
    }

    private func readDeep(_ json: JSON) throws(Problem) -> JSON {
        switch json {
        case .object(let object): return .object(try readDeep(object))
        case .array(let items):
            var read: [JSON] = []
            for item in items { read.append(try readDeep(item)) }
            return .array(read)
        default: return json
        }
    }

    /// A query with its parameters' names in the reference dialect.
    func read(query: String) -> String {
        guard self == .quickStart else { return query }
        return query.split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return Self.snakeCase(String(name)) + pair.dropFirst(name.count)
        }.joined(separator: "&")
    }

    // MARK: Names

    /// `expires_at` → `expiresAt`.
    static func camelCase(_ name: String) -> String {
        var (result, raises) = ("", false)
        for character in name {
            if character == "_" {
                raises = true
            } else {
                result += raises ? character.uppercased() : String(character)
                raises = false
            }
        }
        return result
    }

    /// `expiresAt` → `expires_at`; a name that has no capitals stays.
    static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { result, character in
            result += character.isASCII && character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}
