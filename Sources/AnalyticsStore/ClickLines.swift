import MariaDB
import Model
import Store

/// Makes the lines of an answer from clicks by number.
struct ClickLines {
    private let question: ClickQuestion
    private let tally: Tally
    private let connection: Connection

    init(_ question: ClickQuestion, _ tally: Tally, connection: Connection) {
        (self.question, self.tally, self.connection) = (question, tally, connection)
    }

    func answer() throws(MariaDBError) -> ClickAnswer {
        switch question.group {
        case .time:
            var answer = ClickAnswer()
            (answer.total, answer.groups) = (tally.total, TimeSteps(question).lines(tally))
            return answer
        case .bot: return answer(["false": tally[0], "true": tally[1]])
        case .trigger:
            return answer(Dictionary(uniqueKeysWithValues: ClickTrigger.allCases.map { ($0.rawValue, tally[$0.number]) }))
        case .referrer: return try shown { numbers throws(MariaDBError) in try texts(.referrer, numbers) }
        case .link:
            return try shown { numbers throws(MariaDBError) in try links(numbers).mapValues(\.description) }
        case .domain: return answer(try hosts())
        case .tag: return answer(try tags())
        case .country, .city, .device, .browser, .os, .utmSource, .utmMedium, .utmCampaign: return answer(try parts())
        }
    }

    /// All values are known: the most clicked are shown.
    private func answer(_ counts: [String: Int]) -> ClickAnswer {
        var answer = ClickAnswer()
        answer.total = tally.total
        let lines = Self.sorted(counts.filter { $0.value != 0 })
        answer.groups = Array(lines.prefix(question.limit))
        let rest = lines.dropFirst(question.limit)
        answer.other = (rest.count, rest.reduce(0) { $0 + $1.clicks })
        return answer
    }

    /// A number is a value: only those that are shown need to be known.
    private func shown(_ texts: ([UInt32]) throws(MariaDBError) -> [UInt32: String]) throws(MariaDBError) -> ClickAnswer {
        var answer = ClickAnswer()
        let (numbers, other) = tally.top(question.limit)
        let texts = try texts(numbers)
        var counts: [String: Int] = [:]
        for number in numbers { counts[texts[number] ?? "", default: 0] += tally[number] }
        (answer.total, answer.groups, answer.other) = (tally.total, Self.sorted(counts), other)
        return answer
    }

    private static func sorted(_ counts: [String: Int]) -> [ClickCount] {
        counts.map(ClickCount.init).sorted { ($1.clicks, $0.value) < ($0.clicks, $1.value) }
    }

    /// By one part of the values.
    private func parts() throws(MariaDBError) -> [String: Int] {
        guard let (kind, part) = ClickQuestion.part(of: question.group) else { return [:] }
        let (numbers, separator) = (tally.numbers, ClickValue.separator)
        var counts: [String: Int] = [:]
        let texts = try texts(kind, numbers)
        for number in numbers {
            let parts = texts[number]?.split(separator: separator, omittingEmptySubsequences: false) ?? []
            counts[part < parts.count ? String(parts[part]) : "", default: 0] += tally[number]
        }
        return counts
    }

    // MARK: What numbers stand for

    /// The texts of numbers; 0 has none.
    private func texts(_ kind: ClickValue.Kind, _ numbers: [UInt32]) throws(MariaDBError) -> [UInt32: String] {
        var texts: [UInt32: String] = [:]
        try read("SELECT number, value FROM click_values", kind, numbers) { row in
            if case .integer(let number) = row[0], case .bytes(let text) = row[1] {
                texts[UInt32(truncatingIfNeeded: number)] = String(decoding: text, as: UTF8.self)
            }
        }
        return texts
    }

    /// The links of numbers.
    func links(_ numbers: [UInt32]) throws(MariaDBError) -> [UInt32: LinkID] {
        var links: [UInt32: LinkID] = [:]
        try read("SELECT number, digest FROM click_values", .link, numbers) { row in
            if case .integer(let number) = row[0], case .bytes(let bytes) = row[1], let id = ULID(bytes: bytes) {
                links[UInt32(truncatingIfNeeded: number)] = LinkID(id)
            }
        }
        return links
    }

    /// Where it is most of all numbers that are wanted, one walk along the key is cheaper than many steps.
    private func read(
        _ query: SQL, _ kind: ClickValue.Kind, _ numbers: [UInt32], each: (Row) -> Void
    ) throws(MariaDBError) {
        let source: SQL = "\(query) WHERE workspace_id = \(question.workspace) AND kind = \(kind.rawValue)"
        guard let last = numbers.max(), numbers.count < 512 || Int(last) > 8 * numbers.count else {
            if !numbers.isEmpty { try connection.query(source, each: each) }
            return
        }
        for chunk in chunks(of: numbers) {
            try connection.query("\(source) AND number IN (\(list: chunk.map { Int($0) }))", each: each)
        }
    }

    /// By the host of the link's domain; a link that is deleted has none.
    private func hosts() throws(MariaDBError) -> [String: Int] {
        var counts = ["": tally.total]
        try eachLink("""
            SELECT n.number, l.host FROM links l
            STRAIGHT_JOIN click_values n ON n.workspace_id = l.workspace_id AND n.kind = 'link' AND n.digest = l.id
            WHERE l.workspace_id = \(question.workspace)
            """) { number, host in
            counts[host, default: 0] += tally[number]
            counts["", default: 0] -= tally[number]
        }
        return counts
    }

    /// By tag: a click counts for each that its link has.
    private func tags() throws(MariaDBError) -> [String: Int] {
        var (counts, seen) = (["": tally.total], Set<UInt32>())
        try eachLink("""
            SELECT n.number, t.tag FROM link_tags t
            STRAIGHT_JOIN click_values n ON n.workspace_id = t.workspace_id AND n.kind = 'link' AND n.digest = t.link_id
            WHERE t.workspace_id = \(question.workspace)
            """) { number, tag in
            guard tally[number] != 0 else { return }
            counts[tag, default: 0] += tally[number]
            if seen.insert(number).inserted { counts["", default: 0] -= tally[number] }
        }
        return counts
    }

    private func eachLink(_ query: SQL, _ body: (UInt32, String) -> Void) throws(MariaDBError) {
        try connection.query(query) { row in
            if case .integer(let number) = row[0], case .string(let text) = row[1] { body(UInt32(truncatingIfNeeded: number), text) }
        }
    }
}
