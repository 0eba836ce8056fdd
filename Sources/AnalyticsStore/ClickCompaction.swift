import MariaDB
import Model
import Store

/// Moves the facts of parts to where questions find them quickly: to the days of their links or blocks, and into the sums.
///
/// A batch of the loader is appended as it is, since a few clicks on each of many links would write many large rows again. What
/// has gathered is written at once: the days of links by appending to their columns, the sums by reading and writing them.
package enum ClickCompaction {
    /// As soon as so many parts or clicks of a workspace wait, they are compacted.
    package struct Threshold: Sendable {
        var parts = 64
        var clicks = 50_000

        /// For tests, which let every batch be compacted.
        package static let everyBatch = Threshold(parts: 1, clicks: 1)
        package static let usual = Threshold()

        package func isReached(by waiting: ClickParts.Appended) -> Bool { waiting.parts >= parts || waiting.clicks >= clicks }
    }

    /// Clicks of one transaction, but for what the last part has beyond: they are in memory meanwhile.
    private static let clicksAtOnce = 50_000

    /// Compacts what a workspace has waiting, in one transaction or several. Nothing where another process does so.
    package static func run(_ workspace: WorkspaceID, in store: Store) throws {
        var hasMore = true
        while hasMore {
            hasMore = try store.write { connection in
                try NamedLock.hold("compact.\(workspace.ulid)", on: connection) {
                    try connection.transaction { try compact(workspace, on: $0) }
                } ?? false
            }
        }
    }

    /// - Returns: whether more waits than could be taken at once.
    private static func compact(_ workspace: WorkspaceID, on connection: Connection) throws -> Bool {
        let (ids, hasMore) = try ClickParts.oldest(of: workspace, clicks: clicksAtOnce, on: connection)
        guard !ids.isEmpty else { return false }
        let waiting = try ClickParts.read(ids, of: workspace, on: connection)
        let facts = CountedFact.count(waiting, try LinkDomains(in: workspace, on: connection))
        let rows = AppendedRow.divide(facts)
        let states = try ClickFacts.append(rows.map { ($0.link, $0.day, $0.columns) }, in: workspace, on: connection)
        var (sums, counter) = ([ClickSums.Key: Sums](), SumCounter())
        for (row, state) in zip(rows, states) {
            var state = state
            if !ClickBlocks.isBlock(row.link), state.isSummed || state.facts >= ClickFacts.busy {
                // The first time all that the day has, which is more than this.
                let facts = state.isSummed ? row.facts : try ClickFacts.read(state, in: workspace, on: connection)[...]
                for dimension in ClickSums.Dimension.ofLink {
                    let key = ClickSums.Key(
                        link: row.link, level: .day, dimension: dimension, period: Int(row.day) * Quarter.ofDay, block: 0)
                    sums[key] = counter.sums(of: facts, by: dimension)
                }
                if !state.isSummed { try ClickFacts.markSummed(state, in: workspace, on: connection) }
                state.isSummed = true
            }
            if state.facts >= ClickFacts.full { try ClickFacts.close(state, in: workspace, on: connection) }
        }
        sumUp(facts, to: &sums, with: &counter)
        try ClickSums.add(sums, in: workspace, on: connection)
        try ClickParts.delete(ids, of: workspace, on: connection)
        return hasMore
    }

    /// The sums of the whole workspace. Views of pages are no clicks of it.
    private static func sumUp(_ facts: [CountedFact], to sums: inout [ClickSums.Key: Sums], with counter: inout SumCounter) {
        var ordered = facts.filter { $0.link < ClickNumbers.firstPage }
        ordered.sort { $0.quarter < $1.quarter }
        for level in ClickSums.Level.allCases {
            for facts in ordered.runs(by: { level.floor($0.quarter) }) {
                let period = level.floor(facts[facts.startIndex].quarter)
                for dimension in ClickSums.Dimension.allCases where dimension != .quarter || level == .day {
                    for (block, sum) in counter.sums(of: facts, by: dimension).blocks(of: dimension) {
                        let key = ClickSums.Key(
                            link: ClickSums.wholeWorkspace, level: level, dimension: dimension, period: period, block: block)
                        sums[key] = sum
                    }
                }
            }
        }
    }
}

