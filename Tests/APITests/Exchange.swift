import Foundation
import HTTP
import JSON
import Testing

/// One exchange with the API as it goes over the wire, request and answer in one text, as `curl -v` would show it.
///
/// `$KEY`, `$HOST` and `$WORKSPACE` stand for the stage's own, and further names for what the test says. In an answer
/// whatever is different each time is masked: `lnk_…`, `req_…`, `mk_live_…`, `<time>`. Bodies are laid out for reading.
extension Stage {
    /// Sends the request that stands above the first `HTTP/1.1` of the text, and compares what comes with what stands there.
    func expect(
        _ text: String, with values: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let answerBegins = lines.firstIndex { $0.hasPrefix("HTTP/1.1 ") } ?? lines.endIndex
        let asked = lines[..<answerBegins].joined(separator: "\n")
        let wanted = lines[answerBegins...].joined(separator: "\n")
        let got = rendered(respond(to: parsed(asked, values), sourceLocation: sourceLocation))
        if got == wanted { return }
        Issue.record("the answer is another:\n\(asked)\(got)\n", sourceLocation: sourceLocation)
    }

    private func parsed(_ text: String, _ values: [String: String]) -> Request {
        var text = text
        for (name, value) in values.merging(["KEY": key, "HOST": host], uniquingKeysWith: { one, _ in one }) {
            text = text.replacingOccurrences(of: "$" + name, with: value)
        }
        let parts = text.components(separatedBy: "\n\n")
        let head = parts[0].components(separatedBy: "\n")
        let line = head[0].trimmingCharacters(in: .whitespaces).components(separatedBy: " ")
        let body = parts.dropFirst().joined(separator: "\n\n").trimmingCharacters(in: .whitespacesAndNewlines)
        let isPlain = line[1].hasPrefix("http://")
        let target = isPlain ? String(line[1].dropFirst(7).drop { $0 != "/" }) : line[1]
        var request = request(Method(name: line[0]), target, body: body.isEmpty ? nil : body)
        request.isSecure = !isPlain
        request.fields = RequestFields()
        for field in head.dropFirst() where !field.isEmpty {
            let value = field.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
            switch field.prefix(while: { $0 != ":" }).lowercased() {
            case "host": request.host = value
            case "authorization": request.fields.authorization = value
            case "content-type": request.fields.contentType = value
            case "idempotency-key": request.fields.idempotencyKey = value
            case "if-match": request.fields.ifMatch = value
            case "if-none-match": request.fields.ifNoneMatch = value
            case "content-encoding": request.fields.contentEncoding = value
            case "user-agent": request.fields.userAgent = value
            case "idempotency-key": request.fields.idempotencyKey = value
            case "if-match": request.fields.ifMatch = value
            case "if-none-match": request.fields.ifNoneMatch = value
            default: Issue.record("\(field): not a field that MASK reads")
            }
        }
        return request
    }

    private func rendered(_ response: Response) -> String {
        let fields = response.fields.map { "\($0.name.rawValue): \(masked($0.value, of: $0.name))" }.sorted()
        let body = (try? JSON.parse(response.body))?.serialized(pretty: true) ?? response.body
        let text = String(decoding: body, as: UTF8.self)
        let head = (["HTTP/1.1 \(response.statusLine)"] + fields).joined(separator: "\n")
        return head + (text.isEmpty ? "" : "\n\n" + masked(text))
    }

    private func masked(_ value: String, of name: Response.FieldName) -> String {
        switch name {
        case .xRateLimitReset: "<time>"
        case .retryAfter: "<seconds>"
        case .rateLimit: value.replacing(/t=\d+/, with: "t=<seconds>")
        default: masked(value)
        }
    }

    private func masked(_ text: String) -> String {
        text.replacingOccurrences(of: host, with: "$HOST").replacingOccurrences(of: workspace.slug, with: "$WORKSPACE")
            .replacing(/\b(lnk|ws|key|usr|req|wh|evt|dlv|qr|page|img)_[0-9a-z]{26,32}\b/) { "\($0.output.1)_…" }
            .replacing(/("(?:created_at|updated_at|rotated_at|createdAt|updatedAt|start|end|as_of|timestamp|disabled_at|finished_at|next_attempt_at|started_at|last_success_at|previous_secret_ends_at)": )"[^"]*"/) {
                "\($0.output.1)\"<time>\""
            }
            .replacing(/mk_(live|test)_[0-9A-Za-z]{38}/) { "mk_\($0.output.1)_…" }
            .replacing(/mk_(live|test)_…[0-9A-Za-z]{4}/) { "mk_\($0.output.1)_…<last four>" }
            .replacing(/whsec_[0-9A-Za-z+\/]{43}=/, with: "whsec_…")
            .replacing(/(mask\.test\/|"slug": ")[0-9A-Za-z]{7}"/) { "\($0.output.1)<random>\"" }
            .replacing(/("(?:next_cursor|nextCursor)": )"[^"]*"/) { "\($0.output.1)\"<cursor>\"" }
            .replacing(/Wait \d+ s/, with: "Wait <seconds> s")
    }
}
