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

    /// Redis keeps nothing that has to outlive it, but what it evicts is a limit that begins anew.
    private func memory() -> Finding {
        finding("See: journalctl -u redis-server@mask") {
            let text = try installation.redis.withResource(keepIf: \.isUsable) { try $0.command("INFO").text ?? "" }
            let facts = Dictionary(text.split(whereSeparator: \.isNewline).compactMap { line -> (Substring, Substring)? in
                let parts = line.split(separator: ":", maxSplits: 1)
                return parts.count == 2 ? (parts[0], parts[1]) : nil
            }) { $1 }
            let evicted = Int(facts["evicted_keys"] ?? "") ?? 0
            guard evicted == 0 else {
                throw Complaint("""
                    Redis has evicted \(evicted) keys: rate limits began anew. Give it more memory (maxmemory in its \
                    configuration), and restart it.
                    """)
            }
            return "\(facts["used_memory_human"] ?? "?") used, nothing was evicted"
        }
    }
}
