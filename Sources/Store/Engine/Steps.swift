/// Steps that do not wait for each other: one that fails keeps none of the others.
public struct Steps {
    private var failure: (any Error)?

    public init() {}

    public mutating func take(_ step: () throws -> Void) {
        do { try step() } catch { failure = failure ?? error }
    }

    /// - Throws: what the first one has failed with.
    public func finish() throws {
        if let failure { throw failure }
    }
}
