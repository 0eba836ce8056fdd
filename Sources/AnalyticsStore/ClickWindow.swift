import Model

/// The window of a question in quarters of an hour since 1970, and the pieces that are added up already.
struct ClickWindow {
    let quarters: Range<Int>

    init(_ question: ClickQuestion) {
        // Nothing was clicked before 1970.
        let first = max(0, Int(question.start.milliseconds / Quarter.milliseconds))
        quarters = first..<max(first, Int(question.end.milliseconds / Quarter.milliseconds))
    }

    /// The UTC days that it touches, since 1970.
    var days: Range<Int> {
        guard !quarters.isEmpty else { return 0..<0 }
        return quarters.lowerBound / Quarter.ofDay..<(quarters.upperBound - 1) / Quarter.ofDay + 1
    }

    /// The UTC days that are whole in it.
    var wholeDays: Range<Int> {
        let first = (quarters.lowerBound + Quarter.ofDay - 1) / Quarter.ofDay
        return first..<max(first, quarters.upperBound / Quarter.ofDay)
    }

    func isWhole(_ day: Int) -> Bool { wholeDays.contains(day) }

    /// Ranges of whole calendar months, whole days and single quarters that make up the window, each in quarters.
    var pieces: [(level: ClickSums.Level, quarters: Range<Int>)] {
        let days = wholeDays
        guard !days.isEmpty else { return [(.quarter, quarters)] }
        let months = Self.wholeMonths(in: days)
        let (first, last) = (days.lowerBound * Quarter.ofDay, days.upperBound * Quarter.ofDay)
        var pieces: [(level: ClickSums.Level, quarters: Range<Int>)] = [(.quarter, quarters.lowerBound..<first)]
        if months.isEmpty {
            pieces.append((.day, first..<last))
        } else {
            let (begin, end) = (months.lowerBound * Quarter.ofDay, months.upperBound * Quarter.ofDay)
            pieces += [(.day, first..<begin), (.month, begin..<end), (.day, end..<last)]
        }
        pieces.append((.quarter, last..<quarters.upperBound))
        return pieces.filter { !$0.quarters.isEmpty }
    }

    /// The days of the calendar months that are whole in a range of days.
    private static func wholeMonths(in days: Range<Int>) -> Range<Int> {
        var first = CivilDate(day: days.lowerBound)
        if first.day > 1 { first = CivilDate(day: firstOfNextMonth(after: first)) }
        var last = CivilDate(day: days.upperBound)
        last.day = 1
        let begin = first.dayNumber
        return begin..<max(begin, last.dayNumber)
    }

    private static func firstOfNextMonth(after date: CivilDate) -> Int {
        CivilDate(year: date.year, month: date.month, day: 1).dayNumber + CivilDate.days(inMonth: date.month, of: date.year)
    }
}

/// The steps of an answer by time.
struct TimeSteps {
    /// The beginning of each, in quarters since 1970, and as it is told.
    private let starts: [Int]
    private let names: [String]

    init(_ question: ClickQuestion) {
        var (starts, names) = ([Int](), [String]())
        var step = question.zone.floor(question.start, to: question.granularity)
        while step < question.end {
            starts.append(Int(step.milliseconds / Quarter.milliseconds))
            names.append(step.rfc3339)
            step = question.zone.next(step, question.granularity)
        }
        (self.starts, self.names) = (starts, names)
    }

    /// The step that a quarter of the window is in.
    func index(of quarter: Int) -> Int {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= quarter { low = middle } else { high = middle }
        }
        return low
    }

    var count: Int { starts.count }

    /// - Parameter first: the number under which the clicks of the first step are counted.
    func lines(_ counts: Tally, from first: UInt32 = 0) -> [ClickCount] {
        names.enumerated().map { ClickCount(value: $1, clicks: counts[first + UInt32($0)]) }
    }
}

/// Clicks by number.
struct Tally {
    /// Neighbours together, as far as any has clicks.
    private var pages: [[Int]] = []
    private(set) var total = 0

    private static let pageBits = 12
    private static let emptyPage = [Int](repeating: 0, count: 1 << pageBits)

    subscript(_ number: UInt32) -> Int {
        let page = Int(number) >> Self.pageBits
        return page < pages.count && !pages[page].isEmpty ? pages[page][Int(number) & (1 << Self.pageBits - 1)] : 0
    }

    @inline(__always)
    mutating func add(_ clicks: Int, to number: UInt32) {
        let page = Int(number) >> Self.pageBits
        if page >= pages.count || pages[page].isEmpty { makePage(page) }
        pages[page][Int(number) & (1 << Self.pageBits - 1)] += clicks
        total += clicks
    }

    private mutating func makePage(_ page: Int) {
        while pages.count <= page { pages.append([]) }
        pages[page] = Self.emptyPage
    }

    /// Calls `body` with each number that has clicks, in their order.
    private func forEach(_ body: (UInt32, Int) -> Void) {
        for (page, counts) in pages.enumerated() {
            for (place, clicks) in counts.enumerated() where clicks != 0 { body(UInt32(page << Self.pageBits + place), clicks) }
        }
    }

    /// The numbers that have clicks.
    var numbers: [UInt32] {
        var numbers: [UInt32] = []
        forEach { number, _ in numbers.append(number) }
        return numbers
    }

    /// So many numbers with the most clicks, of those with as many the lowest; and what the others come to.
    func top(_ limit: Int) -> (numbers: [UInt32], other: (values: Int, clicks: Int)) {
        var (best, least, count) = ([(number: UInt32, clicks: Int)](), 0, 0)
        func keepBest() {
            best = Array(best.sorted { ($1.clicks, $0.number) < ($0.clicks, $1.number) }.prefix(limit))
            if best.count == limit { least = best.last?.clicks ?? 0 }
        }
        forEach { number, clicks in
            count += 1
            // Of the later ones only those with more: numbers come in their order.
            guard clicks > least else { return }
            best.append((number, clicks))
            if best.count >= 2 * limit { keepBest() }
        }
        keepBest()
        return (best.map(\.number), (count - best.count, total - best.reduce(0) { $0 + $1.clicks }))
    }
}
