import AnalyticsStore
import Foundation
import Logging
import MariaDB
import Model
import Store
import Support
import Testing

@testable import Journal

@Suite("The journal", .database)
struct JournalTests {
    private let folder = try! TemporaryFolder("spool")
    private let store = TestDatabase.current.store

    private func loader() -> JournalLoader {
        JournalLoader(directory: folder.path, store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private static let workspace = WorkspaceID.new()
    private static let link = LinkID.new()

    private func click(_ number: Int, agent: String = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", visitor: UInt64 = 7) -> ClickLine {
        ClickLine(
            at: 1_795_000_000_000 + Int64(number), requestID: String(format: "%032x", number),
            workspace: Self.workspace, link: Self.link, visitor: visitor, country: "DE",
            city: "Köln", referrer: "example.com", utmSource: "a", utmMedium: "", utmCampaign: "", userAgent: agent)
    }

    /// Asks again while there is no answer, for a second or two: a process that another test starts holds this one's locks
    /// for the moment between fork(2) and exec(2).
    private func patiently<R>(_ body: () throws -> R?) throws -> R? {
        for _ in 0..<100 {
            if let answer = try body() { return answer }
            usleep(20_000)
        }
        return nil
    }

    private func rows() throws -> (clicks: Int, counted: Int, uniques: Int, total: Int) {
        try store.read { connection in
            let clicks = try connection.query("SELECT COUNT(*) FROM recorded_clicks").first?.integer(0) ?? 0
            func counted(_ count: ClickQuestion.Count) throws -> Int {
                try ClickAnalytics.answer(
                    ClickQuestion(
                        workspace: Self.workspace, links: [Self.link], start: Timestamp("2026-01-01T00:00:00Z"),
                        end: Timestamp("2099-01-01T00:00:00Z"), granularity: .month, count: count), on: connection).total
            }
            let total = try connection.query("SELECT CAST(clicks AS SIGNED) FROM link_totals").first?.integer(0) ?? 0
            return (clicks, try counted(.all), try counted(.unique), total)
        }
    }

    @Test("a click comes back as it was written, control characters as spaces")
    func roundTrip() throws {
        var parser = JournalParser()
        let line = click(1, agent: "evil\tagent\n\u{7F}\u{0}é").bytes
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 2)
        guard case .click(let read)? = parser.record(line.dropFirst().dropLast()) else {
            Issue.record("not read")
            return
        }
        #expect(read.id == 1)
        #expect(read.workspace == Self.workspace)
        #expect(read.link == Self.link)
        #expect(read.city == "Köln")
        #expect(read.referrer == "example.com")
    }

    @Test("a damaged line is no record, wherever the damage is")
    func damage() {
        var parser = JournalParser()
        let line = Array(click(1).bytes.dropFirst().dropLast())
        for index in stride(from: 0, to: line.count, by: 3) {
            var damaged = line
            damaged[index] ^= 1
            if case .some = parser.record(damaged[...]) { Issue.record("byte \(index)") }
        }
        for length in stride(from: 0, to: line.count, by: 7) {
            if case .some = parser.record(line[..<length]) { Issue.record("cut at \(length)") }
        }
    }

    @Test("a line that was cut short does not spoil the next")
    func torn() throws {
        let path = folder.path + "/01arz3ndektsv4rrffq69g5fav.journal"
        var bytes = click(1).bytes.dropLast(20)  // a full disk stopped here
        bytes += click(2).bytes
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        var loader = loader()
        #expect(try loader.load()?.clicks == 1)
        #expect(try rows().clicks == 1)
    }

    @Test("what is appended by many threads is loaded, each line once, over several segments")
    func manyThreads() throws {
        do {
            let writer = try JournalWriter(directory: folder.path)
            _ = try inParallel(16) { thread in
                for number in 0..<500 { try writer.append(click(thread * 1000 + number).bytes) }
            }
        }
        var loader = loader()
        while try (loader.load()?.clicks ?? 0) > 0 {}
        #expect(try rows() == (8000, 8000, 1, 8000))
        let isEmpty = try patiently { try loader.load()?.clicks == 0 && Segment.list(in: folder.path).isEmpty ? true : nil }
        #expect(isEmpty == true, "a dead writer's segment is deleted once it is loaded")
    }

    @Test("a living writer's segment stays, and is loaded further as it grows")
    func living() throws {
        let writer = try JournalWriter(directory: folder.path)
        var loader = loader()
        try writer.append(click(1).bytes)
        #expect(try loader.load()?.clicks == 1)
        try writer.append(click(2).bytes)
        #expect(try loader.load()?.clicks == 1)
        #expect(try Segment.list(in: folder.path).count == 1)
        #expect(try rows().clicks == 2)
    }

    @Test("one request answered by two pools is one click")
    func twice() throws {
        let (first, second) = (try JournalWriter(directory: folder.path), try JournalWriter(directory: folder.path))
        try first.append(click(1).bytes)
        try second.append(click(1).bytes)
        try second.append(click(2).bytes)
        var loader = loader()
        #expect(try loader.load()?.clicks == 2)
        try first.append(click(2).bytes)
        #expect(try loader.load()?.clicks == 0)
        #expect(try rows() == (2, 2, 1, 2))
    }

    @Test("only one process of a host loads at a time; the next takes over where it stopped")
    func oneLoader() throws {
        let writer = try JournalWriter(directory: folder.path)
        try writer.append(click(1).bytes)
        do {
            var first = loader()
            #expect(try first.load()?.clicks == 1)
            var second = loader()
            #expect(try second.load() == nil)
        }
        try writer.append(click(2).bytes)
        var third = loader()
        #expect(try patiently { try third.load()?.clicks } == 1)
        #expect(try rows().clicks == 2)
    }

    @Test("a loader whose connection is killed again and again loads everything exactly once")
    func killed() throws {
        let writer = try JournalWriter(directory: folder.path)
        for number in 0..<20_000 { try writer.append(click(number, visitor: UInt64(number % 100)).bytes) }
        let database = TestDatabase.current
        let killer = Foundation.Thread {
            guard let connection = try? database.connect() else { return }
            for _ in 0..<40 {
                let ids = (try? connection.query("""
                    SELECT ID FROM information_schema.PROCESSLIST WHERE DB = \(database.name) AND ID <> CONNECTION_ID()
                    """)) ?? []
                for row in ids { if let id = try? row.integer(0) { _ = try? connection.run("KILL \(id)") } }
                usleep(UInt32.random(in: 1_000...20_000))
            }
        }
        killer.start()
        var loader = loader()
        loader.compactsAt = .everyBatch
        for _ in 0..<400 {
            if let loaded = try? loader.load(), loaded.clicks == 0, killer.isFinished { break }
            usleep(5_000)
        }
        #expect(try rows() == (20_000, 20_000, 100, 20_000))
    }

    @Test("bots are stored, but are neither human nor unique")
    func bots() throws {
        let writer = try JournalWriter(directory: folder.path)
        try writer.append(click(1, agent: "Googlebot/2.1", visitor: 1).bytes)
        try writer.append(click(2, visitor: 2).bytes)
        var loader = loader()
        #expect(try loader.load()?.clicks == 2)
        #expect(try rows() == (2, 2, 1, 2))
    }
}
