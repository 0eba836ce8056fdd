import MariaDB
import Model
import Store

/// Counts the clicks of a question by the numbers of its group.
struct ClickReader {
    private let question: ClickQuestion
    private let scope: ClickScope
    private let filter: ClickFilter
    private let window: ClickWindow
    /// Of a question by time.
    private let steps: TimeSteps?
    /// Of a question by domain.
    private let domains: LinkDomains?
    /// Of a question by time that is answered link by link: the number under which the first step of each link is counted.
    private let places: [UInt32: UInt32]
    private let connection: Connection

    init(
        _ question: ClickQuestion, _ scope: ClickScope, isByLink: Bool = false, on connection: Connection
    ) throws(MariaDBError) {
        (self.question, self.scope, self.connection) = (question, scope, connection)
        (window, steps) = (ClickWindow(question), question.group == .time ? TimeSteps(question) : nil)
        let (numbers, length) = (isByLink ? scope.numbers : [], steps?.count ?? 0)
        places = Dictionary(uniqueKeysWithValues: numbers.enumerated().map { ($1, UInt32($0 * length)) })
        filter = try ClickFilter(question, on: connection)
        domains = question.group == .domain ? try LinkDomains(in: question.workspace, on: connection) : nil
    }

    func tally() throws(MariaDBError) -> Tally {
        var tally = Tally()
        guard !window.quarters.isEmpty else { return tally }
        switch scope {
        case .workspace where filter.isEmpty: try addSums(to: &tally)
        case .one: try addLinks(to: &tally)
        case .workspace, .some, .domain:
            try connection.limitingStatements(toSeconds: Self.secondsOfFacts) { () throws(MariaDBError) in try addLinks(to: &tally) }
        }
        try addParts(to: &tally)
        return tally
    }

    /// What the sums of the workspace cannot answer.
    private func addLinks(to tally: inout Tally) throws(MariaDBError) {
        if filter.isEmpty { try addSumsOfLinks(to: &tally) }
        try addFacts(to: &tally)
    }

    /// Whether links are of other domains than their blocks.
    private var haveMoved: Bool { domains?.haveMoved ?? false }

    private func step(of quarter: Int, _ link: UInt32) -> UInt32 { UInt32(steps?.index(of: quarter) ?? 0) + place(of: link) }

    /// Zero where all links count together.
    func place(of link: UInt32) -> UInt32 { places[link] ?? 0 }

    /// Clicks as the question counts them.
    private func counted(_ counts: ClickCounts) -> Int {
        switch question.count {
        case .all: counts.clicks
        case .human: counts.humans
        case .unique: counts.uniques
        }
    }

    // MARK: Sums

    /// The dimension in which the group is. Of one link's sums by link, tag or domain any that is short: only their total counts.
    private func dimension(ofLink isOfLink: Bool = false) -> ClickSums.Dimension {
        switch question.group {
        case .time: .quarter
        case .country, .city: .place
        case .device, .browser, .os: .agent
        case .referrer: .referrer
        case .utmSource, .utmMedium, .utmCampaign: .campaign
        case .bot, .trigger: .trigger
        case .link, .tag, .domain: isOfLink ? .trigger : question.group == .domain && !haveMoved ? .domain : .link
        }
    }

    /// The whole workspace: the pieces of the window. Time is counted by day.
    private func addSums(to tally: inout Tally) throws(MariaDBError) {
        let days = window.days
        let pieces = question.group == .time
            ? [(level: ClickSums.Level.day, quarters: days.lowerBound * Quarter.ofDay..<days.upperBound * Quarter.ofDay)]
            : window.pieces
        let dimension = dimension()
        for piece in pieces {
            try connection.query("""
                SELECT period, sums FROM click_sums
                WHERE workspace_id = \(question.workspace) AND link = \(Int(ClickSums.wholeWorkspace))
                  AND level = \(unsafeText: piece.level.sql) AND dimension = \(unsafeText: dimension.sql)
                  AND period >= \(piece.quarters.lowerBound) AND period < \(piece.quarters.upperBound)
                """) { row in
                if case .integer(let period) = row[0], case .bytes(let sums) = row[1] {
                    add(sums, of: Int(period), link: 0, to: &tally)
                }
            }
        }
    }

