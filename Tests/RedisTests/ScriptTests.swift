import Redis
import Testing

@Suite("Script")
struct ScriptTests {
    private let add = Script("return redis.call('INCRBY', KEYS[1], ARGV[1])")

    @Test("a script sees its keys and arguments, first time and later")
    func evaluates() throws {
        let redis = try Connection(SharedRedis.configuration())
        let key = uniqueName()
        for sum in [5, 10, 15] as [Int64] {
            #expect(try redis.evaluate(add, keys: [key], arguments: [5]) == .integer(sum))
        }
        try redis.command("DEL", RedisArgument(key))
    }

    @Test("after SCRIPT FLUSH the next use is answered, and runs once")
    func flushed() throws {
        try withRedisServer { server in
            let redis = try Connection(server.configuration)
            #expect(try redis.evaluate(add, keys: ["n"], arguments: [1]) == .integer(1))
            try redis.command("SCRIPT", "FLUSH")
            #expect(try redis.evaluate(add, keys: ["n"], arguments: [1]) == .integer(2))
            #expect(try redis.evaluate(add, keys: ["n"], arguments: [1]) == .integer(3))
        }
    }

    @Test("later uses send the digest only")
    func digest() throws {
        try withRedisServer { server in
            let redis = try Connection(server.configuration)
            for _ in 0..<10 { try redis.evaluate(add, keys: ["n"], arguments: [1]) }
            let statistics = try redis.command("INFO", "commandstats").text ?? ""
            #expect(statistics.contains("cmdstat_evalsha:calls=10,"))
            #expect(statistics.contains("cmdstat_script|load:calls=1,"))
            #expect(!statistics.contains("cmdstat_eval:"))
        }
    }

    @Test("an error inside a script is the server's, and is not retried")
    func failing() throws {
        let redis = try Connection(SharedRedis.configuration())
        let script = Script("return redis.error_reply('READONLY nothing is written here')")
        #expect(throws: RedisError.server("READONLY nothing is written here")) { try redis.evaluate(script) }
    }

    @Test("a script that does not compile is refused")
    func syntax() throws {
        let redis = try Connection(SharedRedis.configuration())
        let error = #expect(throws: RedisError.self) { try redis.evaluate(Script("return (")) }
        #expect(error?.code == "ERR")
        #expect(redis.isUsable)
    }
}
