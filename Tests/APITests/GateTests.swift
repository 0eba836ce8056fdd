import Model
import Support
import Testing
import Threads

@testable import API
@testable import Resources
@testable import Visits

/// What takes long goes through gates, and those who wait are few.
@Suite("Gates")
struct GateTests {
    /// Keeps everybody who has come in until it is opened.
    private final class Hold: Sendable {
        private let state = Monitor((inside: 0, most: 0, isOpen: false))

        func stay() {
            state.withLock { state in
                state.inside += 1
                state.most = max(state.most, state.inside)
            }
            state.broadcast()
            _ = state.wait(until: .never) { $0.isOpen ? true : nil }
            state.withLock { $0.inside -= 1 }
        }

        func waitFor(_ count: Int) { _ = state.wait(until: .never) { $0.inside >= count ? true : nil } }
        func open() {
            state.withLock { $0.isOpen = true }
            state.broadcast()
        }
        var most: Int { state.withLock { $0.most } }
    }

    @Test("beyond the queue everybody is refused at once, while those inside still are, and nobody else waits")
    func queue() throws {
        let gate = Gate<Int>("working", places: 2, queue: 4, retryAfter: 3, patienceMilliseconds: 600_000)
        let hold = Hold()
        let refused = Monitor(0)
        let threads = try (0..<20).map { party in
            try Threads.Thread.start(name: "crowd") {
                do { try gate.enter(for: party) { hold.stay() } } catch {
                    #expect((error as? TooBusy)?.retryAfter == 3)
                    refused.withLock { $0 += 1 }
                    refused.broadcast()
                }
            }
        }
        // Nobody has come out yet.
        _ = refused.wait(until: .never) { $0 == 14 ? true : nil }
        #expect(hold.most <= 2)
        hold.open()
        threads.forEach { $0.join() }
        #expect(refused.withLock { $0 } == 14 && hold.most == 2)
        #expect(try gate.enter(for: 1) { true }, "all have left")
    }

    @Test("one party has half of the places and a third of the room, and the others come in beside it")
    func parties() throws {
        let gate = Gate<Int>("working", places: 4, queue: 8, retryAfter: 3, patienceMilliseconds: 600_000)
        let hold = Hold()
        let refused = Monitor(0)
        let greedy = try (0..<20).map { _ in
            try Threads.Thread.start(name: "greedy") {
                do { try gate.enter(for: 1) { hold.stay() } } catch {
                    refused.withLock { $0 += 1 }
                    refused.broadcast()
                }
            }
        }
        _ = refused.wait(until: .never) { $0 == 16 ? true : nil }
        hold.waitFor(2)
        #expect(throws: TooBusy.self) { try gate.requireRoom(for: 1) }
        try gate.requireRoom(for: 2)
        #expect(try gate.enter(for: 2) { hold.most } == 2)
        hold.open()
        greedy.forEach { $0.join() }
    }

    @Test("what has begun goes on although the queue is full")
    func goingOn() throws {
        let gate = Gate<Int>("working", places: 1, queue: 0, retryAfter: 3, patienceMilliseconds: 60_000)
        let hold = Hold()
        let first = try Threads.Thread.start(name: "first") { try? gate.enter(for: 1) { hold.stay() } }
        hold.waitFor(1)
        #expect(throws: TooBusy.self) { try gate.enter(for: 1) {} }
        let isDone = Monitor(false)
        let second = try Threads.Thread.start(name: "second") {
            try? gate.goOn(for: 1) { isDone.withLock { $0 = true } }
        }
        hold.open()
        first.join()
        second.join()
        #expect(isDone.withLock { $0 })
    }

    @Test("a ticket holds its place until it is given back or let go, and gives it back once")
    func tickets() throws {
        let gate = Gate<Int>("sending", places: 6, queue: 0, retryAfter: 3)
        var tickets = [try gate.ticket(for: 1), try gate.ticket(for: 1)]
        let others = [try gate.ticket(for: 2), try gate.ticket(for: 3)]
        #expect(throws: TooBusy.self) { try gate.ticket(for: 1) }
        tickets[0].giveBack()
        tickets[0].giveBack()
        tickets[0] = try gate.ticket(for: 1)
        #expect(throws: TooBusy.self) { try gate.ticket(for: 1) }
        tickets.removeAll()
        tickets = [try gate.ticket(for: 1), try gate.ticket(for: 1)]
        #expect(throws: TooBusy.self) { try gate.requireRoom(for: 1) }
        let last = [try gate.ticket(for: 2), try gate.ticket(for: 3)]
        #expect(throws: TooBusy.self) { try gate.ticket(for: 4) }
        withExtendedLifetime((tickets, others, last)) {}
    }

    @Test("two dozen QR codes of a page find room, half of them in each of two workers")
    func page() throws {
        let (gate, workspace) = (GateSizes(threads: 256, connections: 28).drawings, WorkspaceID.new())
        let tickets = try (0..<12).map { _ in try gate.ticket(for: workspace) }
        try gate.requireRoom(for: workspace)
        withExtendedLifetime(tickets) {}
    }

    @Test("the gates together never hold all threads: of many half for what takes seconds, two thirds with what is drawn")
    func sizes() {
        for threads in [16, 64, 256, 4096] {
            let sizes = GateSizes(threads: threads, connections: 28)
            let slow = [sizes.passwords, sizes.pictures, sizes.lookups, sizes.reports, sizes.exports].reduce(0) { $0 + $1.capacity }
            let held = slow + sizes.drawings.capacity
            #expect(slow <= threads / 2 || threads < 64, "\(threads) threads, \(slow) in gates of seconds")
            #expect(held <= threads * 2 / 3 || threads < 64, "\(threads) threads, \(held) in gates")
            #expect(held < threads, "\(threads) threads, \(held) in gates")
        }
    }
}
