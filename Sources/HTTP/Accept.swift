/// The `Accept` field of a request (RFC 9110, section 12.5.1): which media types its sender likes, and how much.
public struct Accept: Sendable {
    private let ranges: [(essence: String, quality: Double)]

    /// What cannot be read says nothing. Without a field everything is as good.
    public init(_ field: String?) {
        ranges = (field ?? "*/*").split(separator: ",").prefix(100).compactMap { element in
            guard let range = MediaType(String(element)) else { return nil }
            let quality = range.parameters.first { $0.name == "q" }.map { Double($0.value) ?? 0 } ?? 1
            return (range.essence, min(1, max(0, quality)))
        }
    }

    /// From 0, not wanted, to 1: what the most specific range that holds the type says.
    /// - Parameter type: type and subtype in lower case.
    public func quality(of type: String) -> Double {
        let family = type.prefix { $0 != "/" } + "/*"
        for wanted in [type, String(family), "*/*"] {
            if let range = ranges.first(where: { $0.essence == wanted }) { return range.quality }
        }
        return 0
    }
}
