import Testing
import Threads

@Suite("Monitor")
struct MonitorTests {
    @Test("64 threads counting under the lock lose no count")
    func counting() throws {
        let count = Monitor(0)
        try onThreads(64) { _ in
            for _ in 0..<1000 { count.withLock { $0 += 1 } }
        }
        #expect(count.withLock { $0 } == 64_000)
    }

    @Test("an error thrown under the lock comes out and leaves the lock free")
    func throwing() {
        struct Refused: Error {}
        let value = Monitor(1)
        #expect(throws: Refused.self) {
            try value.withLock { _ throws(Refused) in throw Refused() }
        }
        #expect(value.withLock { $0 } == 1)
    }

    @Test("a state that cannot be copied can be guarded")
    func noncopyable() {
        struct Ticket: ~Copyable {
            var number: Int
        }
        let ticket = Monitor(Ticket(number: 7))
        ticket.withLock { $0.number += 1 }
        #expect(ticket.withLock { $0.number } == 8)
    }

    @Test("waiting returns at once when the condition already holds")
    func alreadyTrue() {
        let value = Monitor("ready")
        #expect(value.wait(until: .after(milliseconds: 0)) { $0.isEmpty ? nil : $0 } == "ready")
    }

    @Test("waiting gives nil after the deadline, not before it")
    func timeout() {
        let value = Monitor([Int]())
        let clock = ContinuousClock()
        var result: Int? = 1
        let elapsed = clock.measure {
            result = value.wait(until: .after(milliseconds: 60)) { $0.popLast() }
        }
        #expect(result == nil)
        #expect(elapsed >= .milliseconds(60) && elapsed < .seconds(10))
    }

    @Test("each of 64 waiters gets one of 64 values, signalled one by one")
    func signals() throws {
        let queue = Monitor([Int]())
        let taken = Monitor(Set<Int>())
        let waiters = try (0..<64).map { _ in
            try Thread.start(name: "waiter") {
                if let value = queue.wait(until: .after(milliseconds: 20_000), for: { $0.popLast() }) {
                    taken.withLock { _ = $0.insert(value) }
                }
            }
        }
        for value in 0..<64 {
            queue.withLock { $0.append(value) }
            queue.signal()
        }
        for thread in waiters { thread.join() }
        #expect(taken.withLock { $0 } == Set(0..<64))
    }

    @Test("a broadcast wakes every waiter")
    func broadcast() throws {
        let open = Monitor(false)
        let through = Monitor(0)
        let waiters = try (0..<64).map { _ in
            try Thread.start(name: "waiter") {
                _ = open.wait(until: .never) { $0 ? true : nil }
                through.withLock { $0 += 1 }
            }
        }
        open.withLock { $0 = true }
        open.broadcast()
        for thread in waiters { thread.join() }
        #expect(through.withLock { $0 } == 64)
    }
}