    /// The busy days of links that are whole in the window.
    private func addSumsOfLinks(to tally: inout Tally) throws(MariaDBError) {
        let days = window.wholeDays
        guard !days.isEmpty else { return }
        let dimension = dimension(ofLink: true)
        try connection.query("""
            SELECT t.period, t.sums, t.link FROM \(scope.rows(of: "click_sums"))
            WHERE t.workspace_id = \(question.workspace) AND t.level = 'day' AND t.dimension = \(unsafeText: dimension.sql)
              AND t.period >= \(days.lowerBound * Quarter.ofDay) AND t.period < \(days.upperBound * Quarter.ofDay)\(scope.condition)
            """) { row in
            guard case .integer(let period) = row[0], case .bytes(let sums) = row[1], case .integer(let link) = row[2] else { return }
            let number = UInt32(truncatingIfNeeded: link)
            if scope.contains(number) { add(sums, of: Int(period), link: number, to: &tally) }
        }
    }

    private func add(_ sums: [UInt8], of period: Int, link: UInt32, to tally: inout Tally) {
        switch question.group {
        case .time:
            Sums.forEach(sums) { number, counts in
                let quarter = period + Int(number)
                if window.quarters.contains(quarter) { tally.add(counted(counts), to: step(of: quarter, link)) }
            }
        case .bot:
            Sums.forEach(sums) { _, counts in
                tally.add(question.count == .all ? counts.humans : counted(counts), to: 0)
                if question.count == .all { tally.add(counts.clicks - counts.humans, to: 1) }
            }
        case .link where link != 0, .tag where link != 0:
            Sums.forEach(sums) { _, counts in tally.add(counted(counts), to: link) }
        case .domain where link != 0:
            let domain = domains?[link] ?? 0
            Sums.forEach(sums) { _, counts in tally.add(counted(counts), to: domain) }
        case .domain where haveMoved:
            Sums.forEach(sums) { number, counts in tally.add(counted(counts), to: domains?[number] ?? 0) }
        default:
            Sums.forEach(sums) { number, counts in tally.add(counted(counts), to: number) }
        }
    }

    // MARK: Facts

    /// The columns that the question needs, but for links and quarters.
    private var columns: [FactColumn] {
        let ofGroup: FactColumn? = switch question.group {
        case .country, .city: .places
        case .device, .browser, .os: .agents
        case .referrer: .referrers
        case .utmSource, .utmMedium, .utmCampaign: .campaigns
        case .time, .link, .tag, .domain, .bot, .trigger: nil
        }
        return [.places, .agents, .referrers, .campaigns].filter { $0 == ofGroup || filter.columns[$0] != nil }
    }

    /// Whether it matters which links of a block a row's facts are of.
    private var needsLinks: Bool {
        guard case .workspace = scope else { return true }
        return question.group == .link || question.group == .tag || haveMoved
    }

    /// After which a question is refused that has too many facts to look at.
    private static let secondsOfFacts = 10

    /// The facts of days: without filters those that are not in the sums, and those of the window's ends.
    private func addFacts(to tally: inout Tally) throws(MariaDBError) {
        let (days, whole) = (window.days, window.wholeDays)
        // Quarters only where they are asked for: in the days that are whole in the window they are not.
        let isWhole: SQL = whole.isEmpty || question.group == .time
            ? "FALSE" : "t.day >= \(date(whole.lowerBound)) AND t.day < \(date(whole.upperBound))"
        var query: SQL = """
            SELECT t.link, DATEDIFF(t.day, '1970-01-01'), t.facts, t.marks, IF(\(isWhole), '', t.quarters)
            """
        for column in columns { query += ", t.\(unsafeText: column.rawValue)" }
        if needsLinks { query += ", t.links" }
        query += """
             FROM \(scope.rows(of: "click_facts")) WHERE t.workspace_id = \(question.workspace)
              AND t.day >= \(date(days.lowerBound)) AND t.day < \(date(days.upperBound))\(scope.condition)
            """
        if filter.isEmpty, !whole.isEmpty {
            query += " AND (NOT t.summed OR t.day < \(date(whole.lowerBound)) OR t.day >= \(date(whole.upperBound)))"
        }
        try connection.query(query) { row in
            guard case .integer(let link) = row[0], case .integer(let day) = row[1], case .integer(let count) = row[2] else { return }
            let number = UInt32(truncatingIfNeeded: link)
            guard ClickBlocks.isBlock(number) || scope.contains(number) else { return }
            add(facts(of: row, at: 3, day: Int(day), count: Int(count), link: number), to: &tally)
        }
    }

    /// What no compaction has reached yet.
    private func addParts(to tally: inout Tally) throws(MariaDBError) {
        var query: SQL = "SELECT DATEDIFF(day, '1970-01-01'), clicks, marks, quarters"
        for column in columns { query += ", \(unsafeText: column.rawValue)" }
        query += """
            , links FROM click_parts WHERE workspace_id = \(question.workspace) AND views = \(question.page != nil)
              AND day >= \(date(window.days.lowerBound)) AND day < \(date(window.days.upperBound))
            """
        try connection.query(query) { row in
            guard case .integer(let day) = row[0], case .integer(let count) = row[1] else { return }
            add(facts(of: row, at: 2, day: Int(day), count: Int(count)), to: &tally)
        }
    }

