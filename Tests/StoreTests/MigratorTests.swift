import MariaDB
import Model
import Store
import Support
import Testing

@Suite("The migrator")
struct MigratorTests {
    /// Runs `body` on an empty database.
    private func withDatabase(_ body: (TestDatabase, Connection) throws -> Void) throws {
        let database = try TestDatabase(migrated: false)
        let result = Result { try body(database, try database.connect()) }
        try database.drop()
        try result.get()
    }

    private func tables(_ connection: Connection) throws -> [String] {
        try connection.query("""
            SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY 1
            """).map { try $0.string(0) }
    }

    @Test("the program needs the newest file, and the files are numbered without a gap")
    func newest() throws {
        let names = try Migrations.all().map(\.name)
        #expect(names.last == Schema.newestMigration)
        #expect(names.map { $0.prefix(4) } == names.indices.map { "000\($0 + 1)".suffix(4) })
    }

    @Test("what is pending can be asked without a change")
    func dryRun() throws {
        try withDatabase { (_, connection) throws in
            #expect(try Migrator(Migrations.all()).pending(on: connection) == Migrations.all())
            #expect(try tables(connection).isEmpty)
        }
    }

    @Test("every file is applied once, in order, and noted")
    func migration() throws {
        try withDatabase { (_, connection) throws in
            let migrator = Migrator(try Migrations.all().shuffled())
            var applied: [String] = []
            try migrator.migrate(on: connection) { applied.append($0.name) }
            #expect(try applied == Migrations.all().map(\.name))
            #expect(try migrator.pending(on: connection).isEmpty)
            try migrator.migrate(on: connection) { Issue.record("\($0.name) again") }
            try Migrator.requireSchema(Schema.newestMigration, on: connection)
        }
    }

    @Test("a program refuses an older schema and names the command, but not a newer one")
    func olderSchema() throws {
        try withDatabase { (_, connection) throws in
            let refusal = try #require(throws: Migrator.Failure.self) {
                try Migrator.requireSchema(Schema.newestMigration, on: connection)
            }
            #expect(refusal.description.contains("maskctl migrate"))
            try Migrator(try Migrations.all() + [.init(name: "9999_later", sql: "SELECT 1")]).migrate(on: connection) { _ in }
            try Migrator.requireSchema(Schema.newestMigration, on: connection)
        }
    }

    @Test("a database whose migrations the files do not begin with is left alone, and both lists are shown", arguments: [
        ["a", "c"], ["b"], ["a", "b", "c", "d", "e"],
    ])
    func notAPrefix(_ applied: [String]) throws {
        func migrations(_ names: [String]) -> [Migrator.Migration] {
            names.map { .init(name: $0, sql: "CREATE TABLE IF NOT EXISTS \($0) (id INT)") }
        }
        try withDatabase { (_, connection) throws in
            try Migrator(migrations(applied)).migrate(on: connection) { _ in }
            let before = try tables(connection)
            let failure = try #require(throws: Migrator.Failure.self) {
                try Migrator(migrations(["a", "b", "c", "d"])).migrate(on: connection) { _ in }
            }
            #expect(failure == .notAPrefix(applied: applied, wanted: ["a", "b", "c", "d"]))
            #expect(failure.description.contains("a b c d"))
            #expect(try tables(connection) == before)
        }
    }

    @Test("a run that was interrupted after any file's statement is repaired by the next")
    func interrupted() throws {
        try withDatabase { (_, connection) throws in
            let migrator = Migrator(try Migrations.all())
            for migration in try Migrations.all() { try connection.runScript(migration.sql) }  // done, and nothing noted
            var applied = 0
            try migrator.migrate(on: connection) { _ in applied += 1 }
            #expect(try applied == Migrations.all().count)
            #expect(try migrator.pending(on: connection).isEmpty)
        }
    }

    @Test("a file that fails is not noted, and those before it are")
    func failing() throws {
        try withDatabase { (_, connection) throws in
            let good = Migrator.Migration(name: "1", sql: "CREATE TABLE one (id INT)")
            #expect(throws: MariaDBError.self) {
                try Migrator([good, .init(name: "2", sql: "this is no SQL")]).migrate(on: connection) { _ in }
            }
            let repaired = Migrator([good, .init(name: "2", sql: "CREATE TABLE two (id INT)")])
            #expect(try repaired.pending(on: connection).map(\.name) == ["2"])
            try repaired.migrate(on: connection) { _ in }
            #expect(try tables(connection).contains("two"))
        }
    }

    @Test("of migrators that run at the same time each file is applied by one")
    func concurrent() throws {
        try withDatabase { (database, _) throws in
            let applied = try inParallel(4) { _ in
                let connection = try database.connect()
                var count = 0
                try Migrator(try Migrations.all()).migrate(on: connection) { _ in count += 1 }
                return count
            }
            #expect(try applied.reduce(0, +) == Migrations.all().count)
        }
    }
}
