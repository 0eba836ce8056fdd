import Bootstrap
import Redis

extension Doctor {
    /// Redis.
    var redisChecks: [Check] {
        [
            Check(name: "redis", look: redis),
            Check(name: "redis memory", needs: ["redis"], look: memory),
        ]
    }

    private func redis() -> Finding {
        finding("Start Redis, or correct MASK_REDIS_SOCKET (or _HOST), MASK_REDIS_PASSWORD.") {
            _ = try installation.redis.withResource(keepIf: \.isUsable) { try $0.command("PING") }
            return "answers"
        }
    }

    /// Redis keeps nothing that has to outlive it, but what it evicts is a limit that begins anew; and full of what it may
    /// not evict it takes no writes.
    private func memory() -> Finding {
        finding("See: journalctl -u redis-server@mask") {
            let memory = try installation.redis.withResource(keepIf: \.isUsable) { try RedisMemory(on: $0) }
            guard memory.evicted == 0 else {
                throw Complaint("""
                    Redis has evicted \(memory.evicted) keys: rate limits began anew. Give it more memory (maxmemory in its \
                    configuration), and restart it.
                    """)
            }
            guard memory.percent ?? 0 < Self.fullPercent else {
                throw Complaint("""
                    Redis uses \(memory.percent ?? 0) % of its maxmemory. Raise maxmemory in its configuration, and restart it. \
                    Every key of MASK ends by itself: what stays for days is somebody else's.
                    """)
            }
            return "\(memory.used >> 20) MiB used" + (memory.percent.map { ", \($0) % of maxmemory" } ?? "") + ", nothing was evicted"
        }
    }

    /// From here on it is time to look.
    private static let fullPercent = 80
}
