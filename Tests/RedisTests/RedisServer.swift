import Foundation
import Redis
import Threads

/// Runs `body` with a Redis server of its own, which it may stop, flush and starve.
func withRedisServer<R>(_ options: String..., password: String? = nil, _ body: (RedisServer) throws -> R) throws -> R {
    let server = try RedisServer(options, password: password)
    defer { server.end() }
    try server.waitUntilReady()
    return try body(server)
}

/// A redis-server process on a Unix socket in a temporary folder.
final class RedisServer {
    let configuration: RedisConfiguration
    private let process = Process()
    private let folder: URL
    private var hasEnded = false

    init(_ options: [String] = [], password: String? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "redis-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let socket = folder.appending(path: "s").path
        configuration = RedisConfiguration(
            socket: socket, password: password, connectMilliseconds: 2000, commandMilliseconds: 2000)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path] + options
            + (password.map { ["--requirepass", $0] } ?? [])
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    /// Ends the server as a crash would. SIGTERM would not do, as the server inherits the signal mask of a test's
    /// thread, which blocks it; and there is nothing to save.
    func end() {
        if hasEnded { return }
        hasEnded = true
        kill(process.processIdentifier, SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    /// Freezes the server: the kernel still takes connections and commands for it, and nothing answers.
    func pause() {
        kill(process.processIdentifier, SIGSTOP)
    }

    func resume() {
        kill(process.processIdentifier, SIGCONT)
    }

    func waitUntilReady() throws {
        for _ in 0..<500 {
            if (try? Connection(configuration)) != nil { return }
            usleep(20_000)
        }
        _ = try Connection(configuration)
    }
}

/// The server that the test run brought up, named in the file that MASK_TEST_ENV names; else one private to this
/// process. Tests on it share it with others, so each uses keys and channels of its own.
enum SharedRedis {
    static func configuration() throws -> RedisConfiguration {
        try fromTestEnvironment ?? server.get().withLock { $0.configuration }
    }

    private static var fromTestEnvironment: RedisConfiguration? {
        guard
            let file = ProcessInfo.processInfo.environment["MASK_TEST_ENV"],
            let lines = try? String(contentsOfFile: file, encoding: .utf8).split(separator: "\n"),
            let line = lines.first(where: { $0.hasPrefix("MASK_REDIS_SOCKET=") })
        else { return nil }
        return RedisConfiguration(
            socket: String(line.dropFirst("MASK_REDIS_SOCKET=".count)),
            connectMilliseconds: 2000, commandMilliseconds: 2000)
    }

    /// Never deinitialised, so it is ended when the test process exits.
    private static let server: Result<Monitor<RedisServer>, any Error> = Result {
        let process = try RedisServer()
        try process.waitUntilReady()
        let server = Monitor(process)
        atexit { try? SharedRedis.server.get().withLock { $0.end() } }
        return server
    }
}

extension RedisConfiguration {
    /// With the times that the product runs with.
    var impatient: RedisConfiguration {
        var copy = self
        copy.connectMilliseconds = 25
        copy.commandMilliseconds = 50
        return copy
    }
}

/// A key or channel no other test uses.
func uniqueName() -> String {
    "test:\(UUID().uuidString)"
}
