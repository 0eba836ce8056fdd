@testable import Access
@testable import Application
import Foundation
import HTTP
import Model
import Redis
import Support
import Testing

@testable import API
@testable import Resources

/// Strangers make keys in Redis: each has an end, and epochs are for those of whom something is cached.
@Suite("What stands in Redis")
struct RedisKeysTests {
    @Test("after requests of a thousand addresses every key ends by itself, and the only epoch is the workspace's")
    func thousandAddresses() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration)
            try stage.create(["slug": "secret", "password": "right"])
            _ = stage.application.respond(to: Request(host: "", isSecure: false, remoteAddress: "127.0.0.1", id: randomHex(16)))
            for number in 0..<1000 {
                var request = stage.request(.get, number % 2 == 0 ? "/v1/links" : "/v1/links?key=" + APIKeyText.random().text)
                request.fields.authorization = number % 3 == 0 ? nil : "Bearer " + APIKeyText.random().text
                request.remoteAddress = number % 2 == 0 ? "10.0.\(number / 250).\(number % 250)" : "2001:db8:\(number)::1"
                _ = stage.application.respond(to: request)
                guard number % 10 == 0 else { continue }
                // No password: nothing is hashed.
                var visit = stage.visit("/secret", .post, body: "other=1")
                visit.remoteAddress = request.remoteAddress
                _ = stage.application.respond(to: visit)
            }
            #expect(Health(services: stage.services).ready().status == 200)
            let keys = try #require(try redis.command("KEYS", "*").elements).compactMap(\.text)
            #expect(keys.count > 1000)
            let endless = try keys.filter { try redis.command("PTTL", RedisArgument($0)).number == -1 }
            #expect(endless.isEmpty, "\(endless.prefix(5))")
            #expect(keys.filter { $0.hasSuffix(":epoch") } == ["mask:{\(stage.workspace.id)}:epoch"])
        }
    }

    @Test("no other line of the sources writes to Redis: what writes takes an end")
    func writers() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources").standardized
        let files = try #require(FileManager.default.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        let writes = /command\(\s*"(SET|SETEX|SETNX|MSET|APPEND|INCR\w*|DECR\w*|H\w+|S(?:ADD|MOVE)|Z\w+|L(?:PUSH|SET)\w*|R?PUSH|X\w+|EXPIRE|PERSIST|RENAME|COPY|RESTORE|EVAL)"|redis\.call\('(SET|INCRBY|\w*PUSH|HSET|SADD|ZADD|XADD)'/
        var found: Set<String> = []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
                .split(separator: "\n").filter { !$0.contains("///") }.joined(separator: "\n")
            if text.firstMatch(of: writes) != nil { found.insert(file) }
        }
        #expect(found == ["Redis/Connection+Keys.swift", "Redis/Script.swift", "Access/RateLimitScript.swift"])
        let script = RateLimitScript.script.source
        #expect(script.matches(of: /redis\.call\('SET'/).count == 1 && script.contains("'SET', key, value, 'PX', life"))
    }
}
