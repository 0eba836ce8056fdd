import Model
import Redis

/// The epoch of a workspace: a random value in Redis that each change of a key, member or plan replaces. What a worker has
/// cached under another one is loaded again, see `Authenticator`.
///
/// Random, and no counter: a Redis that has lost its memory cannot make an old value valid again. And an epoch, no list of keys
/// that have ended: one value says that something has changed, whatever it was, and costs a request nothing.
public enum Epoch {
    /// An epoch that nobody has asked for ends after so long: longer than anything is cached under one.
    public static let milliseconds = 86_400_000
    /// Nothing is believed for longer under an epoch, whether it can be asked for or not.
    public static let beliefMilliseconds = 5000
    /// How long one look for a free connection takes.
    private static let turnMilliseconds = 50
    /// What a replica has to confirm an epoch in: less than a connection waits for an answer.
    private static let replicationMilliseconds = 40

    public static func fresh() -> String { ULID(milliseconds: 0).description }

    /// Gives workspaces a new epoch, so that whatever is cached under the old one is loaded again.
    /// - Returns: false where that is not sure to hold: Redis is away, or no replica that could take its place has heard.
    public static func replace(of owners: [String], through redis: RedisPool) -> Bool {
        let isDone = try? redis.withResource(timeoutMilliseconds: turnMilliseconds, keepIf: \.isUsable) { connection in
            for owner in owners { try connection.set("mask:{\(owner)}:epoch", to: fresh(), milliseconds: milliseconds) }
            return try connection.isReplicated(milliseconds: replicationMilliseconds)
        }
        return isDone ?? false
    }
}
