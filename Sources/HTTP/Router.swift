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
        private var values: [String: String] = [:]

        public subscript(_ name: String) -> String { values[name] ?? "" }

        mutating func set(_ name: String, _ value: Substring) { values[name] = String(value) }
    }

    private struct Entry: Sendable {
        let method: Method
        let segments: [Substring]
        let endpoint: Endpoint
    }

    private var entries: [Entry] = []

    public init() {}

    /// Adds a route; patterns begin with `/`.
    public mutating func add(_ method: Method, _ pattern: String, _ endpoint: Endpoint) {
        entries.append(Entry(method: method, segments: pattern.split(separator: "/"), endpoint: endpoint))
    }

    /// Finds the route for a path that begins with `/` and has no empty segments; the first that fits wins.
    public func match(_ method: Method, _ path: some StringProtocol) -> Match {
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        var allowed: [Method] = []
        for entry in entries {
            guard let parameters = Self.parameters(entry.segments, segments) else { continue }
            if entry.method == method { return .found(entry.endpoint, parameters: parameters) }
            allowed.append(entry.method)
        }
        return allowed.isEmpty ? .notFound : .wrongMethod(allowed: allowed)
    }

    private static func parameters(
        _ pattern: [Substring], _ path: ArraySlice<some StringProtocol>
    ) -> Parameters? {
        guard pattern.count == path.count else { return nil }
        var parameters = Parameters()
        for (wanted, given) in zip(pattern, path) {
            if wanted.first == "{", !given.isEmpty {
                parameters.set(String(wanted.dropFirst().dropLast()), Substring(given))
            } else if wanted != given {
                return nil
            }
        }
        return parameters
    }
}
