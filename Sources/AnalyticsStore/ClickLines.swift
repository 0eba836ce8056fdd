import MariaDB
import Model
import Store

/// Makes the lines of an answer from clicks by number.
struct ClickLines {
    private let question: ClickQuestion
    private let tally: Tally
    private let connection: Connection
    private let texts: ClickTexts

    init(_ question: ClickQuestion, _ tally: Tally, connection: Connection) {
        (self.question, self.tally, self.connection) = (question, tally, connection)
        texts = ClickTexts(question.workspace, on: connection)
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
        case .referrer: return try shown { numbers throws(MariaDBError) in try texts.texts(.referrer, numbers) }
        case .domain: return try shown { numbers throws(MariaDBError) in try texts.texts(.domain, numbers) }
        case .link:
            return try shown { numbers throws(MariaDBError) in try texts.links(numbers).mapValues(\.description) }
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
        var counts = ["": tally.total]
        try texts.each(kind, tally.numbers) { number, text in
            let parts = text.split(separator: ClickValue.separator, omittingEmptySubsequences: false)
            guard part < parts.count, !parts[part].isEmpty else { return }
            counts[String(parts[part]), default: 0] += tally[number]
            counts["", default: 0] -= tally[number]
        }
        return counts
    }

    /// By tag: a click counts for each that its link has.
    private func tags() throws(MariaDBError) -> [String: Int] {
        var (counts, seen) = (["": tally.total], Set<UInt32>())
        try connection.query("""
            SELECT n.number, t.tag FROM link_tags t
            STRAIGHT_JOIN click_values n ON n.workspace_id = t.workspace_id AND n.kind = 'link' AND n.digest = t.link_id
            WHERE t.workspace_id = \(question.workspace)
            """) { row in
            guard case .integer(let link) = row[0], case .string(let tag) = row[1] else { return }
            let number = UInt32(truncatingIfNeeded: link)
            guard tally[number] != 0 else { return }
            counts[tag, default: 0] += tally[number]
            if seen.insert(number).inserted { counts["", default: 0] -= tally[number] }
        }
        return counts
    }
}
