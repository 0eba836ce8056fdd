import Glibc
import Synchronization
import Testing
import Threads

@Suite("Combiner")
struct CombinerTests {
    private let batches = Monitor([[Int]]())
    private let isOpen = Monitor(true)

    /// Doubles numbers, batch by batch, while the door is open.
    private func doubler(limit: Int = 64, patienceMilliseconds: Int = 60_000) -> Combiner<Int, Int> {
        Combiner(limit: limit, patienceMilliseconds: patienceMilliseconds) { [batches, isOpen] numbers in
            batches.withLock { $0.append(numbers) }
            batches.broadcast()
            _ = isOpen.wait(until: .never) { $0 ? true : nil }
            return numbers.map { 2 * $0 }
        }
    }

    private func shut() { isOpen.withLock { $0 = false } }

    private func open() {
        isOpen.withLock { $0 = true }
        isOpen.broadcast()
    }

    private func waitForBatches(_ count: Int) { _ = batches.wait(until: .never) { $0.count >= count ? true : nil } }

    /// Asks for each number on a thread of its own, in their order.
    private func ask(_ combiner: Combiner<Int, Int>, _ numbers: [Int]) throws -> [(Thread, Answer)] {
        try numbers.map { number in
            let answer = Answer()
            let thread = try Thread.start(name: "ask") {
                let outcome = combiner.run(number)
                answer.value.withLock { $0 = outcome }
            }
            usleep(20_000)
            return (thread, answer)
        }
    }

    /// What a thread was told; nil where it has not been told yet.
    private final class Answer: Sendable {
        let value = Mutex<Int?>(nil)
    }

    private func results(_ asked: [(Thread, Answer)]) -> [Int?] {
        asked.map { thread, answer in
            thread.join()
            return answer.value.withLock { $0 }
        }
    }

    /// Asks for 1, and for others while that batch is on its way; opens the door when all have come.
    private func outcomes(_ combiner: Combiner<Int, Int>, whileUnderWay others: [Int]) throws -> [Int?] {
        shut()
        let first = try ask(combiner, [1])
        waitForBatches(1)
        let others = try ask(combiner, others)
        open()
        return results(first + others)
    }

    @Test("who comes alone waits for nobody, and is a batch")
    func alone() {
        let combiner = doubler()
        #expect(combiner.run(1) == 2)
        #expect(combiner.run(2) == 4)
        #expect(batches.withLock { $0 } == [[1], [2]])
    }

    @Test("who comes while a batch is on its way is part of the next, and gets the outcome of its own job")
    func batch() throws {
        #expect(try outcomes(doubler(), whileUnderWay: [2, 3, 4]) == [2, 4, 6, 8])
        #expect(batches.withLock { $0 } == [[1], [2, 3, 4]])
    }

    @Test("a batch has no more jobs than its limit: the others are in the next one")
    func limit() throws {
        #expect(try outcomes(doubler(limit: 2), whileUnderWay: [2, 3, 4, 5]) == [2, 4, 6, 8, 10])
        #expect(batches.withLock { $0 } == [[1], [2, 3], [4, 5]])
    }

    @Test("a batch that is stuck holds nobody up: those who have waited for long enough are another, and each job is done once")
    func stuck() throws {
        let batches = batches
        let combiner = Combiner<Int, Int>(limit: 64, patienceMilliseconds: 50) { [isOpen] numbers in
            batches.withLock { $0.append(numbers) }
            batches.broadcast()
            if numbers.contains(1) { _ = isOpen.wait(until: .never) { $0 ? true : nil } }
            return numbers.map { 2 * $0 }
        }
        shut()
        let first = try ask(combiner, [1])
        waitForBatches(1)
        let others = try ask(combiner, [2, 3])
        #expect(results(others) == [4, 6])
        #expect(combiner.run(4) == 8)
        open()
        #expect(results(first) == [2])
        #expect(combiner.run(5) == 10)
        #expect(batches.withLock { $0.flatMap(\.self).sorted() } == [1, 2, 3, 4, 5])
    }

    @Test("whoever is in a batch that takes long waits for its end: its job may be done")
    func late() throws {
        #expect(try outcomes(doubler(patienceMilliseconds: 200), whileUnderWay: [2, 3]) == [2, 4, 6])
    }

    @Test("many threads each get their own outcome, whatever batches they are in")
    func many() throws {
        let combiner = Combiner<Int, Int>(limit: 7) { $0.map { 2 * $0 } }
        let wrong = Atomic(0)
        let threads = try (0..<16).map { thread in
            try Thread.start(name: "many") {
                for number in 0..<2000 where combiner.run(thread * 10_000 + number) != 2 * (thread * 10_000 + number) {
                    wrong.add(1, ordering: .relaxed)
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }
}
