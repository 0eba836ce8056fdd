import Testing
import Threads

@Suite("Deadline")
struct DeadlineTests {
    @Test("never has not passed and leaves all the time there is")
    func never() {
        #expect(!Deadline.never.hasPassed)
        #expect(Deadline.never.remainingMilliseconds == .max)
        #expect(Deadline.never.pollTimeout == -1)
    }

    @Test("a deadline of zero or less has passed", arguments: [0, -1, -5000, Int.min])
    func past(milliseconds: Int) {
        let deadline = Deadline.after(milliseconds: milliseconds)
        #expect(deadline.hasPassed)
        #expect(deadline.remainingMilliseconds == 0)
        #expect(deadline.pollTimeout == 0)
    }

    @Test("a deadline ahead leaves at most what was asked for")
    func ahead() {
        let deadline = Deadline.after(milliseconds: 60_000)
        #expect(!deadline.hasPassed)
        #expect((1...60_000).contains(deadline.remainingMilliseconds))
        #expect(deadline > .after(milliseconds: 0) && deadline < .never)
    }

    @Test("a span too long to count is never", arguments: [Int.max, Int.max / 1_000_000])
    func farAway(milliseconds: Int) {
        #expect(Deadline.after(milliseconds: milliseconds) == .never)
    }
}
