import Foundation
import Redis
import Support
import Testing

@Suite(.serialized) struct SentinelTests {
    /// Two servers and three sentinels that watch them, on 127.0.0.1.
    private final class Group: Sendable {
        let servers: [ServerProcess]
        let ports: [Int]
        let sentinels: [ServerProcess]
        let configuration: RedisConfiguration

        init() throws {
            let (first, second) = (try freePort(), try freePort())
            let replica = ["--replicaof", "127.0.0.1", "\(first)", "--masterauth", "secret", "--repl-diskless-sync-delay", "0"]
            servers = [try Self.server(first, []), try Self.server(second, replica)]
            ports = [first, second]
            var configuration = RedisConfiguration(password: "secret", connectMilliseconds: 2000, commandMilliseconds: 2000)
            var sentinels: [ServerProcess] = []
            for _ in 0..<3 {
                let (port, folder) = (try freePort(), try TemporaryFolder.make("sentinel"))
                let file = folder.appending(path: "sentinel.conf")
                try """
                    port \(port)
                    bind 127.0.0.1
                    sentinel monitor mask 127.0.0.1 \(first) 2
                    sentinel auth-pass mask secret
                    sentinel down-after-milliseconds mask 500
                    sentinel failover-timeout mask 3000
                    """.write(to: file, atomically: true, encoding: .utf8)
                sentinels.append(try ServerProcess("/usr/bin/env", ["redis-server", file.path, "--sentinel"], folder: folder))
                configuration.sentinels.append(.init(host: "127.0.0.1", port: port))
            }
            self.sentinels = sentinels
            self.configuration = configuration
            let isReady = {
                configuration.sentinels.allSatisfy { sentinel in
                    let place = RedisConfiguration(host: sentinel.host, port: sentinel.port, connectMilliseconds: 500, commandMilliseconds: 500)
                    let fields = (try? Connection(place).command("SENTINEL", "master", "mask").elements?.map(\.text)) ?? nil
                    guard let fields else { return false }
                    func value(_ name: String) -> String? { fields.firstIndex(of: name).flatMap { fields[$0 + 1] } }
                    return value("num-slaves") == "1" && value("num-other-sentinels") == "2"
                }
            }
            try sentinels[0].wait("a group of sentinels", until: isReady)
        }

        private static func server(_ port: Int, _ options: [String]) throws -> ServerProcess {
            let folder = try TemporaryFolder.make("redis")
            return try ServerProcess(
                "/usr/bin/env", ["redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--dir", folder.path,
                                 "--requirepass", "secret"] + options,
                folder: folder)
        }
    }

    @Test("The sentinels are asked which server is the master; when it dies, the next connection goes to the new one")
    func failover() throws {
        let group = try Group()
        #expect(try port(of: group.configuration) == group.ports[0])
        group.servers[0].end()
        group.sentinels[0].end()  // the first in the list is not needed, either
        try group.sentinels[1].wait("the new master") { (try? port(of: group.configuration)) == group.ports[1] }
        #expect(try Connection(group.configuration).command("SET", "k", "v").text == "OK")
    }

    @Test("Where no sentinel answers, the error says so")
    func nobody() throws {
        var configuration = RedisConfiguration()
        configuration.sentinels = [.init(host: "127.0.0.1", port: 1), .init(host: "127.0.0.1", port: 2)]
        let error = #expect(throws: RedisError.self) { try Connection(configuration) }
        #expect("\(try #require(error))".contains("no sentinel knows the master mask"))
    }

    @Test("A server that the sentinels name and that is no master is not taken")
    func stale() throws {
        let group = try Group()
        let master = RedisConfiguration(host: "127.0.0.1", port: group.ports[0], password: "secret")
        try Connection(master).command("REPLICAOF", "127.0.0.1", "\(group.ports[1])")
        let error = #expect(throws: RedisError.self) { try Connection(group.configuration) }
        #expect("\(try #require(error))".contains("is not the master yet"))
    }

    private func port(of configuration: RedisConfiguration) throws -> Int? {
        let reply = try Connection(configuration).command("CONFIG", "GET", "port").elements?.last?.text
        return reply.flatMap { Int($0) }
    }
}

/// A port that nothing listens on at the moment.
private func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let outcome = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) + getsockname(descriptor, $0, &length) }
    }
    guard outcome == 0 else { throw TestFailure("no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
}
