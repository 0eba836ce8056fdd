import MariaDB
import Model
import Store

/// Answers questions about clicks. What was not asked for is not read: a window of the workspace is made of sums by month, day and
/// quarter of an hour; one of links of the facts of their days, where those of a busy day are added up as well; filters read facts.
/// What no compaction has reached yet is added to each. Exact within a snapshot, which is the caller's.
public enum ClickAnalytics {
    public static func answer(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) -> ClickAnswer {
        let tally = try ClickScope(question, on: connection).map { scope throws(MariaDBError) in
            try ClickReader(question, scope, on: connection).tally()
        }
        return try ClickLines(question, tally ?? Tally(), connection: connection).answer()
    }

    /// Clicks of each of some links in the window of a question; a link without any is left out.
    public static func clicks(
        of links: [LinkID], _ question: ClickQuestion, on connection: Connection
    ) throws(MariaDBError) -> [LinkID: Int] {
        guard let scope = try ClickScope(links, in: question.workspace, on: connection) else { return [:] }
        var question = question
        (question.page, question.group) = (nil, .link)
        let tally = try ClickReader(question, scope, on: connection).tally()
        return try ClickTexts(question.workspace, on: connection).links(tally.numbers).reduce(into: [:]) {
            $0[$1.value] = tally[$1.key]
        }
    }

    /// Clicks of each link that a question names, step by step, most clicks first; links without any are left out.
    public static func series(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) -> [ClickSeries] {
        var question = question
        question.group = .time
        guard let scope = try ClickScope(question, on: connection) else { return [] }
        let reader = try ClickReader(question, scope, isByLink: true, on: connection)
        let tally = try reader.tally()
        let links = try ClickTexts(question.workspace, on: connection).links(scope.numbers)
        return scope.numbers.compactMap { number in
            guard let link = links[number] else { return nil }
            let steps = TimeSteps(question).lines(tally, from: reader.place(of: number))
            let clicks = steps.reduce(0) { $0 + $1.clicks }
            return clicks == 0 ? nil : ClickSeries(link: link, clicks: clicks, steps: steps)
        }.sorted { ($1.clicks, $0.link) < ($0.clicks, $1.link) }
    }

    /// The clicks of the workspace in the window of a question, as far as they are kept: what an export has to look at.
    package static func kept(_ question: ClickQuestion, on connection: Connection) throws(MariaDBError) -> Int {
        guard let first = try Clicks.firstDay(of: question.workspace, on: connection) else { return 0 }
        let start = max(question.start, Timestamp(day: first))
        guard start < question.end else { return 0 }
        return try answer(
            ClickQuestion(workspace: question.workspace, start: start, end: question.end, group: .trigger), on: connection).total
    }

    /// The clicks of all workspaces on a UTC day and all after it, as they are counted.
    public static func total(from day: Int, on connection: Connection) throws(MariaDBError) -> Int {
        let compacted = try connection.query("""
            SELECT sums FROM click_sums WHERE link = \(Int(ClickSums.wholeWorkspace)) AND level = 'day' AND dimension = 'trigger'
              AND period >= \(day * Quarter.ofDay)
            """)
        var total = 0
        for row in compacted { Sums.forEach(try row.bytes(0)) { total += $1.clicks } }
        return total + (try connection.query("""
            SELECT CAST(COALESCE(SUM(clicks), 0) AS SIGNED) FROM click_parts
            WHERE NOT views AND day >= \(CivilDate(day: day).sql)
            """).first?.integer(0) ?? 0)
    }
}
