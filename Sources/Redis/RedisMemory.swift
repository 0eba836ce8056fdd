/// What Redis says of its memory (`INFO`).
public struct RedisMemory {
    public var used: Int
    /// `maxmemory`; 0 where there is none.
    public var limit: Int
    /// Keys that had to go before their end.
    public var evicted: Int

    public init(on connection: Connection) throws {
        let text = try connection.command("INFO").text ?? ""
        let facts = Dictionary(text.split(whereSeparator: \.isNewline).compactMap { line -> (Substring, Int)? in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? Int(parts[1]).map { (parts[0], $0) } : nil
        }) { $1 }
        used = facts["used_memory"] ?? 0
        limit = facts["maxmemory"] ?? 0
        evicted = facts["evicted_keys"] ?? 0
    }

    /// Of what it may have, in percent; nil where it may have all.
    public var percent: Int? { limit > 0 ? used * 100 / limit : nil }
}