    private func date(_ day: Int) -> String { CivilDate(day: day).sql }

    /// The facts of a row whose columns begin with `marks` and `quarters`.
    /// - Parameter link: nil where the last column has it.
    private func facts(of row: Row, at first: Int, day: Int, count: Int, link: UInt32? = nil) -> FactRow {
        var facts = FactRow(day: day, link: link, marks: [])
        func numbers(_ index: Int) -> [UInt32] {
            guard case .bytes(let bytes) = row[index] else { return [] }
            return VarintReader.numbers(bytes, count: count)
        }
        facts.marks = numbers(first)
        // Of a day that is whole in the window nobody asks when.
        if question.group == .time || !window.isWhole(day) { facts.values[.quarters] = numbers(first + 1) }
        for (index, column) in columns.enumerated() {
            let values = numbers(first + 2 + index)
            if let asked = filter.columns[column] { facts.keep(values, asked) }
            facts.values[column] = values
        }
        guard let link else {
            facts.values[.links] = numbers(first + 2 + columns.count)
            return facts
        }
        if needsLinks, ClickBlocks.isBlock(link) {
            facts.values[.links] = numbers(first + 2 + columns.count).map { link + $0 }
        }
        return facts
    }

    private func add(_ facts: FactRow, to tally: inout Tally) {
        let (quarters, links) = (facts.values[.quarters] ?? [], facts.values[.links] ?? [])
        let (first, group) = (facts.day * Quarter.ofDay, groupNumber(facts))
        for index in facts.marks.indices where facts.isKept(index) {
            let bits = ClickMarks(bits: facts.marks[index])
            guard filter.marks[Int(bits.bits)] else { continue }
            switch question.count {
            case .all: break
            case .human: if bits.isBot { continue }
            case .unique: if !bits.isFirst { continue }
            }
            if index < quarters.count, !window.quarters.contains(first + Int(quarters[index])) { continue }
            if index < links.count, !scope.contains(links[index]) { continue }
            tally.add(Int(facts.marks[index] >> 4) + 1, to: group(index))
        }
    }

    /// The number that each fact of a row is counted under.
    private func groupNumber(_ facts: FactRow) -> (Int) -> UInt32 {
        func number(_ column: FactColumn, else other: UInt32 = 0) -> (Int) -> UInt32 {
            let values = facts.values[column] ?? []
            return { $0 < values.count ? values[$0] : other }
        }
        let (marks, first, quarter) = (facts.marks, facts.day * Quarter.ofDay, number(.quarters))
        switch question.group {
        case .time where places.isEmpty: return { step(of: first + Int(quarter($0)), 0) }
        case .time:
            let link = number(.links, else: facts.link ?? 0)
            return { step(of: first + Int(quarter($0)), link($0)) }
        case .country, .city: return number(.places)
        case .device, .browser, .os: return number(.agents)
        case .referrer: return number(.referrers)
        case .utmSource, .utmMedium, .utmCampaign: return number(.campaigns)
        case .bot: return { ClickMarks(bits: marks[$0]).isBot ? 1 : 0 }
        case .trigger: return { ClickMarks(bits: marks[$0]).trigger }
        case .link, .tag: return number(.links, else: facts.link ?? 0)
        case .domain:
            let (link, domains) = (number(.links, else: facts.link ?? 0), domains)
            return { domains?[link($0)] ?? 0 }
        }
    }
}

/// The facts of a row, in columns, and which of them are asked for.
private struct FactRow {
    let day: Int
    /// The link or block that all are of; nil in a part.
    let link: UInt32?
    var marks: [UInt32]
    var values: [FactColumn: [UInt32]] = [:]
    /// Empty as long as all are.
    private var kept: [Bool] = []

    init(day: Int, link: UInt32?, marks: [UInt32]) { (self.day, self.link, self.marks) = (day, link, marks) }

    mutating func keep(_ values: [UInt32], _ asked: [Bool]) {
        if kept.isEmpty { kept = [Bool](repeating: true, count: values.count) }
        for (index, value) in values.enumerated() where value >= asked.count || !asked[Int(value)] { kept[index] = false }
    }

    func isKept(_ index: Int) -> Bool { kept.isEmpty || index < kept.count && kept[index] }
}
