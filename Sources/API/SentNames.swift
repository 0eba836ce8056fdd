import HTTP
import JSON

/// The fields of a body under the names that the client has sent: a problem points to what stands there, not to what the
/// reference dialect calls it.
package struct SentNames {
    private let dialect: Dialect
    private let body: JSON

    /// - Parameter body: of the request; one that is no JSON has no fields.
    package init(_ dialect: Dialect, body: [UInt8]) {
        self.dialect = dialect
        self.body = dialect == .quickStart ? (try? JSON.parse(body)) ?? .null : .null
    }

    /// The problem, its pointers under the names that were sent.
    package func present(_ problem: Problem) -> Problem {
        guard dialect == .quickStart else { return problem }
        var problem = problem
        problem.errors = problem.errors.map {
            FieldProblem(pointer: pointer($0.pointer), code: $0.code, message: $0.message)
        }
        return problem
    }

    private func pointer(_ pointer: String) -> String {
        var place = body
        return JSONPointer.tokens(pointer).reduce("") { sent, token in
            let name = name(token, in: place)
            place = Int(token).flatMap { place[$0] } ?? place[name] ?? .null
            return JSONPointer.appending(name, to: sent)
        }
    }

    /// A field that was not sent has the dialect's own name.
    private func name(_ name: String, in place: JSON) -> String {
        let camelCase = Dialect.camelCase(name)
        if name == "url", place["originalUrl"] != nil { return "originalUrl" }
        return place[name] != nil && place[camelCase] == nil ? name : camelCase
    }
}
