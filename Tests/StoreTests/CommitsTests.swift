import Glibc
import MariaDB
import Model
import Store
import Support
import Testing
import Threads

@Suite("Changes that are committed together", .database)
struct CommitsTests {
    let database = TestDatabase.current

    init() throws {
        try database.connect().run("CREATE TABLE t (id INT PRIMARY KEY, text VARCHAR(20) NOT NULL)")
        try database.connect().run("CREATE TABLE notes (id INT PRIMARY KEY)")
    }

    /// Two statements, of which the first is refused where there is such an id.
    private func change(_ id: Int, note: Int) -> [SQL] {
        ["INSERT INTO t (id, text) VALUES (\(id), \("text \(id)"))", "INSERT INTO notes (id) VALUES (\(note))"]
    }

    private func stored(_ table: SQL) throws -> Set<Int> {
        Set(try database.connect().query("SELECT id FROM \(table)").map { try $0.integer(0) })
    }

    @Test("of many changes at the same moment each is whole, whatever is wrong with others")
    func oneSpoilsNone() throws {
        let commits = Commits(database.administratorStore)
        try database.connect().run("INSERT INTO t VALUES (7, 'there')")
        let outcomes = try inParallel(24) { thread in
            try (0..<20).map { number -> (id: Int, isMade: Bool) in
                // Every fifth wants an id that is taken.
                let id = number % 5 == 0 ? 7 : 1000 * (thread + 1) + number
                do {
                    try commits.make(change(id, note: 1000 * (thread + 1) + number), of: .new())
                    return (id, true)
                } catch let error as MariaDBError where error.isDuplicate(of: "PRIMARY") {
                    return (id, false)
                }
            }
        }.flatMap(\.self)
        #expect(outcomes.allSatisfy { $0.isMade == ($0.id != 7) })
        let made = Set(outcomes.filter(\.isMade).map(\.id))
        #expect(made.count == 24 * 16)
        #expect(try stored("notes") == made)
        #expect(try stored("t") == made.union([7]))
    }

    @Test("a workspace whose change was refused commits by itself for a while: it spoils no more batches")
    func loners() throws {
        let (commits, culprit) = (Commits(database.administratorStore), WorkspaceID.new())
        try database.connect().run("INSERT INTO t VALUES (7, 'there')")
        let outcomes = try inParallel(8) { thread in
            (0..<50).map { number -> Bool in
                let isCulprit = thread == 0
                let id = isCulprit ? 7 : 1000 * thread + number
                return (try? commits.make(change(id, note: 1000 * (thread + 1) + number), of: isCulprit ? culprit : .new())) != nil
            }
        }
        #expect(outcomes[0].allSatisfy { !$0 } && outcomes.dropFirst().allSatisfy { $0.allSatisfy { $0 } })
        #expect(throws: MariaDBError.self) { try commits.make(change(7, note: 9_000_000), of: culprit) }
    }

    @Test("what follows a change is done once it is made, and not where it is refused")
    func follow() throws {
        let commits = Commits(database.administratorStore)
        let followed = try inParallel(16) { thread in
            var followed = 0
            for number in 0..<10 { try? commits.make(change(thread % 2 == 0 ? 1 : 100 * thread + number, note: 100 * thread + number), of: nil, then: { followed += 1 }) }
            return followed
        }
        #expect(try followed.reduce(0, +) == stored("t").count)
        #expect(try stored("notes").count == stored("t").count)
    }

    @Test("while one waits for a row that somebody else has locked, others wait for a moment at the most, and are made")
    func locked() throws {
        let commits = Commits(database.administratorStore)
        let other = try database.connect()
        let first = Monitor<Bool?>(nil)
        try other.transaction { other in
            try other.execute("INSERT INTO t VALUES (1, 'first')")
            _ = try Thread.start(name: "first") {
                let isMade = (try? commits.make(change(1, note: 1), of: nil)) != nil
                first.withLock { $0 = isMade }
                first.broadcast()
            }
            usleep(50_000)
            let outcomes = try inParallel(7) { thread in (try? commits.make(change(thread + 2, note: thread + 2), of: nil)) != nil }
            #expect(!outcomes.contains(false))
            #expect(first.withLock { $0 } == nil)
        }
        #expect(first.wait(until: .after(milliseconds: 30_000)) { $0 } == false)
        #expect(try stored("notes") == Set(2...8))
    }

    @Test("a connection that is killed in the middle loses nothing that was said to be made")
    func killed() throws {
        let commits = Commits(database.administratorStore)
        let stop = Monitor(false)
        let killer = try Thread.start(name: "killer") { [database] in
            guard let connection = try? database.connect() else { return }
            while !stop.withLock({ $0 }) {
                let others = try? connection.query("""
                    SELECT ID FROM information_schema.PROCESSLIST WHERE DB = \(database.name) AND ID <> CONNECTION_ID() AND COMMAND <> 'Sleep'
                    """)
                for row in others ?? [] { if let id = try? row.integer(0) { _ = try? connection.run("KILL \(id)") } }
                usleep(15_000)
            }
        }
        let made = try inParallel(16) { thread in
            (0..<40).compactMap { number -> Int? in
                let id = 1000 * (thread + 1) + number
                return (try? commits.make(change(id, note: id), of: nil)) == nil ? nil : id
            }
        }.flatMap(\.self)
        stop.withLock { $0 = true }
        killer.join()
        let (rows, notes) = (try stored("t"), try stored("notes"))
        #expect(rows == notes)
        #expect(rows.isSuperset(of: made))
        #expect(!made.isEmpty)
    }
}
