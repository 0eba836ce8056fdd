import MariaDB
import Model

/// Brings the schema to the version of the migration files: `0001_….sql`, each once, in order, noted in `schema_migrations`.
///
/// MariaDB commits at each DDL statement, so a file is safe to run again: an interrupted run is repaired by the next.
public struct Migrator: Sendable {
    /// A migration file.
    public struct Migration: Sendable, Equatable {
        /// `0001_workspaces`.
        public var name: String
        public var sql: String

        public init(name: String, sql: String) {
            self.name = name
            self.sql = sql
        }
    }

    public enum Failure: Error, Equatable, CustomStringConvertible {
        /// The database has migrations that the files do not begin with.
        case notAPrefix(applied: [String], wanted: [String])
        case behind(missing: [String])
        case locked

        public var description: String {
            switch self {
            case .notAPrefix(let applied, let wanted):
                """
                the database's migrations are not the first of the files'. Install the version that made them.
                  database: \(applied.joined(separator: " "))
                  files:    \(wanted.joined(separator: " "))
                """
            case .behind(let missing):
                "the database's schema is older than this program (missing \(missing.joined(separator: ", "))). Run: maskctl migrate"
            case .locked:
                "a migration, a backup or maskctl maintain is running; wait for it and try again"
            }
        }
    }

    private let migrations: [Migration]

    public init(_ migrations: [Migration]) {
        self.migrations = migrations.sorted { $0.name < $1.name }
    }

    /// The migrations that are yet to be applied.
    public func pending(on connection: Connection) throws -> [Migration] {
        let applied = try Self.applied(on: connection)
        guard migrations.prefix(applied.count).map(\.name) == applied else {
            throw Failure.notAPrefix(applied: applied, wanted: migrations.map(\.name))
        }
        return Array(migrations.dropFirst(applied.count))
    }

    /// Applies what is pending, under a lock that the server releases if this process dies, and calls `each` before each.
    public func migrate(on connection: Connection, each: (Migration) -> Void) throws {
        try connection.run("""
            CREATE TABLE IF NOT EXISTS schema_migrations (
              name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, applied_at DATETIME(3) NOT NULL
            ) ENGINE=InnoDB
            """)
        let isDone: Void? = try NamedLock.hold("migrate", waiting: 10, on: connection) {
            for migration in try pending(on: connection) {
                each(migration)
                try connection.runScript(migration.sql)
                try connection.execute("""
                    INSERT INTO schema_migrations (name, applied_at) VALUES (\(migration.name), \(Timestamp.now()))
                    """)
            }
        }
        guard isDone != nil else { throw Failure.locked }
    }

    /// Keeps the schema as it is for others as long as `body` runs: neither migrations nor changes of partitions come in
    /// between. Those of partitions are made days ahead, so they can wait.
    public static func withSchemaUnchanged<R>(on connection: Connection, _ body: () throws -> R) throws -> R {
        let result: R?? = try NamedLock.hold("migrate", waiting: 10, on: connection) {
            try NamedLock.hold("maintain", waiting: 60, on: connection, body)
        }
        guard case .some(.some(let value)) = result else { throw Failure.locked }
        return value
    }

    /// Throws ``Failure/behind(missing:)`` where the schema lacks a migration. A newer schema is fine: migrations are made
    /// so that the program before them still runs.
    public static func requireSchema(_ newest: String, on connection: Connection) throws {
        let applied = try applied(on: connection)
        guard applied.contains(newest) else { throw Failure.behind(missing: [newest]) }
    }

    /// The names of the migrations that a database has, in order.
    public static func applied(on connection: Connection) throws(MariaDBError) -> [String] {
        do throws(MariaDBError) {
            return try connection.query("SELECT name FROM schema_migrations ORDER BY name")
                .map { row throws(MariaDBError) in try row.string(0) }
        } catch {
            if error.code == .unknownTable { return [] }
            throw error
        }
    }
}
