import Glibc
import Synchronization

/// Random numbers of the system's (getentropy(3)), fetched many at a time: a call into the kernel for each costs more than all
/// else that an identifier takes. A number that was given out is nowhere any more.
struct PooledRandom: RandomNumberGenerator {
    private struct Pool {
        var numbers = [UInt64](repeating: 0, count: 32)
        var left = 0
    }

    private static let pool = Mutex(Pool())

    mutating func next() -> UInt64 {
        Self.pool.withLock { pool in
            if pool.left == 0 { Self.fill(&pool) }
            pool.left -= 1
            defer { pool.numbers[pool.left] = 0 }
            return pool.numbers[pool.left]
        }
    }

    /// 256 bytes, which getentropy(3) gives whole; it can fail only where there is no such call.
    private static func fill(_ pool: inout Pool) {
        let isFilled = pool.numbers.withUnsafeMutableBytes { getentropy($0.baseAddress, $0.count) == 0 }
        precondition(isFilled, "the system has no random numbers")
        pool.left = pool.numbers.count
    }
}
