import JSON

/// An error as a client sees it: a problem document (RFC 9457), `application/problem+json`.
public struct Problem: Error, Sendable {
    public static let contentType = "application/problem+json"

    /// The HTTP status.
    public var status: Int
    /// A stable word for programs, snake_case.
    public var code: String
    /// What kind of problem this is; the same for every occurrence of the code.
    public var title: String
    /// What to change, as one or more sentences.
    public var detail: String
    /// What is wrong with the fields of a body.
    public var errors: [FieldProblem]
    /// Further members of the document.
    public var extensions: JSONObject
    /// Header fields that belong to the status.
    public var headers: [Response.Field]

    public init(
        status: Int, code: String, title: String, detail: String, errors: [FieldProblem] = [],
        extensions: JSONObject = [:], headers: [Response.Field] = []
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = errors
        self.extensions = extensions
        self.headers = headers
    }

    /// The document.
    ///
    /// - Parameter documentation: the address of the page that describes the codes, each under an anchor of its name;
    ///   empty where there is none.
    public func body(requestID: String, documentation: String) -> [UInt8] {
        let page = documentation.isEmpty ? nil : "\(documentation)#\(code)"
        var document: JSONObject = [
            "type": .string(page ?? "about:blank"),
            "title": .string(title),
            "status": .integer(Int64(status)),
            "detail": .string(detail),
            "code": .string(code),
            "request_id": .string(requestID),
        ]
        if let page { document["doc_url"] = .string(page) }
        if !errors.isEmpty { document["errors"] = .array(errors.map(\.json)) }
        for member in extensions.members { document[member.name] = member.value }
        return JSON.object(document).serialized()
    }
}

extension Problem {
    /// What went wrong with one of many, inside an answer to all of them.
    public var summary: JSON {
        [
            "code": .string(code), "title": .string(title), "detail": .string(detail), "errors": .array(errors.map(\.json)),
        ]
    }
}

extension FieldProblem {
    var json: JSON { ["pointer": .string(pointer), "code": .string(code), "message": .string(message)] }
}

// MARK: 400

extension Problem {
    /// The request cannot be understood, for a reason that has no code of its own.
    public static func invalidRequest(_ detail: String) -> Problem {
        Problem(status: 400, code: "invalid_request", title: "Bad request", detail: detail)
    }

    public static func invalidJSON(_ error: JSONError) -> Problem {
        Problem(
            status: 400, code: "invalid_json", title: "Body is not valid JSON",
            detail: "Correct the JSON at byte offset \(error.offset). \(error.message)",
            extensions: ["offset": .integer(Int64(error.offset))])
    }

    /// - Parameter detail: what to change, for example "Use a number from 1 to 100."
    public static func invalidParameter(_ name: String, _ detail: String) -> Problem {
        Problem(
            status: 400, code: "invalid_parameter", title: "Bad query parameter",
            detail: "Query parameter \(name): \(detail)", extensions: ["parameter": .string(name)])
    }
}

// MARK: 401 and 403

extension Problem {
    /// The challenge of RFC 6750, section 3.
    private static let challenge = #"Bearer realm="MASK""#

    public static func unauthorized(
        _ detail: String = "Send a valid API key in the header: Authorization: Bearer mk_live_…"
    ) -> Problem {
        Problem(
            status: 401, code: "unauthorized", title: "Missing or invalid API key", detail: detail,
            headers: [Response.Field(.wwwAuthenticate, challenge)])
    }

