import Access
import HTTP
import Logging
import Model
import QRCodes
import Store
import Threads
import Work

/// Turns errors into answers. The client gets a stable code and a sentence; the detail goes to the log under the request id.
package enum ErrorResponse {
    package static func of(_ error: any Error, _ request: Request, _ services: Services, _ dialect: Dialect) -> Response {
        var problem = problem(error, request, services.logger)
        if !problem.errors.isEmpty { problem = SentNames(dialect, body: request.body).present(problem) }
        return Response(
            status: problem.status,
            fields: problem.headers + [.init(.contentType, Problem.contentType)],
            body: problem.body(requestID: request.publicID, documentation: services.site.documentation))
    }

    /// What an error in the middle of an answer counts as: the client sees a connection that breaks off.
    package static func status(of error: any Error, _ request: Request, _ logger: Logger) -> Int {
        problem(error, request, logger).status
    }

    private static func problem(_ error: any Error, _ request: Request, _ logger: Logger) -> Problem {
        if let problem = error as? Problem { return problem }
        if let refusal = error as? Refusal { return refusal.problem }
        if let refused = error as? RateRefusal { return refused.problem }
        if let busy = error as? TooBusy { return busy.problem }
        let metadata: Logger.Metadata = ["request_id": "\(request.publicID)", "path": "\(request.path)"]
        if error.isDatabaseUnavailable {
            logger.warning("\(error)", metadata: metadata)
            return .unavailable()
        }
        if error.isStatementTimeout {
            logger.notice("\(error)", metadata: metadata)
            // A question can be made smaller. A change has waited for others, and a client takes 422 for the last word.
            return [.get, .head].contains(request.method)
                ? .queryTimeout() : .unavailable(retryAfter: 5, "Try again in 5 seconds; the change has waited for others too long.")
        }
        logger.error("\(error)", metadata: metadata)
        return .internalError()
    }
}

extension TooBusy {
    package var problem: Problem {
        .unavailable(retryAfter: retryAfter, "Try again in \(retryAfter) seconds; the service is busy \(work).")
    }
}

// What the model refuses, as a problem of a field.
extension DestinationProblem: FieldError {}
extension SlugProblem: FieldError {}
extension TagProblem: FieldError {}
extension LogoProblem: FieldError {}
extension AddressRangeError: FieldError {}
extension HostNameError: FieldError {
    public var code: String { "invalid_host" }
}
