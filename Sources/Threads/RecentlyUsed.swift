/// A dictionary within a budget: once it is spent, what was not used for the longest time goes, one by one.
///
/// Every operation takes the same time however many there are. Not locked: put it in a ``Monitor``.
public struct RecentlyUsed<Key: Hashable, Value> {
    fileprivate struct Node {
        var key: Key
        var value: Value
        var cost: Int
        /// Places in `nodes`, towards the one used last and the one not used for the longest time.
        var newer: Int?
        var older: Int?
    }

    private let budget: Int
    private var places: [Key: Int] = [:]
    /// Nil where there is room.
    private var nodes: [Node?] = []
    private var room: [Int] = []
    private var newest: Int?
    private var oldest: Int?
    /// What all values cost together.
    public private(set) var cost = 0

    /// - Parameter budget: what the values may cost together, in the unit of the caller's choice: bytes, or one each.
    public init(budget: Int) { self.budget = budget }

    public var count: Int { places.count }

    /// The value of a key, which counts as used now.
    public mutating func use(_ key: Key) -> Value? {
        guard let place = places[key] else { return nil }
        if newest != place {
            unlink(place)
            link(place)
        }
        return nodes[place]?.value
    }

    /// Sets the value of a key, used now, and drops others until the budget holds. A value that costs more than the whole
    /// budget is not kept.
    public mutating func set(_ key: Key, to value: Value, cost: Int = 1) {
        remove(key)
        guard cost <= budget else { return }
        while self.cost + cost > budget, let oldest, let node = nodes[oldest] { remove(node.key) }
        let node = Node(key: key, value: value, cost: cost)
        let place = room.popLast() ?? nodes.count
        if place == nodes.count { nodes.append(node) } else { nodes[place] = node }
        places[key] = place
        self.cost += cost
        link(place)
    }

    public mutating func remove(_ key: Key) {
        guard let place = places.removeValue(forKey: key) else { return }
        unlink(place)
        cost -= nodes[place]?.cost ?? 0
        nodes[place] = nil
        room.append(place)
    }

    public mutating func removeAll() { self = RecentlyUsed(budget: budget) }

    private mutating func unlink(_ place: Int) {
        guard let node = nodes[place] else { return }
        if let newer = node.newer { nodes[newer]?.older = node.older } else { newest = node.older }
        if let older = node.older { nodes[older]?.newer = node.newer } else { oldest = node.newer }
    }

    private mutating func link(_ place: Int) {
        nodes[place]?.newer = nil
        nodes[place]?.older = newest
        if let newest { nodes[newest]?.newer = place } else { oldest = place }
        newest = place
    }
}

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
extension RecentlyUsed.Node: Sendable where Key: Sendable, Value: Sendable {}
