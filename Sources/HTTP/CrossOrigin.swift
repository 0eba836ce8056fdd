/// Pages of other origins that may call the API from a browser: those of MASK_CORS_ORIGINS, and no others (Fetch standard,
/// section 3.3, "CORS protocol"). Without credentials: the API knows keys, not cookies.
package struct CrossOrigin {
    private let origins: Set<String>

    package init(origins: Set<String>) { self.origins = origins }

    /// A browser asks for a page whether it may send a request. It has no key and costs nothing, so it is not counted.
    package func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.fields.preflightMethod != nil, request.fields.origin != nil else { return nil }
        var response = Response(status: 204)
        guard allow(request, &response) else { return response }
        response.set(.accessControlAllowMethods, Self.methods)
        response.set(.accessControlAllowHeaders, Self.requestFields)
        response.set(.accessControlMaxAge, "600")
        return response
    }

    /// Lets the page read the answer.
    package func open(_ response: inout Response, to request: Request) {
        guard allow(request, &response) else { return }
        response.set(.accessControlExposeHeaders, Self.exposed)
    }

    /// Where origins are listed at all, every answer says that it depends on the origin.
    private func allow(_ request: Request, _ response: inout Response) -> Bool {
        guard !origins.isEmpty else { return false }
        response.set(.vary, response[.vary].map { $0 + ", Origin" } ?? "Origin")
        guard let origin = request.fields.origin, origins.contains(origin) else { return false }
        response.set(.accessControlAllowOrigin, origin)
        return true
    }

    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE"

    /// Those that the API reads and that a page may not send unasked.
    private static let requestFields = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"

    private static let exposed = [
        Response.FieldName.requestID, .rateLimit, .rateLimitPolicy, .xRateLimitLimit, .xRateLimitRemaining, .xRateLimitReset,
        .retryAfter, .eTag, .link, .location, .idempotentReplayed, .contentDisposition, .deprecation, .sunset,
    ].map(\.rawValue).joined(separator: ", ")
}
