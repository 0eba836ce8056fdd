@testable import JSON
import Testing

@testable import HTTP

@Suite("Problem documents")
struct ProblemTests {
    @Test("a validation problem lists all errors")
    func validation() {
        let problem = Problem.validationFailed("/expires_at", code: "in_the_past", "Use a time to come.")
        let expected =
            #"{"type":"https://mask.bz/docs#validation_failed","title":"Validation failed","status":422,"#
            + #""detail":"Correct the fields listed in errors.","code":"validation_failed","request_id":"req_1","#
            + #""doc_url":"https://mask.bz/docs#validation_failed","#
            + #""errors":[{"pointer":"/expires_at","code":"in_the_past","message":"Use a time to come."}]}"#
        #expect(
            String(decoding: problem.body(requestID: "req_1", documentation: "https://mask.bz/docs"), as: UTF8.self)
                == expected)
    }

    @Test("without documentation the type is about:blank; extensions come last")
    func withoutDocumentation() throws {
        let body = Problem.invalidParameter("limit", "Use a whole number from 1 to 100.").body(
            requestID: "r", documentation: "")
        let document = try JSON.parse(body)
        #expect(document["type"] == "about:blank")
        #expect(document["doc_url"] == nil)
        #expect(document["errors"] == nil)
        #expect(document["parameter"] == "limit")
    }

    static let table: [(Problem, Int, String, String?)] = [
        (.invalidRequest("x."), 400, "invalid_request", nil),
        (.invalidJSON(JSONError(message: "x.", offset: 1)), 400, "invalid_json", nil),
        (.invalidParameter("limit", "x."), 400, "invalid_parameter", nil),
        (.unauthorized(), 401, "unauthorized", #"WWW-Authenticate: Bearer realm="MASK""#),
        (
            .insufficientScope("links:write"), 403, "insufficient_scope",
            #"WWW-Authenticate: Bearer realm="MASK", error="insufficient_scope", scope="links:write""#
        ),
        (.httpsRequired(), 403, "https_required", nil),
        (.notFound(), 404, "not_found", nil),
        (.methodNotAllowed(allowed: [.get, .post]), 405, "method_not_allowed", "Allow: GET, POST"),
        (.slugTaken("my-link"), 409, "slug_taken", nil),
        (.conflict("x."), 409, "conflict", nil),
        (.preconditionFailed(), 412, "precondition_failed", nil),
        (.payloadTooLarge(maximumBytes: 1 << 20), 413, "payload_too_large", nil),
        (.unsupportedMediaType(), 415, "unsupported_media_type", nil),
        (.unsupportedContentEncoding(), 415, "unsupported_media_type", nil),
        (.validationFailed([]), 422, "validation_failed", nil),
        (.rateLimited(retryAfter: 7), 429, "rate_limited", "Retry-After: 7"),
        (.internalError(), 500, "internal_error", nil),
        (.unavailable(), 503, "unavailable", "Retry-After: 1"),
        (.slugSpaceExhausted(), 503, "slug_space_exhausted", "Retry-After: 1"),
    ]

    @Test("each code has its status, a title, a detail, and the header fields of its status", arguments: table)
    func codes(_ problem: Problem, _ status: Int, _ code: String, _ header: String?) throws {
        #expect(problem.status == status)
        #expect(problem.code == code)
        #expect(!problem.title.isEmpty && !problem.detail.isEmpty)
        #expect(problem.headers.map { "\($0.name.rawValue): \($0.value)" } == [header].compactMap(\.self))
        #expect(problem.headers.allSatisfy { $0.isSafe })
        let document = try JSON.parse(problem.body(requestID: "r", documentation: "https://x"))
        #expect(document["status"]?.integerValue == Int64(status))
        #expect(document["type"] == document["doc_url"])
    }
}
