import Testing
import Threads

@Suite("What was used last is kept")
struct RecentlyUsedTests {
    private final class Resource {}

    @Test("what was not used for the longest time goes, one by one")
    func order() {
        var cache = RecentlyUsed<Int, String>(budget: 3)
        for key in 1...3 { cache.set(key, to: "\(key)") }
        #expect(cache.use(1) == "1")
        cache.set(4, to: "4")
        #expect(cache.count == 3)
        #expect((1...4).map { cache.use($0) } == ["1", nil, "3", "4"])
    }

    @Test("costs are bounded, and what costs more than all is not kept")
    func costs() {
        var cache = RecentlyUsed<Int, Int>(budget: 100)
        for key in 1...10 { cache.set(key, to: key, cost: 20) }
        #expect(cache.count == 5 && cache.cost == 100)
        cache.set(11, to: 11, cost: 50)
        #expect(cache.cost <= 100 && cache.use(11) == 11)
        cache.set(12, to: 12, cost: 101)
        #expect(cache.use(12) == nil && cache.use(11) == 11)
        cache.set(11, to: 0, cost: 1)
        #expect(cache.use(11) == 0)
    }

    @Test("against a plain model: thousands of random operations", arguments: [(budget: 8, steps: 1000), (64, 20_000)])
    func model(budget: Int, steps: Int) {
        var (cache, model) = (RecentlyUsed<Int, Int>(budget: budget), [(key: Int, value: Int)]())
        for step in 0..<steps {
            let key = Int.random(in: 0..<2 * budget)
            let found = model.firstIndex { $0.key == key }
            switch Int.random(in: 0..<3) {
            case 0:
                #expect(cache.use(key) == found.map { model[$0].value })
                if let found { model.append(model.remove(at: found)) }
            case 1:
                if let found { model.remove(at: found) }
                model.append((key, step))
                if model.count > budget { model.removeFirst() }
                cache.set(key, to: step)
            default:
                if let found { model.remove(at: found) }
                cache.remove(key)
            }
            #expect(cache.count == model.count && cache.cost == model.count)
        }
        #expect((0..<2 * budget).map { cache.use($0) } == (0..<2 * budget).map { key in model.first { $0.key == key }?.value })
    }

    @Test("what has gone is let go")
    func released() {
        var cache = RecentlyUsed<Int, Resource>(budget: 1)
        weak var first: Resource?
        do {
            let resource = Resource()
            first = resource
            cache.set(1, to: resource)
        }
        #expect(first != nil)
        cache.set(2, to: Resource())
        #expect(first == nil)
    }
}
