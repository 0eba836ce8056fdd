import Foundation
import Logging
import MariaDB
import Model
import Store
import Support
import Testing

@testable import Journal

@Suite("Reconciliation", .database)
struct ReconciliationTests {
    private let database = TestDatabase.current
    private let folder: TemporaryFolder
    private let writer: JournalWriter

    init() throws {
        folder = try TemporaryFolder("spool")
        writer = try JournalWriter(directory: folder.path)
    }

    private func write(_ ids: Range<Int>) throws {
        for id in ids {
            try writer.append(ClickLine(
                at: 1_763_000_000_000 + Int64(id) * 60_000, requestID: String(format: "%032lx", id),
                workspace: WorkspaceID(ULID(value: 1)), link: LinkID(ULID(value: 2)), visitor: 1, country: "", city: "",
                referrer: "", utmSource: "", utmMedium: "", utmCampaign: "", userAgent: "").bytes)
        }
    }

    private func load() throws {
        var loader = JournalLoader(
            directory: folder.path, store: database.store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        while let loaded = try loader.load(), loaded.clicks > 0 {}
    }

    /// An access log with a click for each id, among lines that are none.
    private func log(_ ids: Range<Int>, day: String? = "13/Nov/2025") throws -> String {
        let time = day.map { "- - [\($0):02:13:20 +0000] " } ?? ""
        // One in three is of a version whose ids had no req_.
        let lines = ids.map { "\(time)click=1 status=302 id=\($0 % 3 == 0 ? "" : "req_")\(String(format: "%032lx", $0))\n" }
        let path = folder.path + "/access.log"
        try lines.map { "x " + $0 + "x click= status=404 id=req_ffffffffffffffffffffffffffffffff\n" }.joined()
            .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func differing(_ log: String? = nil) throws -> [String] {
        try Reconciliation(store: database.store, spool: folder.path).compare(accessLog: log)
            .filter { $0.served != $0.stored }.map(\.name)
    }

    @Test("agrees where nothing was served, and where all that was served is stored")
    func agreement() throws {
        #expect(try differing().isEmpty)
        try write(0..<500)
        try load()
        #expect(try differing(log(0..<500)).isEmpty)
        #expect(try differing(log(0..<500, day: nil)).isEmpty)
    }

    @Test("looks among the clicks of the log's days, and of a day or two beside them in whatever zone the log is", arguments: [
        ("12/Nov/2025", true), ("14/Nov/2025", true), ("13/Oct/2025", false), ("13/Dec/2025", false),
    ])
    func days(day: String, isFound: Bool) throws {
        try write(0..<10)
        try load()
        #expect(try differing(log(0..<10, day: day)) == (isFound ? [] : ["clicks in access log"]))
    }

    @Test("tells of clicks that wait in the journal")
    func waiting() throws {
        try write(0..<10)
        try load()
        try write(10..<11)
        #expect(try differing() == ["journal bytes"])
    }

    @Test("tells of rows that are not counted, or counted and not there")
    func uncounted() throws {
        try write(0..<10)
        try load()
        try database.connect().run("DELETE FROM recorded_clicks WHERE id = UNHEX('00000000000000000000000000000003')")
        #expect(try differing() == ["clicks counted"])
    }

    @Test("tells of clicks that the web server answered and nobody stored")
    func missing() throws {
        try write(0..<10)
        try load()
        #expect(try differing(log(0..<11)) == ["clicks in access log"])
    }
}
