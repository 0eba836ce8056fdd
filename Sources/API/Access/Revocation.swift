import Glibc
import Model
import Redis

/// Makes a change of keys, members or plans hold on every worker of every host before its caller is told that it is done.
public struct Revocation: Sendable {
    private let limiter: RateLimiter

    public init(redis: RedisPool) {
        self.init(limiter: RateLimiter(redis: redis, workers: 1))
    }

    init(limiter: RateLimiter) {
        self.limiter = limiter
    }

    /// Call after the change is committed, before answering. Where Redis cannot be reached, or could be
    /// replaced by a server that has not heard of it, it waits until no worker can have anything cached any more.
    public func takeEffect(in workspace: WorkspaceID) {
        if limiter.replaceEpoch(of: workspace.description) { return }
        usleep(UInt32(Authenticator.lifetimeMilliseconds) * 1000)
    }
}
