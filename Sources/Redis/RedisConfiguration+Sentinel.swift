extension RedisConfiguration {
    /// The configuration of the server that is the master now: the first sentinel that answers says which. Without sentinels
    /// it is this one.
    ///
    /// https://redis.io/docs/latest/develop/reference/sentinel-clients/
    func located() throws(RedisError) -> RedisConfiguration {
        guard !sentinels.isEmpty else { return self }
        var reasons: [String] = []
        for sentinel in sentinels {
            do throws(RedisError) {
                return try master(told: sentinel)
            } catch {
                reasons.append("\(sentinel.host):\(sentinel.port): \(error)")
            }
        }
        throw .unreachable("no sentinel knows the master \(masterName) (\(reasons.joined(separator: "; ")))")
    }

    private func master(told sentinel: Sentinel) throws(RedisError) -> RedisConfiguration {
        var place = RedisConfiguration(
            host: sentinel.host, port: sentinel.port, connectMilliseconds: connectMilliseconds,
            commandMilliseconds: commandMilliseconds)
        let reply = try Connection(place).command("SENTINEL", "get-master-addr-by-name", RedisArgument(masterName))
        guard let words = reply.elements, words.count == 2, let host = words[0].text, let port = words[1].number else {
            throw .unreachable("it has no master of that name")
        }
        (place.host, place.port, place.password) = (host, Int(port), password)
        return place
    }
}

extension Connection {
    /// A sentinel may not have heard yet that another server is the master now.
    func requireMaster() throws(RedisError) {
        guard try command("ROLE").elements?.first?.text == "master" else {
            throw .unreachable("the server that the sentinels name is not the master yet")
        }
    }
}
