import Glibc
import Testing
import Threads

@Suite("Crew")
struct CrewTests {
    private let done = Monitor(0)

    private func note() {
        done.withLock { $0 += 1 }
        done.broadcast()
    }

    private func isDone(_ count: Int) -> Bool {
        done.wait(until: .after(milliseconds: 20_000)) { $0 == count ? true : nil } ?? false
    }

    @Test("every job is done once, whoever asks")
    func all() throws {
        let crew = Crew(name: "crew", threads: 4, queue: 10_000)
        try onThreads(16) { _ in
            for _ in 0..<200 { #expect(crew.run { note() }) }
        }
        #expect(isDone(3200))
    }

    @Test("jobs that block hold no others up while there are threads, and no more work than there may be threads")
    func blocking() throws {
        let crew = Crew(name: "crew", threads: 3, queue: 100)
        let gate = Monitor(false)
        let running = Monitor(0)
        for _ in 0..<10 {
            #expect(crew.run {
                running.withLock { $0 += 1 }
                running.broadcast()
                _ = gate.wait(until: .never) { $0 ? true : nil }
                note()
            })
        }
        let isFull = running.wait(until: .after(milliseconds: 20_000)) { $0 == 3 ? true : nil }
        #expect(isFull == true)
        usleep(50_000)
        #expect(running.withLock { $0 } == 3 && done.withLock { $0 } == 0)
        gate.withLock { $0 = true }
        gate.broadcast()
        #expect(isDone(10))
    }

    @Test("a job too many is refused")
    func full() throws {
        let crew = Crew(name: "crew", threads: 1, queue: 2)
        let gate = Monitor(false)
        let began = Monitor(false)
        #expect(crew.run {
            began.withLock { $0 = true }
            began.broadcast()
            _ = gate.wait(until: .never) { $0 ? true : nil }
        })
        _ = began.wait(until: .after(milliseconds: 20_000)) { $0 ? true : nil }
        #expect(crew.run { note() } && crew.run { note() } && !crew.run { note() })
        gate.withLock { $0 = true }
        gate.broadcast()
        #expect(isDone(2))
    }

    @Test("after a pause it works again")
    func pause() throws {
        let crew = Crew(name: "crew", threads: 2, queue: 10)
        #expect(crew.run { note() } && isDone(1))
        usleep(2_300_000)
        #expect(crew.run { note() } && isDone(2))
    }
}
