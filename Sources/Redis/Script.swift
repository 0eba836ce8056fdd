/// The source of a Lua script, for ``Connection/evaluate(_:keys:arguments:)``.
public struct Script: Sendable, Hashable {
    public let source: String

    public init(_ source: String) {
        self.source = source
    }
}
