/// A table of routes: method and path pattern to something that can be run, with `{name}` for one path segment.
public struct Router<Endpoint: Sendable>: Sendable {
    /// What a path came to.
    public enum Match {
        case found(Endpoint, parameters: Parameters)
        /// The path exists, but not with this method; the methods it has are for `Allow`.
        case wrongMethod(allowed: [Method])
        case notFound
    }

    /// The path segments that stood for `{name}`, as they were sent.
    public struct Parameters: Sendable {
        private var values: [(name: String, value: String)] = []

        /// Empty where the pattern has no such name.
        public subscript(_ name: String) -> String { values.first { $0.name == name }?.value ?? "" }

        fileprivate mutating func set(_ name: String, _ value: Substring) { values.append((name, String(value))) }
    }

    private enum Segment: Equatable {
        case text(String)
        case parameter(String)
    }

    /// One pattern with its methods.
    private struct Entry {
        let segments: [Segment]
        var endpoints: [(method: Method, endpoint: Endpoint)]
    }

    private var entries: [Entry] = []

    public init() {}

    /// Adds a route; patterns begin with `/`.
    public mutating func add(_ method: Method, _ pattern: String, _ endpoint: Endpoint) {
        let segments = pattern.split(separator: "/").map { segment -> Segment in
            segment.first == "{" ? .parameter(String(segment.dropFirst().dropLast())) : .text(String(segment))
        }
        if let index = entries.firstIndex(where: { $0.segments == segments }) {
            entries[index].endpoints.append((method, endpoint))
        } else {
            entries.append(Entry(segments: segments, endpoints: [(method, endpoint)]))
        }
    }

    /// Finds the route for a path that begins with `/` and has no empty segments. The first pattern that fits wins, so
    /// `/links/bulk` stands before `/links/{id}`.
    public func match(_ method: Method, _ path: String) -> Match {
        let segments = Self.segments(path)
        guard let entry = entries.first(where: { Self.fits($0.segments, segments) }) else { return .notFound }
        guard let found = entry.endpoints.first(where: { $0.method == method }) else {
            return .wrongMethod(allowed: entry.endpoints.map(\.method))
        }
        return .found(found.endpoint, parameters: Self.parameters(entry.segments, segments))
    }

    /// By bytes: a combining mark behind a slash must not hide it.
    private static func segments(_ path: String) -> [Substring] {
        path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst().map { Substring($0) }
    }

    private static func fits(_ pattern: [Segment], _ path: [Substring]) -> Bool {
        guard pattern.count == path.count else { return false }
        for (wanted, given) in zip(pattern, path) {
            switch wanted {
            case .text(let text): if text.utf8.count != given.utf8.count || text != given { return false }
            case .parameter: if given.isEmpty { return false }
            }
        }
        return true
    }

    private static func parameters(_ pattern: [Segment], _ path: [Substring]) -> Parameters {
        var parameters = Parameters()
        for (wanted, given) in zip(pattern, path) {
            if case .parameter(let name) = wanted { parameters.set(name, given) }
        }
        return parameters
    }
}
