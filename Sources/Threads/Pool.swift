/// A bounded number of things that only one thread may use at a time, such as database connections, lent in turn.
///
/// Resources are made when first needed and the one given back last is lent first, so that a quiet program keeps few
/// in use. Some slots can be set aside, so that slow work of one kind cannot starve urgent work of another.
///
/// ```swift
/// let pool = Pool(capacity: 16, reserved: 2) { try Connection(configuration) }
/// let name = try pool.withResource(keepIf: \.isUsable) { try $0.name(of: 7) }
/// ```
public final class Pool<Resource>: Sendable {
    public typealias Priority = PoolPriority

    private struct State {
        var idle: [Box<Resource>] = []
        var lent = 0
        var urgentWaiters = 0
    }

    private let capacity: Int
    private let reserved: Int
    private let idleMilliseconds: Int
    private let isAlive: @Sendable (Resource) -> Bool
    private let make: @Sendable () throws -> sending Resource
    private let state = Monitor(State())

    /// - Parameters:
    ///   - capacity: how many resources may exist at a time; at least 1.
    ///   - reserved: how many of them only `.reserved` borrowers may take; less than `capacity`.
    ///   - idleMilliseconds: how long a resource is kept that nobody borrows. A connection that is quiet for longer may be
    ///     forgotten by a firewall on its way, which tells neither end.
    ///   - isAlive: asked of an idle resource before it is lent; false replaces it.
    ///   - make: opens a resource. Called without any lock held, by the thread that will use the result.
    public init(
        capacity: Int, reserved: Int = 0, idleMilliseconds: Int = 60_000,
        isAlive: @escaping @Sendable (Resource) -> Bool = { _ in true },
        make: @escaping @Sendable () throws -> sending Resource
    ) {
        precondition(reserved >= 0 && reserved < capacity, "a pool needs at least one slot that is not reserved")
        self.capacity = capacity
        self.reserved = reserved
        self.idleMilliseconds = idleMilliseconds
        self.isAlive = isAlive
        self.make = make
    }

    /// Lends a resource to `body`, and takes it back when `body` returns or throws.
    ///
    /// `body` must not let the resource out: from its end on the resource belongs to another thread. Borrowing a
    /// second one inside `body` can exhaust a small pool for good.
    ///
    /// - Parameters:
    ///   - priority: `.reserved` may take the slots set aside, `.normal` may not.
    ///   - timeoutMilliseconds: how long to wait for a slot. Making a resource is not counted.
    ///   - isUsable: asked after `body`; false drops the resource, and its slot is free for a new one.
    /// - Throws: ``PoolError/exhausted`` when no slot came free in time, or what `make` or `body` throws.
    public func withResource<R>(
        priority: PoolPriority = .normal,
        timeoutMilliseconds: Int = 5000,
        keepIf isUsable: (Resource) -> Bool = { _ in true },
        _ body: (Resource) throws -> R
    ) throws -> R {
        let box = try borrow(priority, until: .after(milliseconds: timeoutMilliseconds))
        let result = Result { try body(box.resource) }
        if isUsable(box.resource) {
            release(keeping: box)
        } else {
            // Dropped before its slot is given up, so that there are never more than `capacity`.
            _ = consume box
            release(keeping: nil)
        }
        return try result.get()
    }

    /// Makes a resource beside the pool, lends it to `body` and drops it: for what must not wait for others. Nothing bounds how
    /// many there are but the caller.
    public func withResourceOfItsOwn<R>(_ body: (Resource) throws -> R) throws -> R { try body(try make()) }

    /// Drops the resources that are not lent at the moment.
    public func drain() {
        // They leave the lock with the result and end here: closing may block, and must not block borrowers.
        _ = state.withLock { state in
            let idle = state.idle
            state.idle = []
            return idle
        }
    }

    private func borrow(_ priority: PoolPriority, until deadline: Deadline) throws -> Box<Resource> {
        switch take(priority, until: deadline) {
        case .idle(let box):
            if !box.keptUntil.hasPassed, isAlive(box.resource) { return box }
            _ = consume box
            return try makeOne()
        case .room: return try makeOne()
        case nil: throw PoolError.exhausted
        }
    }

    private func makeOne() throws -> Box<Resource> {
        do {
            return Box(resource: try make(), keptUntil: .never)
        } catch {
            release(keeping: nil)
            throw error
        }
    }

    private enum Slot: Sendable {
        case idle(Box<Resource>)
        case room
    }

    /// Waits for a slot and counts it as lent; nil after the deadline.
    private func take(_ priority: PoolPriority, until deadline: Deadline) -> Slot? {
        let limit = priority == .reserved ? capacity : capacity - reserved
        let slot = state.withLock { Self.slot(of: &$0, below: limit) }
        if let slot { return slot }

        let urgent = priority == .reserved ? 1 : 0
        state.withLock { $0.urgentWaiters += urgent }
        defer { state.withLock { $0.urgentWaiters -= urgent } }
        return state.wait(until: deadline) { Self.slot(of: &$0, below: limit) }
    }

    /// Idle resources are lent before new ones are made, so `lent + idle.count` never exceeds the capacity.
    private static func slot(of state: inout State, below limit: Int) -> Slot? {
        guard state.lent < limit else { return nil }
        state.lent += 1
        return state.idle.popLast().map(Slot.idle) ?? .room
    }

    private func release(keeping box: Box<Resource>?) {
        let idle = box.map { Box(resource: $0.resource, keptUntil: .after(milliseconds: idleMilliseconds)) }
        let (isOpenToAll, hasUrgentWaiters, old) = state.withLock { state in
            state.lent -= 1
            if let idle { state.idle.append(idle) }
            // The first has been idle for longest. Each return drops one at the most, so that nobody waits for many.
            let old = state.idle.first?.keptUntil.hasPassed == true ? state.idle.removeFirst() : nil
            return (state.lent < capacity - reserved, state.urgentWaiters > 0, old)
        }
        _ = consume old  // closed here, outside the lock
        // One signal could reach a waiter that may not have this slot, while one that may sleeps on.
        if hasUrgentWaiters {
            state.broadcast()
        } else if isOpenToAll {
            state.signal()
        }
    }
}

/// Who may have the last slots of a pool.
public enum PoolPriority: Sendable {
    /// May take every slot but the reserved ones.
    case normal
    /// May take any slot.
    case reserved
}

/// A pool could not lend.
public enum PoolError: Error, Hashable, CustomStringConvertible {
    /// No slot came free within the time the caller allowed.
    case exhausted

    public var description: String {
        "every resource of the pool is in use, and none came free in time"
    }
}

/// A resource on its way between threads.
///
/// `@unchecked Sendable`, proof: a box is made by the thread that made the resource, which `make` returns as `sending`,
/// so nothing else refers to it. From then on it is either in the pool's idle list, where no one uses it, or
/// taken out by exactly one borrower. Both moves happen under the pool's lock, which orders everything the last
/// borrower did before everything the next one does. Borrowers are bound not to keep the resource beyond their turn.
private struct Box<Resource>: @unchecked Sendable {
    let resource: Resource
    /// While it is idle.
    let keptUntil: Deadline
}
