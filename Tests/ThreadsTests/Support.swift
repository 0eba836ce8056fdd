import Threads

/// Runs `body` on `count` threads at the same time, and returns when all have finished.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) throws {
    let threads = try (0..<count).map { index in
        try Thread.start(name: "test-\(index)") { body(index) }
    }
    for thread in threads { thread.join() }
}
