import Foundation
import Support
import Testing

@testable import Metrics

/// The numbers that the processes of a host share.
@Suite("The host's numbers")
struct HostMemoryTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/metrics" }

    init() throws { folder = try TemporaryFolder("metrics") }

    @Test("what one process counts another reads, whichever has named it first")
    func shared() {
        let (first, second) = (HostMemory(path: path), HostMemory(path: path))
        #expect(first.problem == nil && second.problem == nil)
        Counter("a", in: first).add(2)
        Counter("b", in: second).add(5)
        Counter("a", in: second).add()
        #expect(Counter("a", in: first).value == 3)
        #expect(Counter("b", in: first).value == 5)
        #expect(Counter("c", in: first).value == 0)
    }

    @Test("numbers outlive the processes that have made them")
    func outlive() {
        Counter("a", in: HostMemory(path: path)).add(7)
        #expect(Counter("a", in: HostMemory(path: path)).value == 7)
    }

    @Test("processes that add at the same time lose nothing, and kill -9 in between costs nobody else a count")
    func concurrent() async throws {
        let (writers, adds) = (4, 200_000)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask { [path] in
                    await #expect(processExitsWith: .success) { [path = path as String, adds = adds as Int, writer = writer as Int] in
                        let memory = HostMemory(path: path)
                        let (counter, own) = (Counter("all", in: memory), Counter("own \(writer)", in: memory))
                        for _ in 0..<adds {
                            counter.add()
                            own.add()
                        }
                        #expect(memory.problem == nil)
                    }
                }
            }
            group.addTask { [path] in
                for round in 0..<5 {
                    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, round = round as Int] in
                        Thread.detachNewThread {
                            usleep(useconds_t(5_000 * (round + 1)))
                            kill(getpid(), SIGKILL)
                        }
                        // Names numbers for as long as it lives: it dies with the file's lock held as like as not.
                        for number in 0... {
                            let memory = HostMemory(path: path)
                            Counter("killed \(round) \(number % 500)", in: memory).add()
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let memory = HostMemory(path: path)
        #expect(memory.problem == nil)
        #expect(Counter("all", in: memory).value == writers * adds)
        for writer in 0..<writers { #expect(Counter("own \(writer)", in: memory).value == adds) }
    }

    @Test("a change that one process tells of is seen by another at once, and by nobody who asks for something else")
    func changes() {
        let (first, second) = (HostMemory(path: path), HostMemory(path: path))
        let before = (second.changes(of: "go.example/a").value, second.changes(of: "go.example/b").value)
        first.changes(of: "go.example/a").grow()
        #expect(second.changes(of: "go.example/a").value == before.0 + 1)
        #expect(second.changes(of: "go.example/b").value == before.1)
    }

    @Test("names are spread over the numbers of changes")
    func spread() {
        let memory = HostMemory(path: path)
        for number in 0..<10_000 { memory.changes(of: "go.example/slug\(number)").grow() }
        // 10,000 balls in 32,768 boxes leave 24,150 empty, give or take a hundred.
        let touched = (0..<100_000).count { memory.changes(of: "other\($0)").value > 0 }
        #expect((22_000..<31_000).contains(touched), "\(touched)")
    }

    @Test("a file of before there were changes grows, and what it counted stays")
    func grows() throws {
        let old = HostMemory(path: path)
        Counter("a", in: old).add(3)
        try #require(truncate(path, off_t(HostMemory.size - HostMemory.changeCount * 8)) == 0)
        let fresh = HostMemory(path: path)
        fresh.changes(of: "x").grow()
        Counter("a", in: fresh).add()
        #expect(fresh.problem == nil && Counter("a", in: old).value == 4 && fresh.changes(of: "x").value == 1)
    }

    @Test("a file that cannot be made or mapped leaves the process with numbers of its own, and says why")
    func fallback() throws {
        for path in ["/nonexistent/metrics", folder.path] {
            let memory = HostMemory(path: path)
            #expect(memory.problem?.contains("MASK_METRICS") == true)
            Counter("a", in: memory).add()
            #expect(Counter("a", in: memory).value == 1)
            #expect(memory.takenSeats == [] && memory.takeSeat() == 0 && memory.takenSeats == [0])
        }
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.path + "/elsewhere")
        #expect(HostMemory(path: path).problem != nil)
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/elsewhere"))
    }

    @Test("a process that holds the file for good keeps nobody from counting")
    func held() throws {
        _ = HostMemory(path: path)
        let descriptor = open(path, O_RDWR)
        defer { close(descriptor) }
        try #require(flock(descriptor, LOCK_EX) == 0)
        let memory = HostMemory(path: path)
        #expect(memory.problem?.contains("flock") == true)
        Counter("a", in: memory).add()
        #expect(Counter("a", in: memory).value == 1)
    }

    @Test("a file of another layout is replaced, and an empty one that was made beforehand is used", arguments: [
        14, HostMemory.size, 0,
    ])
    func replaced(size: Int) throws {
        try Data(repeating: 0x78, count: size).write(to: URL(fileURLWithPath: path))
        let memory = HostMemory(path: path)
        #expect(memory.problem == nil)
        Counter("a", in: memory).add()
        #expect(Counter("a", in: HostMemory(path: path)).value == 1)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o660)
    }

    @Test("a full file leaves further numbers to the process that has named them")
    func full() {
        let memory = HostMemory(path: path)
        for number in 0..<5000 { Counter("number \(number)", in: memory).add(number) }
        let other = HostMemory(path: path)
        #expect(Counter("number 4000", in: other).value == 4000)
        let last = Counter("number 4999", in: memory)
        last.add()
        #expect(last.value == 1)
    }

    @Test("a seat is one process's as long as it lives")
    func seats() async throws {
        let memory = HostMemory(path: path)
        #expect(memory.takeSeat() == 0 && memory.takeSeat() == 0)
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let memory = HostMemory(path: path)
            #expect(memory.takeSeat() == 1)
            #expect(memory.takenSeats == [0, 1])
            kill(getpid(), SIGKILL)
        }
        #expect(memory.takenSeats == [0])
        #expect(seatsWithAnother(memory) == [0, 1])
    }

    private func seatsWithAnother(_ memory: HostMemory) -> [Int] {
        let other = HostMemory(path: path)
        return withExtendedLifetime(other) { other.takeSeat() == 1 ? memory.takenSeats : [] }
    }

    @Test("a process tells of its memory, threads and files, and of those of the others")
    func processes() {
        let (first, second) = (HostMemory(path: path), HostMemory(path: path))
        let one = ProcessMetrics(first, startedAt: 1_000)
        one.gauge("cache")?.set(3)
        let two = ProcessMetrics(second, startedAt: 2_500)
        two.gauge("cache")?.set(4)
        #expect(one.values("cache").map(\.1) == [3, 4])
        let text = Exposition.openMetrics.text(one.families)
        #expect(text.contains("mask_process_start_time_seconds{worker=\"0\"} 1.0\n"))
        #expect(text.contains("mask_process_start_time_seconds{worker=\"1\"} 2.5\n"))
        #expect((1...10_000).contains(one.values("process threads")[0].1))
        #expect(one.values("process memory")[0].1 > 1 << 20)
        #expect((3...100_000).contains(one.values("process descriptors")[0].1))
    }

    @Test("adding costs nanoseconds")
    func cost() {
        let counter = Counter("a", in: HostMemory(path: path))
        let clock = ContinuousClock()
        let took = clock.measure { for _ in 0..<100_000 { counter.add() } }
        // A debug build on a busy machine; a release build takes some 5 ns.
        #expect(took / 100_000 < .microseconds(2))
    }
}
