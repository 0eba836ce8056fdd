import AnalyticsStore
import Foundation
import Logging
import MariaDB
import Model
import Store
import Support
import Testing

@testable import Journal

/// The journal in processes that end as processes do: killed, or on a full disk.
@Suite("The journal of a process that ends badly", .database)
struct JournalProcessTests {
    private let database = TestDatabase.current
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("spool") }

    private func storedIDs() throws -> [Int] {
        try database.connect().query("SELECT HEX(id) FROM recorded_clicks ORDER BY id").map { try #require(Int($0.string(0), radix: 16)) }
    }

    /// What a loader does until nothing is left.
    private func loadAll() throws {
        var loader = JournalLoader(directory: folder.path, store: database.store, logger: .silent)
        while let loaded = try loader.load(), loaded.clicks > 0 {}
    }

    @Test("a full disk leaves no line half counted, and the journal goes on when there is room again", arguments: [900, 5000, 9001])
    func fullDisk(_ room: Int) async throws {
        await #expect(processExitsWith: .success) { [path = folder.path as String, room = room as Int] in
            signal(SIGXFSZ, SIG_IGN)
            setFileSizeLimit(room)
            let writer = try JournalWriter(directory: path)
            var written = 0
            do {
                while written < 10_000 {
                    try writer.append(line(written))
                    written += 1
                }
            } catch {}
            let refused = written
            #expect((1..<100).contains(refused))
            #expect(throws: JournalError.self) { try writer.append(line(9_999)) }
            setFileSizeLimit(1 << 30)
            try writer.append(line(refused + 1))
        }
        try loadAll()
        let ids = try storedIDs()
        let last = try #require(ids.last)
        #expect(ids == Array(0..<last - 1) + [last])
        #expect(try folder.files.filter { $0.hasSuffix(".journal") }.isEmpty)
    }

    @Test("every line that was appended before a kill -9 is loaded, once, and the segment is deleted")
    func killedWriter() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let writer = try JournalWriter(directory: path)
            let answered = open(path + "/answered", O_WRONLY | O_APPEND | O_CREAT, 0o600)
            killThisProcess(afterMilliseconds: 100)
            _ = try inParallel(4) { thread in
                for number in 0... {
                    let id = thread << 40 | number
                    try writer.append(line(id))
                    let text = Array("\(id)\n".utf8)
                    _ = write(answered, text, text.count)
                }
            }
        }
        try loadAll()
        let answered = try String(contentsOfFile: folder.path + "/answered", encoding: .utf8).split(separator: "\n").compactMap { Int($0) }
        let ids = try storedIDs()
        #expect(answered.count > 10 && Set(ids).isSuperset(of: answered))
        #expect(Set(ids).count == ids.count && ids.count <= answered.count + 4, "at most one for each thread was not answered")
        #expect(try folder.files.filter { $0.hasSuffix(".journal") }.isEmpty)
    }

    @Test("loaders that are killed at any moment load everything exactly once")
    func killedLoader() async throws {
        let count = 20_000
        do {
            let writer = try JournalWriter(directory: folder.path)
            for number in 0..<count { try writer.append(line(number, visitor: UInt64(number % 100))) }
        }
        try await runLoadersThatAreKilled(in: folder, on: database)
        try loadAll()
        #expect(try storedIDs() == Array(0..<count))
        for (kind, wanted) in [(ClickQuestion.Count.all, count), (.unique, 100)] {
            let question = ClickQuestion(
                workspace: journalWorkspace, links: [journalLink], start: Timestamp("2026-01-01T00:00:00Z"),
                end: Timestamp("2099-01-01T00:00:00Z"), granularity: .month, count: kind)
            #expect(try ClickAnalytics.answer(question, on: database.connect()).total == wanted)
        }
        #expect(try database.connect().query("SELECT CAST(SUM(clicks) AS SIGNED) FROM journal_segments")[0].integer(0) == count)
    }
}

// What the processes of the tests above share.

private let journalWorkspace = WorkspaceID(ULID(value: 1))
private let journalLink = LinkID(ULID(value: 2))

private func line(_ id: Int, visitor: UInt64 = 1) -> [UInt8] {
    ClickLine(
        at: 1_795_000_000_000 + Int64(id & 0xFFFF), requestID: String(format: "%032lx", id),
        workspace: journalWorkspace, link: journalLink, visitor: visitor, country: "DE", city: "Köln",
        referrer: "example.com", utmSource: "", utmMedium: "", utmCampaign: "",
        userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0").bytes
}

private func setFileSizeLimit(_ bytes: Int) {
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: .max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}
