import Glibc
import Testing
import Threads

/// Stands for a database connection: not Sendable, and it notices when two threads use it at a time.
private final class Resource {
    let number: Int
    private let ended: Monitor<[Int]>
    private var isInUse = false

    init(number: Int, ended: Monitor<[Int]>) {
        self.number = number
        self.ended = ended
    }

    deinit {
        ended.withLock { [number] in $0.append(number) }
    }

    func use() -> Bool {
        guard !isInUse else { return false }
        isInUse = true
        sched_yield()
        isInUse = false
        return true
    }
}

@Suite("Pool")
struct PoolTests {
    private struct Refused: Error {}

    private let made = Monitor(0)
    private let ended = Monitor([Int]())

    private func pool(capacity: Int, reserved: Int = 0) -> Pool<Resource> {
        Pool(capacity: capacity, reserved: reserved) { [made, ended] in
            let number = made.withLock { made in
                made += 1
                return made
            }
            return Resource(number: number, ended: ended)
        }
    }

    @Test("a resource is made when first needed, and lent again")
    func reuse() throws {
        let pool = pool(capacity: 4)
        #expect(made.withLock { $0 } == 0)
        #expect(try pool.withResource { $0.number } == 1)
        #expect(try pool.withResource { $0.number } == 1)
    }

    @Test("the resource given back last is lent first")
    func lastInFirstOut() throws {
        let pool = pool(capacity: 2)
        try pool.withResource { first in
            try pool.withResource { second in #expect((first.number, second.number) == (1, 2)) }
        }
        #expect(try pool.withResource { $0.number } == 1)
    }

    @Test("64 threads share 4 resources, one at a time each, and no more are made")
    func contention() throws {
        let pool = pool(capacity: 4, reserved: 1)
        let failures = Monitor(0)
        try onThreads(64) { index in
            for _ in 0..<200 {
                let priority: PoolPriority = index % 8 == 0 ? .reserved : .normal
                let alone = try? pool.withResource(priority: priority, timeoutMilliseconds: 20_000) { $0.use() }
                if alone != true { failures.withLock { $0 += 1 } }
            }
        }
        #expect(failures.withLock { $0 } == 0)
        #expect(made.withLock { $0 } <= 4)
    }

    @Test("a full pool is exhausted after the timeout, and serves again later")
    func exhausted() throws {
        let pool = pool(capacity: 1)
        try pool.withResource { _ in
            let clock = ContinuousClock()
            let elapsed = clock.measure {
                #expect(throws: PoolError.exhausted) { try pool.withResource(timeoutMilliseconds: 50) { _ in } }
            }
            #expect(elapsed >= .milliseconds(50))
        }
        #expect(try pool.withResource { $0.number } == 1)
    }

    @Test("normal borrowers leave the reserved slots alone, reserved ones may take them")
    func reserved() throws {
        let pool = pool(capacity: 3, reserved: 1)
        try pool.withResource { _ in
            try pool.withResource { _ in
                #expect(throws: PoolError.exhausted) { try pool.withResource(timeoutMilliseconds: 10) { _ in } }
                let third = try pool.withResource(priority: .reserved) { $0.number }
                #expect(third == 3)
            }
        }
    }

    @Test("a waiting reserved borrower is served although normal ones wait as well")
    func reservedAmongWaiters() throws {
        let pool = pool(capacity: 2, reserved: 1)
        let served = Monitor(0)
        try pool.withResource { _ in
            let normal = try (0..<8).map { _ in
                try Thread.start(name: "normal") { _ = try? pool.withResource(timeoutMilliseconds: 400) { _ in } }
            }
            let reserved = try (0..<8).map { _ in
                try Thread.start(name: "reserved") {
                    for _ in 0..<50 {
                        let isServed: Void? = try? pool.withResource(priority: .reserved) { _ in usleep(100) }
                        if isServed != nil { served.withLock { $0 += 1 } }
                    }
                }
            }
            for thread in normal + reserved { thread.join() }
        }
        #expect(served.withLock { $0 } == 400)
    }

    @Test("an error from the body comes out, and the resource is kept")
    func bodyThrows() throws {
        let pool = pool(capacity: 1)
        #expect(throws: Refused.self) { try pool.withResource { _ in throw Refused() } }
        #expect(try pool.withResource(timeoutMilliseconds: 0) { $0.number } == 1)
    }

    @Test("a resource that is no longer usable is dropped, and its slot is free", arguments: [false, true])
    func unusable(bodyThrows: Bool) throws {
        let pool = pool(capacity: 1)
        try? pool.withResource(keepIf: { _ in false }) { _ in if bodyThrows { throw Refused() } }
        #expect(ended.withLock { $0 } == [1])
        #expect(try pool.withResource(timeoutMilliseconds: 0) { $0.number } == 2)
    }

    @Test("a resource that cannot be made leaves its slot free")
    func makeThrows() throws {
        let attempts = Monitor(0)
        let pool = Pool<Int>(capacity: 1) {
            let attempt = attempts.withLock { attempts in
                attempts += 1
                return attempts
            }
            if attempt == 1 { throw Refused() }
            return attempt
        }
        #expect(throws: Refused.self) { try pool.withResource { _ in } }
        #expect(try pool.withResource(timeoutMilliseconds: 0) { $0 } == 2)
    }

    @Test("a resource that has died while it was idle is replaced before it is lent")
    func deadWhileIdle() throws {
        let dead = Monitor<Set<Int>>([])
        let pool = Pool<Int>(capacity: 2, isAlive: { number in dead.withLock { !$0.contains(number) } }) { [made] in
            made.withLock { made in
                made += 1
                return made
            }
        }
        #expect(try pool.withResource { $0 } == 1)
        dead.withLock { _ = $0.insert(1) }
        #expect(try pool.withResource { $0 } == 2)
        #expect(try pool.withResource { $0 } == 2)
    }

    @Test("a resource that nobody has borrowed for long is dropped by whoever gives one back, and lent no more")
    func idle() throws {
        let pool = Pool(capacity: 3, idleMilliseconds: 50) { [made, ended] in
            Resource(number: made.withLock { $0 += 1; return $0 }, ended: ended)
        }
        try pool.withResource { _ in
            try pool.withResource { _ in }
            usleep(80_000)
        }
        #expect(ended.withLock { $0 } == [2])
        usleep(80_000)
        #expect(try pool.withResource { $0.number } == 3)
        #expect(ended.withLock { $0 } == [2, 1])
    }

    @Test("draining drops the idle resources and leaves the lent ones")
    func drain() throws {
        let pool = pool(capacity: 2)
        try pool.withResource { _ in
            try pool.withResource { _ in }
            pool.drain()
            #expect(ended.withLock { $0 } == [2])
        }
        #expect(try pool.withResource { $0.number } == 1)
    }
}