    public static func insufficientScope(_ scope: String) -> Problem {
        Problem(
            status: 403, code: "insufficient_scope", title: "Insufficient scope",
            detail: "Use an API key that has the scope \(scope).", extensions: ["required_scope": .string(scope)],
            headers: [Response.Field(.wwwAuthenticate, challenge + #", error="insufficient_scope", scope="\#(scope)""#)]
        )
    }

    public static func testKey() -> Problem {
        Problem(
            status: 403, code: "test_key", title: "Test key",
            detail: "Use a live key, mk_live_…; a test key changes no keys, no members and nothing of the workspace.")
    }

    /// As ``testKey()``, to somebody who is signed in.
    public static let testData = Problem(
        status: 403, code: "test_key", title: "Test data",
        detail: "Leave the test data first; keys, members and settings are the workspace's.")

    public static func insufficientRole(_ role: String) -> Problem {
        Problem(
            status: 403, code: "insufficient_role", title: "Insufficient role",
            detail: "Ask a member with the role \(role), or use an API key that such a member has made.",
            extensions: ["required_role": .string(role)])
    }

    public static func addressNotAllowed(_ address: String) -> Problem {
        Problem(
            status: 403, code: "address_not_allowed", title: "Address not allowed",
            detail: "Call from one of the key's allowed addresses, or add \(address) to them.")
    }

    public static func httpsRequired() -> Problem {
        Problem(
            status: 403, code: "https_required", title: "HTTPS required",
            detail: "Send the request to the same address over https://, and replace the API key if this one "
                + "has travelled in the clear.")
    }
}

// MARK: 404 to 415

extension Problem {
    public static func notFound(
        _ detail: String = "Check the address and the id; there is nothing here that you can see."
    ) -> Problem {
        Problem(status: 404, code: "not_found", title: "Not found", detail: detail)
    }

    public static func methodNotAllowed(allowed: [Method]) -> Problem {
        let methods = allowed.map(\.rawValue).joined(separator: ", ")
        return Problem(
            status: 405, code: "method_not_allowed", title: "Method not allowed",
            detail: "Use one of the methods of this address: \(methods).",
            headers: [Response.Field(.allow, methods)])
    }

    public static func slugTaken(_ slug: String) -> Problem {
        Problem(
            status: 409, code: "slug_taken", title: "Slug already taken",
            detail: "Choose another slug; \(slug) is taken on this domain.")
    }

    public static func conflict(code: String = "conflict", _ detail: String) -> Problem {
        Problem(status: 409, code: code, title: "Conflict", detail: detail)
    }

    /// - Parameter seconds: after which to try again.
    public static func idempotencyKeyInUse(retryAfter seconds: Int = 1) -> Problem {
        Problem(
            status: 409, code: "idempotency_key_in_use", title: "Request still running",
            detail: "Wait for the request with this Idempotency-Key to end, or try again in \(seconds) s.",
            headers: [Response.Field(.retryAfter, String(seconds))])
    }

    public static func preconditionFailed(
        _ detail: String = "Read the resource again and send its present ETag in If-Match; it has changed since."
    ) -> Problem {
        Problem(status: 412, code: "precondition_failed", title: "Precondition failed", detail: detail)
    }

    /// - Parameter maximumBytes: how long a body may be.
    public static func payloadTooLarge(maximumBytes: Int) -> Problem {
        Problem(
            status: 413, code: "payload_too_large", title: "Body too large",
            detail: "Send a body of at most \(maximumBytes) bytes.")
    }

    public static func unsupportedMediaType(
        _ detail: String = "Send the body as JSON, with the header: Content-Type: application/json"
    ) -> Problem {
        Problem(status: 415, code: "unsupported_media_type", title: "Unsupported media type", detail: detail)
    }

    /// 415 as well (RFC 9110, section 15.5.16), with its own advice.
    public static func unsupportedContentEncoding() -> Problem {
        unsupportedMediaType("Send the body as it is, uncompressed and without a Content-Encoding header.")
    }
}

// MARK: 422 and 429

extension Problem {
    /// - Parameter omitted: how many problems there are beyond those listed.
    public static func validationFailed(_ errors: [FieldProblem], omitted: Int = 0) -> Problem {
        let more = omitted > 0 ? " \(omitted) more are left out." : ""
        return Problem(
            status: 422, code: "validation_failed", title: "Validation failed",
            detail: "Correct the fields listed in errors.\(more)", errors: errors)
    }

    /// 422 for one field.
    public static func validationFailed(_ pointer: String, code: String, _ message: String) -> Problem {
        validationFailed([FieldProblem(pointer: pointer, code: code, message: message)])
    }

    public static func idempotencyKeyReused(
        _ detail: String = "Send a new Idempotency-Key with a new request; this one belongs to another request."
    ) -> Problem {
        Problem(status: 422, code: "idempotency_key_reused", title: "Idempotency-Key used before", detail: detail)
    }

    /// - Parameter entries: of which a file has at most so many.
    public static func exportTooLong(_ entries: Int) -> Problem {
        Problem(
            status: 422, code: "export_too_long", title: "Export too long",
            detail: "Narrow the export with created_after and created_before; a file has at most \(entries) entries.")
    }

    /// What was asked for takes the database too long. Not 503: a client would ask the same again.
    public static func queryTimeout() -> Problem {
        Problem(
            status: 422, code: "query_timeout", title: "Query takes too long",
            detail: "Ask for less: a shorter window of time, a smaller limit, or a filter on an id instead of a search. The answer "
                + "to this took longer than a request may.")
    }

    /// - Parameter seconds: after which the next request is let in.
    public static func rateLimited(retryAfter seconds: Int) -> Problem {
        Problem(
            status: 429, code: "rate_limited", title: "Rate limit exceeded",
            detail: "Wait \(seconds) s before the next request.",
            headers: [Response.Field(.retryAfter, String(seconds))])
    }
}

// MARK: 5xx

extension Problem {
    /// Nothing about the cause: that is in the log, under the request id.
    public static func internalError() -> Problem {
        Problem(
            status: 500, code: "internal_error", title: "Internal server error",
            detail: "Try again; if it happens again, report the request id.")
    }

    public static func unavailable(
        retryAfter seconds: Int = 1, _ detail: String = "Try again shortly; a part of the service is not reachable."
    ) -> Problem {
        Problem(
            status: 503, code: "unavailable", title: "Service unavailable", detail: detail,
            headers: [Response.Field(.retryAfter, String(seconds))])
    }

    public static func slugSpaceExhausted() -> Problem {
        Problem(
            status: 503, code: "slug_space_exhausted", title: "No free slug found",
            detail: "Choose a slug yourself, or try again; every random slug that was tried is taken.",
            headers: [Response.Field(.retryAfter, "1")])
    }
}