/// Clicks that are alike, of one link on one day.
struct CountedFact {
    var link: UInt32
    /// That of its block.
    var domain: UInt32 = 0
    /// Days since 1970.
    var day: Int32
    var fact: ClickFact
    var count: Int

    /// Since 1970.
    var quarter: Int { Int(day) * Quarter.ofDay + Int(fact.quarter) }

    /// Facts that are alike as one; by link and day, and in the order of time there.
    static func count(_ facts: consuming [LinkFact], _ domains: LinkDomains) -> [CountedFact] {
        facts.sort()
        return facts.runs(by: { $0 }).map { run in
            let first = run[run.startIndex]
            return CountedFact(link: first.link, domain: domains.ofBlock(first.link), day: first.day, fact: first.fact, count: run.count)
        }
    }
}

/// What a row gets: facts of one link on one day, or of a block.
private struct AppendedRow {
    var link: UInt32
    var day: Int32
    /// Of one link.
    var facts: ArraySlice<CountedFact> = []
    var columns = FactColumns()

    /// In the order of the key.
    /// - Parameter facts: by link and day.
    static func divide(_ facts: [CountedFact]) -> [AppendedRow] {
        facts[...].runs(by: { ClickBlocks.number(of: $0.link) }).flatMap { facts in
            let block = ClickBlocks.number(of: facts[facts.startIndex].link)
            var (own, shared) = ([AppendedRow](), [Int32: AppendedRow]())
            for facts in facts.runs(by: { UInt64($0.link) << 32 | UInt64(UInt32(bitPattern: $0.day)) }) {
                let (link, day) = (facts[facts.startIndex].link, facts[facts.startIndex].day)
                if facts.count >= ClickFacts.ownRow || link >= ClickNumbers.firstPage {
                    var row = AppendedRow(link: link, day: day, facts: facts)
                    for fact in facts { row.columns.append(fact.fact, count: fact.count) }
                    own.append(row)
                } else {
                    for fact in facts {
                        shared[day, default: AppendedRow(link: block, day: day)].columns
                            .append(fact.fact, link: link - block, count: fact.count)
                    }
                }
            }
            return shared.values.sorted { $0.day < $1.day } + own
        }
    }
}

/// Adds facts up by number.
private struct SumCounter {
    /// Where in `entries` a number is, from 1.
    private var places: [UInt32] = []
    private var entries: [(number: UInt32, counts: ClickCounts)] = []

    mutating func sums(of facts: ArraySlice<CountedFact>, by dimension: ClickSums.Dimension) -> Sums {
        for fact in facts {
            let number = Int(dimension.number(fact))
            places.grow(to: number, filling: 0)
            if places[number] == 0 {
                entries.append((UInt32(number), ClickCounts()))
                places[number] = UInt32(entries.count)
            }
            entries[Int(places[number]) - 1].counts += fact.fact.marks.counts * fact.count
        }
        for entry in entries { places[Int(entry.number)] = 0 }
        defer { entries.removeAll(keepingCapacity: true) }
        return Sums(sorted: entries.sorted { $0.number < $1.number })
    }
}

extension Sums {
    /// Those of links, so many numbers each.
    fileprivate func blocks(of dimension: ClickSums.Dimension) -> [(UInt32, Sums)] {
        guard dimension == .link else { return [(0, self)] }
        return entries.runs(by: { $0.number >> ClickSums.blockBits }).map { entries in
            (entries[entries.startIndex].number >> ClickSums.blockBits, Sums(sorted: Array(entries)))
        }
    }
}

extension RandomAccessCollection where Index == Int {
    /// Neighbours that have the same value, one run after another: there may be as many as elements.
    fileprivate func runs<Value: Equatable>(by value: @escaping (Element) -> Value) -> some Sequence<SubSequence> {
        sequence(state: startIndex) { start in
            guard start < endIndex else { return nil }
            let (begin, first) = (start, value(self[start]))
            while start < endIndex, value(self[start]) == first { start += 1 }
            return self[begin..<start]
        }
    }
}
