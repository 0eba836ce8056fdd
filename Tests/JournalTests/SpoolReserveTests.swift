import Foundation
import Logging
import Model
import Store
import Support
import Synchronization
import Testing
import Threads

@testable import Journal

@Suite("The spool's reserve", .database)
struct SpoolReserveTests {
    private let store = TestDatabase.current.store
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder("spool") }

    private func line(_ number: Int) -> [UInt8] {
        ClickLine(
            at: 1_795_000_000_000 + Int64(number), requestID: String(format: "%032x", number), workspace: Self.workspace,
            link: Self.link, visitor: UInt64(number), country: "", city: "", referrer: "", utmSource: "", utmMedium: "",
            utmCampaign: "", userAgent: "curl/8"
        ).bytes
    }

    private static let (workspace, link) = (WorkspaceID.new(), LinkID.new())

    private func loadAll() throws -> Int {
        var loader = JournalLoader(directory: folder.path, store: store, logger: .silent)
        var clicks = 0
        while let loaded = try loader.load(), loaded.clicks > 0 { clicks += loaded.clicks }
        return clicks
    }

    @Test("on a full disk clicks go on being recorded, each once, and all can see it; with room again there is a new reserve")
    func fullDisk() throws {
        guard try mount(sizeMiB: 6) else { return }
        defer { unmount() }
        let writer = try JournalWriter(directory: folder.path)
        writer.tend()
        #expect(try SpoolReserves.read(folder.path) == SpoolReserves(bytes: Pace.leastBytes, inUse: 0))
        for number in 0..<100 { try writer.append(line(number)) }
        try fill()
        // Some of these fit in the last block of the present segment.
        for number in 100..<2000 { try writer.append(line(number)) }
        let reserves = try SpoolReserves.read(folder.path)
        #expect(reserves.inUse == 1 && reserves.bytes > 0 && reserves.bytes < Pace.leastBytes)
        #expect(try loadAll() == 2000)

        try FileManager.default.removeItem(atPath: folder.path + "/filling")
        writer.lookNow()
        writer.tend()
        writer.tend()  // brings the last of the used one to the disk, and lets go of it
        let renewed = try SpoolReserves.read(folder.path)
        #expect(renewed.inUse == 0 && renewed.bytes >= Pace.leastBytes)
        for number in 2000..<2100 { try writer.append(line(number)) }
        #expect(try loadAll() == 100)
    }

    @Test("a reserve that is used up is told of: the click is not recorded")
    func usedUp() throws {
        guard try mount(sizeMiB: 6) else { return }
        defer { unmount() }
        let writer = try JournalWriter(directory: folder.path)
        writer.tend()
        try fill()
        var taken = 0
        #expect(throws: JournalError.self) {
            while taken < 100_000 {
                try writer.append(line(taken))
                taken += 1
            }
        }
        #expect(taken * line(0).count > Pace.leastBytes * 9 / 10)
        #expect(try loadAll() == taken)
    }

    @Test("a reserve whose file somebody has deleted is given up, and made anew at once")
    func deleted() throws {
        guard try mount(sizeMiB: 6) else { return }
        defer { unmount() }
        let writer = try JournalWriter(directory: folder.path)
        writer.tend()
        for name in try folder.files where name.hasSuffix(".reserve") {
            try FileManager.default.removeItem(atPath: folder.path + "/" + name)
        }
        try fill()
        #expect(throws: JournalError.self) { for number in 0..<2000 { try writer.append(line(number)) } }
        try FileManager.default.removeItem(atPath: folder.path + "/filling")
        writer.tend()
        #expect(try SpoolReserves.read(folder.path) == SpoolReserves(bytes: Pace.leastBytes, inUse: 0))
    }

    @Test("whoever tidies up finds no reserve of a living process, not even one that is just being made")
    func making() throws {
        let directory = folder.path
        let isDone = Atomic(false)
        let tidier = try Threads.Thread.start(name: "tidier") {
            while !isDone.load(ordering: .relaxed) { SpoolReserve.removeAbandoned(in: directory) }
        }
        var lost = 0
        for _ in 0..<500 {
            let reserve = try SpoolReserve(in: directory, bytes: 4096)
            if try !folder.files.contains(where: { $0.hasSuffix(".reserve") }) { lost += 1 }
            withExtendedLifetime(reserve) {}
        }
        isDone.store(true, ordering: .relaxed)
        tidier.join()
        #expect(lost == 0)
        #expect(try folder.files.isEmpty)
    }

    @Test("a reserve is an hour of the busiest minute of late, and no more than a quarter of what is free")
    func pace() {
        var pace = Pace()
        #expect(pace.reserveBytes(free: 100 << 30) == Pace.leastBytes)
        pace.note(total: 1 << 20)
        #expect(pace.reserveBytes(free: 100 << 30) == 60 << 20)
        #expect(pace.reserveBytes(free: 80 << 20) == 20 << 20)
        pace.note(total: 1 << 20)
        #expect(pace.perMinute == (1 << 20) * 9 / 10, "a quiet minute does not end the rush")
        pace.note(total: 1 << 30)
        #expect(pace.reserveBytes(free: 100 << 30) == Pace.mostBytes)
    }

    @Test("what a killed process has reserved is given back by the next; a living one's is left alone")
    func abandoned() throws {
        let left = folder.path + "/01arz3ndektsv4rrffq69g5fav.reserve"
        #expect(FileManager.default.createFile(atPath: left, contents: nil))
        let (first, second) = (try JournalWriter(directory: folder.path), try JournalWriter(directory: folder.path))
        first.tend()
        second.tend()
        #expect(try folder.files.filter { $0.hasSuffix(".reserve") }.count == 2)
        #expect(!FileManager.default.fileExists(atPath: left))
    }

    @Test("what a process was killed over while it made it goes an hour later", arguments: [".reserve.new", ".journal.new"])
    func killedWhileMaking(suffix: String) throws {
        let names = ["01arz3ndektsv4rrffq69g5fav", "01arz3ndektsv4rrffq69g5faw"].map { folder.path + "/" + $0 + suffix }
        for name in names { #expect(FileManager.default.createFile(atPath: name, contents: nil)) }
        try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -3700)], ofItemAtPath: names[0])
        SpoolReserve.removeAbandoned(in: folder.path)
        #expect(names.map { FileManager.default.fileExists(atPath: $0) } == [false, true])
    }

    @Test("a reserve that there is no room for leaves no file, and closes nobody else's descriptor")
    func impossible() throws {
        let isDone = Atomic(false)
        let lost = Atomic(0)
        let others = try (0..<3).map { _ in
            try Threads.Thread.start(name: "others") {
                while !isDone.load(ordering: .relaxed) {
                    let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
                    sched_yield()
                    if close(file) != 0 { lost.add(1, ordering: .relaxed) }
                }
            }
        }
        let directory = folder.path
        for _ in 0..<2000 {
            #expect(throws: JournalError.self) { _ = try SpoolReserve(in: directory, bytes: .max / 2) }
        }
        isDone.store(true, ordering: .relaxed)
        others.forEach { $0.join() }
        #expect(lost.load(ordering: .relaxed) == 0)
        #expect(try folder.files.isEmpty)
    }

    @Test("each day begins a segment, and the reserve of a writer goes with it")
    func daily() throws {
        do {
            let writer = try JournalWriter(directory: folder.path)
            try writer.append(line(1))
            writer.tend()
            #expect(try Segment.list(in: folder.path).count == 1)
            writer.tend(now: .now().adding(milliseconds: 86_400_000))
            #expect(try Segment.list(in: folder.path).count == 2)
            writer.tend(now: .now().adding(milliseconds: 2 * 86_400_000))
            #expect(try Segment.list(in: folder.path).count == 2, "an empty one has no mark that could be forgotten")
        }
        #expect(try loadAll() == 1)
        #expect(try folder.files.allSatisfy { !$0.hasSuffix(".reserve") })
    }

    // MARK: A disk that can be filled

    /// - Returns: false where this user may not mount; then the test does not run, which is an error where all have to.
    private func mount(sizeMiB: Int) throws -> Bool {
        if geteuid() == 0, try run("mount", "-t", "tmpfs", "-o", "size=\(sizeMiB)m", "tmpfs", folder.path) == 0 { return true }
        notTested("A full disk: it needs root, to mount a tmpfs.")
        return false
    }

    private func unmount() { _ = try? run("umount", "-l", folder.path) }

    private func fill() throws {
        #expect(try run("dd", "if=/dev/zero", "of=\(folder.path)/filling", "bs=4096", "status=none") != 0)
    }

    private func run(_ words: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
