extension Connection {
    /// Sets a key that ends by itself (`SET … PX`). There is no other way to set one: what had no end would stay until the
    /// server's memory is full, and a full server refuses every write.
    public func set(_ key: String, to value: String, milliseconds: Int) throws(RedisError) {
        try command("SET", RedisArgument(key), RedisArgument(value), "PX", RedisArgument(milliseconds))
    }

    /// Waits until a replica has what was written on this connection (`WAIT`): then a failover does not take it back.
    /// - Returns: false where there are replicas, and none has said so in time. True where there is none.
    public func isReplicated(milliseconds: Int) throws(RedisError) -> Bool {
        // ROLE of a master: "master", the offset, and the replicas that are connected.
        guard let role = try command("ROLE").elements, role.count > 2, role[2].elements?.isEmpty == false else { return true }
        return try command("WAIT", "1", RedisArgument(milliseconds)).number ?? 0 > 0
    }
}
