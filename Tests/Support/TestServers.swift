import Foundation
import MariaDB
import Redis

/// The MariaDB and the Redis of this test run: those that the file named by MASK_TEST_ENV names (`KEY=value` lines, as
/// `systemd/quickstart.sh` writes them), else private ones, started when first asked for.
public enum TestServers {
    /// How to connect to MariaDB as a user who may create databases; no database is chosen.
    public static func mariaDB() throws -> MariaDBConfiguration {
        guard let socket = environment["MASK_MARIADB_SOCKET"] else { return try privateMariaDB.get().configuration }
        return MariaDBConfiguration(
            address: .socket(path: socket), user: environment["MASK_MARIADB_USER"] ?? "root",
            password: environment["MASK_MARIADB_PASSWORD"])
    }

    /// How to connect to it with the rights of our accounts.
    public static let accounts = Result { try TestAccounts(try mariaDB()) }

    /// How to connect to the Redis that all tests share: use keys of your own, never FLUSHALL.
    public static func redis() throws -> RedisConfiguration {
        guard let socket = environment["MASK_REDIS_SOCKET"] else { return try privateRedis.get().configuration }
        return RedisConfiguration(socket: socket, connectMilliseconds: 2000, commandMilliseconds: 2000)
    }

    private static let privateMariaDB = Result { try MariaDBServer() }
    private static let privateRedis = Result { try RedisServer() }

    private static let environment: [String: String] = {
        guard let file = ProcessInfo.processInfo.environment["MASK_TEST_ENV"],
            let text = try? String(contentsOfFile: file, encoding: .utf8)
        else { return [:] }
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs) { $1 }
    }()
}

/// A MariaDB of a test's own, on a Unix socket, with root and no password. It forgets on a crash of the machine, not of its own.
public final class MariaDBServer: Sendable {
    public let configuration: MariaDBConfiguration
    public let process: ServerProcess

    private static let options = [
        "--skip-networking", "--skip-log-bin", "--performance-schema=OFF", "--max-connections=2000",
        "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M", "--innodb-flush-log-at-trx-commit=0",
        "--innodb-doublewrite=OFF", "--innodb-flush-method=nosync", "--innodb-stats-persistent=OFF",
    ]

    /// - Parameters:
    ///   - existing: a folder with the files of a server; without it there is a fresh one.
    ///   - options: of `mariadbd`, beside those that it always has; the last of two that differ counts.
    public init(files existing: String? = nil, options: [String] = []) throws {
        let folder = try TemporaryFolder.make("mariadb")
        let data = existing ?? folder.appending(path: "data").path
        let socket = folder.appending(path: "s").path
        let user = NSUserName()
        // Of its own: a server that starts removes the temporary tables of others that it finds.
        let temporary = folder.path
        if existing == nil { try Self.install(data: data, user: user, temporary: temporary) }
        configuration = MariaDBConfiguration(address: .socket(path: socket), user: "root")
        process = try ServerProcess(
            "/usr/bin/env", ["PATH=\(Self.path)", "mariadbd", "--no-defaults", "--user=\(user)", "--datadir=\(data)",
                             "--socket=\(socket)", "--pid-file=\(folder.path)/pid", "--tmpdir=\(temporary)"] + Self.options + options,
            folder: folder)
        let configuration = configuration
        try process.wait("mariadbd") { (try? Connection(configuration)) != nil }
    }

    private static let path = "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/bin"

    private static func install(data: String, user: String, temporary: String) throws {
        let install = Process()
        install.executableURL = URL(filePath: "/usr/bin/env")
        install.arguments = [
            "PATH=\(path)", "TMPDIR=\(temporary)", "mariadb-install-db", "--no-defaults", "--user=\(user)", "--datadir=\(data)",
            "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
        ]
        let output = Pipe()
        install.standardOutput = output
        install.standardError = output
        try install.run()
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        install.waitUntilExit()
        guard install.terminationStatus == 0 else { throw TestFailure("mariadb-install-db failed: \(words.suffix(2000))") }
    }
}

/// A Redis of a test's own, on a Unix socket, without persistence.
public final class RedisServer: Sendable {
    /// With patient times, so that a busy machine fails no test; see ``RedisConfiguration/impatient``.
    public let configuration: RedisConfiguration
    public let process: ServerProcess

    public init(_ options: String...) throws {
        let folder = try TemporaryFolder.make("redis")
        let socket = folder.appending(path: "s").path
        configuration = RedisConfiguration(socket: socket, connectMilliseconds: 2000, commandMilliseconds: 2000)
        process = try ServerProcess(
            "/usr/bin/env", ["redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder.path] + options,
            folder: folder)
        let configuration = configuration
        try process.wait("redis-server") { (try? Redis.Connection(configuration)) != nil }
    }
}

extension RedisConfiguration {
    /// With the times that the product runs with.
    public var impatient: RedisConfiguration {
        var copy = self
        copy.connectMilliseconds = 25
        copy.commandMilliseconds = 50
        return copy
    }
}

extension MariaDBConfiguration {
    /// The path of the server's Unix socket.
    public var socketPath: String {
        get throws {
            guard case .socket(let path) = address else { throw TestFailure("MariaDB is not at a socket") }
            return path
        }
    }
}
