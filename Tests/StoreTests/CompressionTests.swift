import DeliveryStore
import MariaDB
import Model
import Store
import Support
import Testing

/// MariaDB compresses what events and the audit log tell. Nobody who writes or reads them sees a difference, so the version before
/// goes on beside this one, and rows of before it stay what they are.
@Suite("Events and entries of the audit log that are compressed", .database)
struct CompressionTests {
    private let database = TestDatabase.current
    private let tenant: Tenant

    init() throws { tenant = try database.makeTenant() }

    /// Makes the tables as they were before.
    private func uncompress() throws {
        try database.administratorStore.write {
            try $0.run("ALTER TABLE events MODIFY body MEDIUMTEXT NOT NULL")
            try $0.run("ALTER TABLE audit_log MODIFY changes MEDIUMTEXT NULL COMMENT 'JSON: before and after'")
        }
    }

    private func compress() throws {
        let migration = try #require(try Migrations.all().first { $0.name == "0059_compressed_traces" })
        try database.administratorStore.write { _ = try $0.runScript(migration.sql) }
    }

    private func definitions() throws -> [[String]] {
        try database.texts("""
            SELECT table_name, column_name, column_type, is_nullable, column_comment FROM information_schema.columns
            WHERE table_schema = DATABASE() AND table_name IN ('events', 'audit_log') ORDER BY table_name, ordinal_position
            """)
    }

    private static let texts = ["", "plain", "ü\u{1F600}\t\\N\"\n\u{0}", String(repeating: "long ", count: 10_000)]

    /// Each text by itself, and hundreds of rows at once, which are loaded from a file.
    private func makeEvents() throws -> [Event] {
        try Self.texts.flatMap { try database.makeEvents(1, of: tenant, data: ["title": .string($0)]) }
            + database.makeEvents(300, of: tenant, data: ["title": .string(Self.texts[2])])
    }

    @Test("the bytes that are sent are those that were written, before the table is compressed and after, one event or hundreds")
    func sent() throws {
        try uncompress()
        let former = try makeEvents()
        try compress()
        let events = (former + (try makeEvents())).sorted { $0.id < $1.id }
        try database.makeWebhook(of: tenant)
        let picked = try database.senderStore.write { connection in
            try Outbox.pickUp(.changes, limit: 1000, at: .now(), .init(matches: { _, _ in true }, room: { $2 }), on: connection)
        }
        #expect(picked.claimed.map(\.event.id) == events.map(\.id))
        #expect(picked.claimed.map(\.event.body) == events.map(\.body))
        let read = try database.store.read {
            try Events.list(type: nil, in: tenant.workspace.id, after: nil, limit: 1000, on: $0)
        }
        #expect(read.reversed().map(\.body) == events.map(\.body))
    }

    private func record(_ numbers: Range<Int>, at time: Timestamp) throws -> [AuditEntry] {
        let entries = numbers.map { number in
            AuditEntry(
                workspace: tenant.workspace.id, at: time, actor: .maskctl(person: nil), action: "link.updated", resource: "lnk_\(number)",
                changes: number % 9 == 0 ? nil : Array(Self.texts[number % 4].utf8))
        }
        try database.store.write { try AuditLog.insert(entries, on: $0) }
        return entries
    }

    private func verify() throws -> AuditChain.Verification {
        try database.store.read { try AuditChain.verify(tenant.workspace.id, on: $0) }
    }

    @Test("seals of before hold over compressed entries, those of after cover both, and an entry that is altered is found")
    func sealed() throws {
        let now = try database.store.time()
        try uncompress()
        var entries = try record(0..<10, at: now.adding(seconds: -200)) + record(10..<300, at: now.adding(seconds: -150))
        _ = try database.store.write { try AuditChain.seal(tenant.workspace.id, before: now.adding(seconds: -180), on: $0) }
        try compress()
        #expect(try verify().failures == [])
        entries += try record(300..<310, at: now.adding(seconds: -100)) + record(310..<600, at: now.adding(seconds: -50))
        _ = try database.store.write { try AuditChain.seal(tenant.workspace.id, before: now, on: $0) }
        let report = try verify()
        #expect(report.failures == [] && (report.seals, report.entries, report.unsealed) == (2, 600, 0))
        let stored = try database.store.read { try AuditLog.list(AuditFilter(), in: tenant.workspace.id, after: nil, limit: 1000, on: $0) }
        #expect(stored.reversed().map(\.changes) == entries.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
            .map { $0.changes.map { String(decoding: $0, as: UTF8.self) } })
        for number in [3, 305] {
            let alteration: SQL = "UPDATE audit_log SET changes = CONCAT(changes, ' ') WHERE resource = \("lnk_\(number)")"
            try database.administratorStore.write { try $0.execute(alteration) }
            #expect(try verify().failures.count == (number == 3 ? 1 : 2))
        }
    }

    @Test("the migration changes nothing but the compression, and may be interrupted and run again")
    func migration() throws {
        let migrated = try definitions()
        #expect(migrated.filter { $0[2].contains("COMPRESSED") }.map { $0[1] } == ["changes", "body"])
        try uncompress()
        let former = try definitions()
        #expect(try database.store.read { try Schema.uncompressedTables(on: $0) } == ["audit_log", "events"])
        try compress()
        try compress()
        #expect(try definitions() == migrated)
        #expect(try database.store.read { try Schema.uncompressedTables(on: $0) } == [])
        #expect(former.map { [$0[0], $0[1], $0[3], $0[4]] } == migrated.map { [$0[0], $0[1], $0[3], $0[4]] })
    }
}
