/// What has come of an answer so far.
struct Reception {
    private let limits: Limits
    private var headBytes = 0
    /// Whether the empty line behind a head has come. It may be the head of an interim answer (1xx).
    private(set) var isHeadWhole = false
    private(set) var isHeadTooLong = false
    private(set) var retryAfter: String?
    private(set) var body: [UInt8] = []

    /// A Retry-After is a number or a date. Of longer lines nothing is read: see `String.hasEndlessMarks`.
    private static let fieldBytes = 255

    init(_ limits: Limits) {
        self.limits = limits
    }

    /// Takes a line of a head, or of the trailers behind a body; false when there have been too many bytes of them.
    mutating func takeHead(_ line: some Collection<UInt8>) -> Bool {
        headBytes += line.count
        guard headBytes <= limits.headBytes else {
            isHeadTooLong = true
            return false
        }
        if line.starts(with: "HTTP/".utf8) {
            isHeadWhole = false
            retryAfter = nil
        } else if line.allSatisfy(\.isLineEnd) {
            isHeadWhole = true
        } else if !isHeadWhole, line.count <= Self.fieldBytes, line.first == UInt8(ascii: "R") || line.first == UInt8(ascii: "r") {
            takeField(String(decoding: line, as: UTF8.self))
        }
        return true
    }

    private mutating func takeField(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "retry-after", retryAfter == nil else { return }
        retryAfter = String(parts[1].drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Takes a piece of the body; false when it has more than is kept.
    mutating func takeBody(_ bytes: some Collection<UInt8>) -> Bool {
        let room = limits.bodyBytes - body.count
        body += bytes.prefix(room)
        return bytes.count <= room
    }
}

extension UInt8 {
    fileprivate var isLineEnd: Bool { self == UInt8(ascii: "\r") || self == UInt8(ascii: "\n") }
}
