/// What something large is found by in memory: 128 bits of SipHash under a key that the process draws at its start, so that
/// nobody can choose two that come to the same.
public struct HashedKey: Hashable, Sendable {
    private let first: Int
    private let second: Int

    public init(_ value: some Hashable) {
        first = Self.hash(value, salt: 1)
        second = Self.hash(value, salt: 2)
    }

    private static func hash(_ value: some Hashable, salt: UInt8) -> Int {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(value)
        return hasher.finalize()
    }

    /// Which of so many parts has it.
    public func part(of count: Int) -> Int { Int(UInt(bitPattern: first) % UInt(count)) }

    /// What it has is as random as can be.
    public func hash(into hasher: inout Hasher) { hasher.combine(second) }
}
