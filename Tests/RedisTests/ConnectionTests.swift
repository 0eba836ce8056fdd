import Foundation
import Redis
import Testing

@Suite("Connection")
struct ConnectionTests {
    private let redis: Connection
    private let key = uniqueName()

    init() throws {
        // As the programs do; some of these tests write to a connection that has ended.
        signal(SIGPIPE, SIG_IGN)
        redis = try Connection(SharedRedis.configuration())
    }

    @Test(
        "a value of any bytes reads back",
        arguments: [
            [], [0], Array("two words %s %b\r\n".utf8), Array("ключ 🔑".utf8), Array(0...255),
            [UInt8](repeating: 7, count: 1_000_000),
        ] as [[UInt8]])
    func bytes(value: [UInt8]) throws {
        #expect(
            try redis.command("SET", RedisArgument(key), RedisArgument(value), "EX", 10) == .string(Array("OK".utf8)))
        #expect(try redis.command("GET", RedisArgument(key)) == .string(value))
    }

    @Test("an argument may be empty")
    func emptyArguments() throws {
        #expect(try redis.command("ECHO", "").text == "")
    }

    @Test("each kind of answer has its case")
    func kinds() throws {
        #expect(try redis.command("GET", "\(key)") == .null)
        #expect(try redis.command("INCRBY", "\(key)", 41) == .integer(41))
        #expect(try redis.command("GET", "\(key)").number == 41)
        #expect(try redis.command("TTL", "\(key)") == .integer(-1))
        #expect(try redis.command("MGET", ["\(key)", "\(key):none"]).elements == [.string(Array("41".utf8)), .null])
        #expect(
            try redis.command("EVAL", "return {1, {'a', {}}, false}", 0)
                == .array([
                    .integer(1), .array([.string(Array("a".utf8)), .array([])]), .null,
                ]))
        try redis.command("DEL", "\(key)")
    }

    @Test(
        "an error of the server is thrown with its code, and the connection goes on",
        arguments: [
            "LOADING Redis is loading the dataset in memory",
            "READONLY You can't write against a read only replica.",
            "MISCONF Redis is configured to save RDB snapshots",
        ])
    func serverErrors(message: String) throws {
        let error = #expect(throws: RedisError.self) {
            try redis.command("EVAL", "return redis.error_reply(ARGV[1])", 0, RedisArgument(message))
        }
        #expect(error == .server(message))
        #expect(error?.code == message.split(separator: " ").first.map(String.init))
        #expect(redis.isUsable)
        #expect(try redis.command("PING").text == "PONG")
    }

    @Test("an error inside an array is thrown as well")
    func nestedErrors() throws {
        #expect(throws: RedisError.server("ODD one out")) {
            try redis.command("EVAL", "return {1, redis.error_reply('ODD one out'), 3}", 0)
        }
        #expect(try redis.command("PING").text == "PONG")
    }

    @Test("a server out of memory answers OOM")
    func outOfMemory() throws {
        try withRedisServer("--maxmemory", "1") { server in
            let redis = try Connection(server.configuration)
            let error = #expect(throws: RedisError.self) { try redis.command("SET", "a", "b") }
            #expect(error?.code == "OOM")
        }
    }

    @Test("the right password opens, a wrong one and none are refused")
    func passwords() throws {
        try withRedisServer(password: "sésame, ouvre toi") { server in
            let answer = try Connection(server.configuration).command("PING")
            #expect(answer.text == "PONG")

            var wrong = server.configuration
            wrong.password = "sesame"
            let refusal = #expect(throws: RedisError.self) { try Connection(wrong) }
            #expect(refusal?.code == "WRONGPASS")

            wrong.password = nil
            let error = #expect(throws: RedisError.self) { try Connection(wrong).command("PING") }
            #expect(error?.code == "NOAUTH")
            #expect("\(server.configuration)".contains("sésame") == false)
        }
    }

    @Test("a server that is not there is unreachable, and the error names the address")
    func unreachable() throws {
        for configuration in [RedisConfiguration(socket: "/nonexistent/redis.sock"), RedisConfiguration(port: 1)] {
            let error = #expect(throws: RedisError.self) { try Connection(configuration) }
            guard case .unreachable(let reason) = error else { throw error ?? RedisError.timedOut }
            #expect(reason.contains(configuration.description))
        }
    }

    @Test("a frozen server costs one command time, and the connection is no longer usable")
    func frozen() throws {
        try withRedisServer { server in
            let redis = try Connection(server.configuration.impatient)
            server.pause()
            let elapsed = ContinuousClock().measure {
                #expect(throws: RedisError.timedOut) { try redis.command("PING") }
            }
            #expect(elapsed >= .milliseconds(45) && elapsed < .seconds(2))
            #expect(!redis.isUsable)

            server.resume()
            // The late answer to PING must not be taken for the answer to another command.
            #expect(throws: RedisError.self) { try redis.command("ECHO", "second") }
        }
    }

    @Test("a server that ends takes the connection with it")
    func lost() throws {
        try withRedisServer { server in
            let redis = try Connection(server.configuration)
            server.end()
            let error = #expect(throws: RedisError.self) { try redis.command("PING") }
            guard case .lost = error else { throw error ?? RedisError.timedOut }
            #expect(!redis.isUsable)
            #expect(throws: RedisError.self) { try redis.command("PING") }
        }
    }

    @Test("a pool replaces a connection that was lost")
    func pool() throws {
        let pool = try SharedRedis.configuration().makePool(capacity: 1)
        let first = try pool.withResource(keepIf: \.isUsable) { try $0.command("CLIENT", "ID").number }
        #expect(try pool.withResource(keepIf: \.isUsable) { try $0.command("CLIENT", "ID").number } == first)
        #expect(throws: RedisError.self) {
            try pool.withResource(keepIf: \.isUsable) { redis in
                try redis.command("CLIENT", "KILL", "ID", "\(first ?? 0)", "SKIPME", "no")
                try redis.command("PING")
            }
        }
        #expect(try pool.withResource(keepIf: \.isUsable) { try $0.command("CLIENT", "ID").number } != first)
    }
}
