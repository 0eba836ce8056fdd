import OrderedCollections

/// A dictionary within a budget: once it is spent, what was not used for the longest time goes, one by one.
///
/// Every operation takes the same time however many there are. Not locked: put it in a ``Monitor``.
public struct RecentlyUsed<Key: Hashable, Value> {
    fileprivate struct Node {
        var value: Value
        var cost: Int
        /// Places in `nodes`, towards the one used last and the one not used for the longest time; `nowhere` at the ends.
        var newer = nowhere
        var older = nowhere
    }

    private let budget: Int
    private var nodes: OrderedDictionary<Key, Node> = [:]
    private var newest = nowhere
    private var oldest = nowhere
    /// What all values cost together.
    public private(set) var cost = 0

    /// - Parameter budget: what the values may cost together, in the unit of the caller's choice: bytes, or one each.
    public init(budget: Int) { self.budget = budget }

    public var count: Int { nodes.count }

    /// The value of a key, which counts as used now.
    public mutating func use(_ key: Key) -> Value? {
        guard let place = nodes.index(forKey: key) else { return nil }
        if newest != place {
            unlink(place)
            link(place)
        }
        return nodes.values[place].value
    }

    /// Sets the value of a key, used now, and drops others until the budget holds. A value that costs more than the whole
    /// budget is not kept.
    public mutating func set(_ key: Key, to value: Value, cost: Int = 1) {
        remove(key)
        guard cost <= budget else { return }
        while self.cost + cost > budget { remove(at: Int(oldest)) }
        nodes[key] = Node(value: value, cost: cost)
        self.cost += cost
        link(nodes.count - 1)
    }

    public mutating func remove(_ key: Key) {
        if let place = nodes.index(forKey: key) { remove(at: place) }
    }

    /// The last node takes the place that becomes free: the others need not move.
    private mutating func remove(at place: Int) {
        unlink(place)
        let last = nodes.count - 1
        if place != last {
            nodes.swapAt(place, last)
            join(nodes.values[place].newer, Int32(place))
            join(Int32(place), nodes.values[place].older)
        }
        cost -= nodes.removeLast().value.cost
    }

    public mutating func removeAll() { self = RecentlyUsed(budget: budget) }

    private mutating func unlink(_ place: Int) {
        join(nodes.values[place].newer, nodes.values[place].older)
    }

    private mutating func link(_ place: Int) {
        join(Int32(place), newest)
        join(nowhere, Int32(place))
    }

    /// Makes two nodes neighbours, or one of them an end.
    private mutating func join(_ newer: Int32, _ older: Int32) {
        if newer != nowhere { nodes.values[Int(newer)].older = older } else { newest = older }
        if older != nowhere { nodes.values[Int(older)].newer = newer } else { oldest = newer }
    }
}

/// No place in `nodes`.
private let nowhere: Int32 = -1

extension RecentlyUsed: Sendable where Key: Sendable, Value: Sendable {}
extension RecentlyUsed.Node: Sendable where Key: Sendable, Value: Sendable {}
