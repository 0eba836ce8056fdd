import HTTP
import JSON
import Model

/// The two shapes in which the one API speaks: names, envelopes and nothing else differ.
package enum Dialect: Sendable {
    /// `https://<api host>/v1`: snake_case, an object is itself.
    case reference
    /// `https://<link host>/api/v1`: camelCase, an object stands in `data`, a link's `url` is `originalUrl`.
    case quickStart

    /// The dialect and the path below its base; nil where the request is not for the API.
    package static func of(_ request: Request, apiHost: String) -> (Dialect, path: Substring)? {
        if request.host == apiHost { return (.reference, below("/v1", request.path) ?? "") }
        return below("/api/v1", request.path).map { (.quickStart, $0) } ?? (isAPI(request.path) ? (.quickStart, "") : nil)
    }

    private static func isAPI(_ path: String) -> Bool { path == "/api" || path.hasPrefix("/api/") }

    /// What of a path is below a base; nil where it is not.
    package static func below(_ base: String, _ path: String) -> Substring? {
        guard path.hasPrefix(base + "/") else { return nil }
        return path.dropFirst(base.count)
    }

    // MARK: Answers

    package func response(_ answer: Answer) -> Response {
        var response = Response(status: answer.status, fields: answer.fields, body: body(of: answer))
        response.fields.reserveCapacity(16)
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

    package func body(of answer: Answer) -> [UInt8] {
        switch (answer.content, self) {
        case (.none, _), (.stream, _): []
        case (.replayed(let bytes), _), (.file(_, let bytes), _): bytes
        case (.object(let json), .reference): json.serialized()
        case (.object(let json), .quickStart): JSON.object(["data": camelCased(json)]).serialized()
        case (.written(let text, _), .reference): text
        case (.written(_, let tree), .quickStart): JSON.object(["data": camelCased(tree())]).serialized()
        case (.list(let items, let cursor), .reference):
            JSON.object([
                "data": .array(items), "has_more": .bool(cursor != nil), "next_cursor": JSON(cursor),
            ]).serialized()
        case (.list(let items, let cursor), .quickStart):
            JSON.object([
                "data": .array(items.map { camelCased($0) }),
                "pagination": ["hasMore": .bool(cursor != nil), "nextCursor": JSON(cursor)],
            ]).serialized()
        }
    }

    /// - Parameter isOfLink: it stands in something that is about a link, where `url` is the link's.
    private func camelCased(_ json: JSON, isOfLink: Bool = false) -> JSON {
        switch json {
        case .array(let elements): return .array(elements.map { camelCased($0, isOfLink: isOfLink) })
        case .object(let object):
            let isOfLink = isOfLink || Self.isAboutLink(object)
            return .object(JSONObject(object.members.map { member in
                let name = isOfLink && member.name == "url" ? "originalUrl" : Self.camelCase(member.name)
                return .init(name: name, value: camelCased(member.value, isOfLink: isOfLink))
            }))
        default: return json
        }
    }

    /// Whether an object is a link, an event about one, or an entry of the audit log about one. What the last two tell of a
    /// change need not have the `short_url` by which a link is known.
    private static func isAboutLink(_ object: JSONObject) -> Bool {
        if object["short_url"] != nil { return true }
        if object["data"] != nil, let type = object["type"]?.stringValue { return type.hasPrefix("link.") }
        return object["changes"] != nil && object["resource"]?.stringValue.flatMap { LinkID($0) } != nil
    }

    // MARK: Requests

    /// A body's members under their names in the reference dialect. `url` may be called `originalUrl`.
    /// - Parameter pointer: where the object stands in the body.
    package func read(_ object: JSONObject, at pointer: String = "") throws(Problem) -> JSONObject {
        guard self == .quickStart else { return object }
        do throws(RepeatedName) {
            return try object.renamed(Self.readName)
        } catch {
            throw .validationFailed(
                JSONPointer.appending(error.name, to: pointer), code: "duplicate_field", "Send this field once, under one name.")
        }
    }

    /// The same for the objects within as well.
    package func readDeep(_ object: JSONObject, at pointer: String = "") throws(Problem) -> JSONObject {
        guard self == .quickStart else { return object }
        var result = try read(object, at: pointer)
        for (index, member) in object.members.enumerated() {
            result.members[index].value = try readDeep(member.value, at: JSONPointer.appending(member.name, to: pointer))
        }
        return result
    }

    private func readDeep(_ json: JSON, at pointer: String) throws(Problem) -> JSON {
        switch json {
        case .object(let object): return .object(try readDeep(object, at: pointer))
        case .array(let items):
            var read: [JSON] = []
            for (index, item) in items.enumerated() {
                read.append(try readDeep(item, at: JSONPointer.appending(String(index), to: pointer)))
            }
            return .array(read)
        default: return json
        }
    }

    private static func readName(_ name: String) -> String { name == "originalUrl" ? "url" : snakeCase(name) }

    /// A query with its parameters' names in the reference dialect.
    package func read(query: String) -> String {
        guard self == .quickStart else { return query }
        return query.split(separator: "&").map { pair in
            let name = pair.prefix { $0 != "=" }
            return Self.snakeCase(String(name)) + pair.dropFirst(name.count)
        }.joined(separator: "&")
    }

    // MARK: Names

    /// `expires_at` → `expiresAt`.
    package static func camelCase(_ name: String) -> String {
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
    package static func snakeCase(_ name: String) -> String {
        name.reduce(into: "") { result, character in
            result += character.isASCII && character.isUppercase ? "_" + character.lowercased() : String(character)
        }
    }
}
