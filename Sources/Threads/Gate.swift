import Synchronization

/// Lets a few in at a time, so that work that takes long or much does not take all of the machine; and lets only a few wait,
/// so that it does not take all threads either, which visitors need. Beyond that it refuses at once.
///
/// Nobody takes all of it: a party has at most half of the places, and a part of those who wait.
public final class Gate<Party: Hashable & Sendable>: Sendable {
    private struct State {
        var inside: [Party: Int] = [:]
        var present: [Party: Int] = [:]

        var insideCount: Int { inside.values.reduce(0, +) }
        var presentCount: Int { present.values.reduce(0, +) }
    }

    private let work: String
    private let places: Int
    /// How many are inside or wait.
    public let capacity: Int
    private let partyPlaces: Int
    private let partyCapacity: Int
    private let retryAfter: Int
    private let patienceMilliseconds: Int
    private let state = Monitor(State())

    /// - Parameters:
    ///   - work: what goes on inside, for the refusal: "drawing images".
    ///   - places: how many are inside at a time.
    ///   - queue: how many wait.
    ///   - retryAfter: seconds after which a refused client may ask again.
    ///   - patienceMilliseconds: how long one waits in the queue. By then the client had better ask again.
    public init(_ work: String, places: Int, queue: Int, retryAfter: Int, patienceMilliseconds: Int = 5000) {
        self.patienceMilliseconds = patienceMilliseconds
        self.work = work
        self.places = places
        self.retryAfter = retryAfter
        capacity = places + queue
        partyPlaces = max(1, places / 2)
        partyCapacity = max(1, capacity / 3)
    }

    /// - Throws: ``TooBusy`` where too many wait already, or nobody came out in time; what `body` throws.
    public func enter<Result>(for party: Party, _ body: () throws -> Result) throws -> Result {
        try arrive(party)
        defer { leave(party) }
        return try goIn(party, patienceMilliseconds, body)
    }

    /// The same for work that has begun, such as an answer of which a part is sent. It has its thread already, so it is not
    /// one of those that wait, and it waits ten times as long.
    public func goOn<Result>(for party: Party, _ body: () throws -> Result) throws -> Result {
        try goIn(party, 10 * patienceMilliseconds, body)
    }

    /// A place for work that goes on after this call, such as an answer that is made while it is sent.
    /// - Throws: ``TooBusy`` where there is none.
    public func ticket(for party: Party) throws(TooBusy) -> Ticket {
        try arrive(party)
        return Ticket { self.leave(party) }
    }

    /// - Throws: ``TooBusy`` where a party would not even be let into the queue.
    public func requireRoom(for party: Party) throws(TooBusy) {
        if !state.withLock({ hasRoom(for: party, $0) }) { throw busy }
    }

    private var busy: TooBusy { TooBusy(work: work, retryAfter: retryAfter) }

    private func hasRoom(for party: Party, _ state: State) -> Bool {
        state.presentCount < capacity && state.present[party, default: 0] < partyCapacity
    }

    private func arrive(_ party: Party) throws(TooBusy) {
        let isIn = state.withLock { state in
            guard hasRoom(for: party, state) else { return false }
            state.present[party, default: 0] += 1
            return true
        }
        if !isIn { throw busy }
    }

    private func goIn<Result>(_ party: Party, _ milliseconds: Int, _ body: () throws -> Result) throws -> Result {
        let place: Void? = state.wait(until: .after(milliseconds: milliseconds)) { state in
            guard state.insideCount < places, state.inside[party, default: 0] < partyPlaces else { return nil }
            state.inside[party, default: 0] += 1
            return ()
        }
        guard place != nil else { throw busy }
        defer { comeOut(party) }
        return try body()
    }

    private func leave(_ party: Party) { state.withLock { $0.present.decrease(party) } }

    private func comeOut(_ party: Party) {
        state.withLock { $0.inside.decrease(party) }
        // Not one: it could reach a waiter whose party may not come in yet.
        state.broadcast()
    }
}

extension Dictionary where Value == Int {
    /// Parties without anybody are not kept.
    fileprivate mutating func decrease(_ key: Key) {
        let rest = (self[key] ?? 0) - 1
        self[key] = rest > 0 ? rest : nil
    }
}

/// A place in a gate, held until it is given back, or nobody has the ticket any more.
public final class Ticket: Sendable {
    private let isHeld = Atomic(true)
    private let leave: @Sendable () -> Void

    fileprivate init(_ leave: @escaping @Sendable () -> Void) { self.leave = leave }

    deinit { giveBack() }

    /// Once; after that it does nothing.
    public func giveBack() { if isHeld.exchange(false, ordering: .relaxed) { leave() } }
}

/// A gate that has no room. What was asked for has not been done.
public struct TooBusy: Error {
    public var work: String
    public var retryAfter: Int

    public init(work: String, retryAfter: Int) {
        self.work = work
        self.retryAfter = retryAfter
    }
}
