import Testing
import Threads

@Suite("What something large is found by")
struct HashedKeyTests {
    @Test("the same has the same key, and a hundred thousand others each have one of their own")
    func keys() {
        #expect(HashedKey(["go.test", "a"]) == HashedKey(["go.test", "a"]))
        #expect(HashedKey(["go.test", "a"]) != HashedKey(["go.tes", "ta"]))
        #expect(Set((0..<100_000).map { HashedKey($0) }).count == 100_000)
    }

    @Test("the parts of a cache get about as much each")
    func parts() {
        var counts = [Int](repeating: 0, count: 16)
        for number in 0..<16_000 { counts[HashedKey(number).part(of: 16)] += 1 }
        #expect(counts.allSatisfy { 700 < $0 && $0 < 1300 })
    }
}
