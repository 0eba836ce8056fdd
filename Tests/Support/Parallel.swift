import Synchronization
import Threads

/// Runs `body` for each number below `count` on some threads at the same time.
public func inParallel<R: Sendable>(
    _ threads: Int, upTo count: Int, _ body: @escaping @Sendable (Int) throws -> R
) throws -> [R] {
    try inParallel(threads) { thread in try stride(from: thread, to: count, by: threads).map(body) }.flatMap(\.self)
}

/// Runs `body` on as many threads at the same time and returns what each returned, in order; throws what one of them threw.
public func inParallel<R: Sendable>(_ threads: Int, _ body: @escaping @Sendable (Int) throws -> R) throws -> [R] {
    let results = Monitor<[Int: Result<R, any Error>]>([:])
    let running = try (0..<threads).map { number in
        try Thread.start(name: "test-\(number)") {
            let result = Result { try body(number) }
            results.withLock { $0[number] = result }
        }
    }
    running.forEach { $0.join() }
    return try results.withLock { results in results }.sorted { $0.key < $1.key }.map { try $0.value.get() }
}
