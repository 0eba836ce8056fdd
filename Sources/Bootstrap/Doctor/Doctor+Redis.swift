import Redis

extension Doctor {
    /// Redis.
    var redisChecks: [Check] {
        [
            Check(name: "redis", look: redis),
        ]
    }

    private func redis() -> Finding {
        finding("Start Redis, or correct MASK_REDIS_SOCKET (or _HOST), MASK_REDIS_PASSWORD.") {
            _ = try installation.redis.withResource(keepIf: \.isUsable) { try $0.command("PING") }
            return "answers"
        }
    }
}
