import Foundation
import MariaDB
import Store
import Synchronization
import Testing

/// A database of one test's own, with the schema of `sql/migrations`. Made by the trait `.database`.
///
/// What a test drives has the rights of the account that it runs under on a server: everything that a worker does is so
/// tried with what `sql/roles.sql` gives to it.
public final class TestDatabase: Sendable {
    public let name: String
    /// With the rights of the workers' account.
    public let configuration: MariaDBConfiguration
    /// With the rights of the sender's account.
    public let sender: MariaDBConfiguration
    /// With the rights of the administrator's account, which has everything in this database.
    public let administrator: MariaDBConfiguration
    /// With the rights of the workers' account.
    public let store: Store
    /// With the rights of the sender's account.
    public let senderStore: Store
    /// With the rights of the administrator's account: for what tests look at and change behind a program's back.
    public let administratorStore: Store

    @TaskLocal private static var scoped: TestDatabase?

    /// The database of the running test. Read it on the test's own task, not on threads that the test starts.
    public static var current: TestDatabase {
        guard let scoped else { preconditionFailure("this test needs the trait .database") }
        return scoped
    }

    /// A connection of the test's own, which may do everything.
    public func connect() throws -> Connection { try Connection(administrator) }

    private static let count = Atomic(0)

    /// - Parameter migrated: false makes an empty database.
    public init(migrated: Bool = true) throws {
        let accounts = try TestServers.accounts.get()
        name = "mask_test_\(getpid())_\(Self.count.add(1, ordering: .relaxed).newValue)"
        // What knows none of our tables knows none of our accounts.
        var administrator = migrated ? accounts.administrator : try TestServers.mariaDB()
        let connection = try Connection(administrator)
        try connection.runScript("CREATE DATABASE \(name); USE \(name)")
        if migrated {
            try Migrator(try Migrations.all()).migrate(on: connection) { _ in }
            guard try Roles.grant(try Migrations.roles(), on: connection) else { throw TestFailure("there are no roles") }
        }
        administrator.database = name
        var (worker, sender) = (migrated ? accounts.worker : administrator, migrated ? accounts.sender : administrator)
        worker.database = name
        sender.database = name
        (configuration, self.administrator, self.sender) = (worker, administrator, sender)
        store = Store(configuration, connections: 40, reserved: 2)
        senderStore = Store(sender, connections: 40)
        administratorStore = Store(administrator, connections: 40)
    }

    /// A database that is there, by one account that may do everything.
    public init(_ configuration: MariaDBConfiguration) {
        name = configuration.database ?? ""
        (self.configuration, sender, administrator) = (configuration, configuration, configuration)
        store = Store(configuration, connections: 20)
        (senderStore, administratorStore) = (store, store)
    }

    /// Drops the database. Whatever still holds on to it is not waited for.
    public func drop() throws {
        var configuration = administrator
        configuration.database = nil
        let connection = try Connection(configuration)
        try connection.runScript("SET lock_wait_timeout = 5; DROP DATABASE IF EXISTS \(name)")
    }

    fileprivate static func withCurrent(_ database: TestDatabase, _ body: @Sendable () async throws -> Void) async throws {
        try await $scoped.withValue(database, operation: body)
    }
}

/// The files of `sql/migrations`, and those beside them.
public enum Migrations {
    public static func roles() throws -> String { try String(contentsOfFile: folder + "/../roles.sql", encoding: .utf8) }

    public static func grants() throws -> String { try String(contentsOfFile: folder + "/../grants.sql", encoding: .utf8) }

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
