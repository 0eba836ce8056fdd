import Foundation
import MariaDB
import Store
import Synchronization
import Testing

/// A database of one test's own, with the schema of `sql/migrations`. Made by the trait `.database`.
public final class TestDatabase: Sendable {
    public let name: String
    public let configuration: MariaDBConfiguration
    public let store: Store

    @TaskLocal private static var scoped: TestDatabase?

    /// The database of the running test. Read it on the test's own task, not on threads that the test starts.
    public static var current: TestDatabase {
        guard let scoped else { preconditionFailure("this test needs the trait .database") }
        return scoped
    }

    /// A connection of the test's own.
    public func connect() throws -> Connection { try Connection(configuration) }

    private static let count = Atomic(0)

    /// - Parameter migrated: false makes an empty database.
    public init(migrated: Bool = true) throws {
        var configuration = try TestServers.mariaDB()
        name = "mask_test_\(getpid())_\(Self.count.add(1, ordering: .relaxed).newValue)"
        let connection = try Connection(configuration)
        try connection.run("CREATE DATABASE \(name); USE \(name)")
        if migrated { try Migrator(try Migrations.all()).migrate(on: connection) { _ in } }
        configuration.database = name
        self.configuration = configuration
        store = Store(configuration, connections: 40, reserved: 2)
    }

    /// Drops the database. Whatever still holds on to it is not waited for.
    public func drop() throws {
        var configuration = configuration
        configuration.database = nil
        let connection = try Connection(configuration)
        try connection.run("SET lock_wait_timeout = 5; DROP DATABASE IF EXISTS \(name)")
    }

    fileprivate static func withCurrent(_ database: TestDatabase, _ body: @Sendable () async throws -> Void) async throws {
        try await $scoped.withValue(database, operation: body)
    }
}

/// The files of `sql/migrations`.
public enum Migrations {
    public static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "sql/migrations").path

    public static func all() throws -> [Migrator.Migration] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sql") }.sorted().map { name in
            Migrator.Migration(
                name: String(name.dropLast(4)), sql: try String(contentsOfFile: folder + "/" + name, encoding: .utf8))
        }
    }
}

/// Gives each test, and each case of a test with arguments, a database of its own.
public struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    let isMigrated: Bool

    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let database = try TestDatabase(migrated: isMigrated)
        let result: Result<Void, any Error>
        do {
            try await TestDatabase.withCurrent(database, function)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try database.drop()
        try result.get()
    }
}

extension Trait where Self == DatabaseTrait {
    /// A fresh, migrated database for each test: `TestDatabase.current`.
    public static var database: Self { Self(isMigrated: true) }

    /// The same without our tables, for tests of what knows none of them.
    public static var emptyDatabase: Self { Self(isMigrated: false) }
}

/// The themes of `nginx/themes`.
public enum TestThemes {
    public static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "nginx/themes").path
}

/// A whole file; nil where it cannot be read.
public func readWhole(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map(Array.init) }
