import HTTP
import JSON
import Model

/// A call whose request is read: parameters of its path, query and body.
package protocol RequestReading {
    var request: Request { get }
    var parameters: Router<Route>.Parameters { get }
    var dialect: Dialect { get }
}

extension RequestReading {
    /// The query's reader; to be finished with `finish()`, which refuses what nobody asked for.
    package func query() throws(Problem) -> Query { try Query(dialect.read(query: request.query)) }

    /// The body's reader; to be finished with `finish()`.
    /// - Parameters:
    ///   - orEmpty: no body at all is as good as `{}`.
    ///   - isDeep: the members of objects within have the dialect's names too.
    package func fields(orEmpty: Bool = false, isDeep: Bool = false) throws(Problem) -> JSONFields {
        if orEmpty && request.body.isEmpty { return JSONFields(JSONObject()) }
        return JSONFields(try object(isDeep: isDeep))
    }

    /// The body's reader, with a field that the path has set. The body may say the same, but nothing else.
    package func fields(setting name: String, to value: String) throws(Problem) -> JSONFields {
        var object = try object()
        if let given = object[name], given != .string(value) {
            throw .validationFailed("/" + name, code: "not_as_in_path", "Send what the path says, or leave the field out.")
        }
        object[name] = .string(value)
        return JSONFields(object)
    }

    private func object(isDeep: Bool = false) throws(Problem) -> JSONObject {
        if let encoding = request.fields.contentEncoding, !encoding.isEmpty, encoding.lowercased() != "identity" {
            throw .unsupportedContentEncoding()
        }
        guard let type = request.fields.contentType.flatMap(MediaType.init), type.isJSON else {
            throw .unsupportedMediaType()
        }
        let object = try JSONObject(ofBody: request.body)
        return try isDeep ? dialect.readDeep(object) : dialect.read(object)
    }

    /// The identifier in the path. One of another kind or shape names nothing.
    package func identifier<Kind>(_ name: String = "id") throws(Problem) -> Identifier<Kind> {
        guard let identifier = Identifier<Kind>(parameters[name]) else { throw .notFound() }
        return identifier
    }
}
