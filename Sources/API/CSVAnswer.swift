import Contract
import HTTP
import JSON
import Text

extension Answer {
    /// A list, or the lines of analytics, as CSV, where the client likes that better than JSON (RFC 9110, section 12.5.1). A page of a
    /// list is followed by the one that its `Link` leads to (RFC 8288).
    func asCSV(_ operation: Operation, _ request: Request) -> Answer {
        guard status == 200, operation.isList || operation.isCounted else { return self }
        let accept = Accept(request.fields.accept)
        guard accept.quality(of: "text/csv") > accept.quality(of: "application/json"), let table = Table(content),
            let csv = operation.csv(table.items)
        else { return self }
        var answer = adding([.init(.vary, "Accept")])
        answer.content = .file(type: ExportFormat.csv.mediaType, csv)
        if let cursor = table.cursor { answer.fields.append(.init(.link, Self.next(cursor, request))) }
        return answer
    }

    private static func next(_ cursor: String, _ request: Request) -> String {
        let others = request.query.split(separator: "&").filter { pair in
            let name = PercentEncoding.decode(pair.prefix { $0 != "=" }, plusIsSpace: true)
            return name != "starting_after" && name != "startingAfter"
        }
        // Nothing in it ends the address, whatever was asked for.
        let kept = others.map { pair in
            let bytes: [UInt8] = pair.utf8.reduce(into: []) { bytes, byte in
                if byte.isVisibleASCII && !"<>\"".utf8.contains(byte) { bytes.append(byte) } else { bytes.appendPercentEncoded(byte) }
            }
            return String(decoding: bytes, as: UTF8.self)
        }
        let query = (kept + ["starting_after=\(cursor)"]).joined(separator: "&")
        return "<\(request.path)?\(query)>; rel=\"next\""
    }
}

/// What of an answer is a table.
private struct Table {
    let items: [JSON]
    var cursor: String?

    init?(_ content: Answer.Content) {
        switch content {
        case .list(let items, let cursor): (self.items, self.cursor) = (items, cursor)
        case .object(let json):
            guard let groups = json["groups"]?.arrayValue else { return nil }
            items = groups
        case .none, .written, .replayed, .file, .stream: return nil
        }
    }
}
