import MariaDB
import Model
import Store

/// A question about the use of the API, answered from the roll-ups.
public struct UsageQuestion: Sendable {
    public enum Group: String, Sendable, CaseIterable {
        case time, key, member, endpoint, status
    }

    public var workspace: WorkspaceID
    public var caller: Caller?
    /// Method and route pattern: `GET /links/{id}`.
    public var endpoint: String?
    public var status: Int?
    /// From this instant (included) to that (excluded); both on a period of the resolution.
    public var start: Timestamp
    public var end: Timestamp
    public var resolution: APIUsage.Resolution
    public var zone: TimeZoneRules
    public var granularity: Granularity
    public var group: Group
    /// Whether each group is told step by step, too: then how many lines that may come to, groups times steps.
    public var seriesLimit: Int?

    public init(
        workspace: WorkspaceID, by caller: Caller? = nil, endpoint: String? = nil, status: Int? = nil, start: Timestamp,
        end: Timestamp, resolution: APIUsage.Resolution = .quarter, zone: TimeZoneRules = .utc,
        granularity: Granularity = .day, group: Group = .time
    ) {
        self.workspace = workspace
        self.caller = caller
        self.endpoint = endpoint
        self.status = status
        self.start = start
        self.end = end
        self.resolution = resolution
        self.zone = zone
        self.granularity = granularity
        self.group = group
    }
}

/// Requests, counted.
public struct Usage: Sendable, Equatable {
    public var requests = 0
    /// Answered with 400 to 499, those over the limit among them.
    public var clientErrors = 0
    /// Answered with 500 or more.
    public var serverErrors = 0
    /// Answered with 429.
    public var rateLimited = 0
    public var latencies = LatencyHistogram()

    public init() {}

    mutating func add(_ count: Int, status: Int, latency: Int) {
        requests += count
        if (400..<500).contains(status) { clientErrors += count }
        if status >= 500 { serverErrors += count }
        if status == 429 { rateLimited += count }
        latencies.add(count, toBucket: latency)
    }
}

public enum UsageAnalytics {
    public struct Answer: Sendable {
        public var total = Usage()
        /// Time in its order, every step of the window; all else most requests first, then by value.
        public var groups: [Group] = []
        /// When the steps of the window begin, in their order; none where nothing is told by step.
        public var steps: [String] = []
    }

    public struct Group: Sendable {
        /// Empty of all that has none: by key what members asked for, by member what keys did.
        public var value: String
        public var usage: Usage
        /// Of each step of the window; none where that was not asked for.
        public var series: [Usage] = []
    }

    /// More lines than an answer may have.
    public struct TooManyLines: Error, Equatable {
        public let groups: Int
        public let steps: Int

        public init(groups: Int, steps: Int) { (self.groups, self.steps) = (groups, steps) }
    }

    /// Row by row: a long window of a busy workspace has many.
    /// - Throws: ``TooManyLines``.
    public static func answer(_ question: UsageQuestion, on connection: Connection) throws -> Answer {
        var answer = Answer()
        var counts = Counts(question)
        var failure: MariaDBError?
        try connection.query(query(question)) { row in
            do throws(MariaDBError) {
                let (status, latency, count) = (try row.integer(1), try row.integer(2), try row.integer(3))
                answer.total.add(count, status: status, latency: latency)
                let step = question.isBySteps ? counts.step(of: try row.timestamp(4)) : nil
                counts.add(count, status: status, latency: latency, to: try value(of: row, question), step)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        answer.steps = counts.steps.map(\.rfc3339)
        answer.groups = try counts.groups(by: answer.steps)
        return answer
    }

    private static func query(_ question: UsageQuestion) -> SQL {
        let value: SQL = switch question.group {
        case .time, .status: "''"
        case .key, .member: "key_id"
        case .endpoint: "endpoint"
        }
        let period: SQL = question.isBySteps ? "period" : "''"
        var query: SQL = """
            SELECT \(value), status, latency, CAST(SUM(requests) AS SIGNED), \(period)
            FROM \(question.resolution.table)
            WHERE workspace_id = \(question.workspace) AND period >= \(question.start) AND period < \(question.end)
            """
        if let caller = question.caller { query += " AND key_id = \(caller.stored)" }
        if let endpoint = question.endpoint { query += " AND endpoint = \(endpoint)" }
        if let status = question.status { query += " AND status = \(status)" }
        query += " GROUP BY 1, 2, 3, 5"
        return query
    }

    private static func value(of row: Row, _ question: UsageQuestion) throws(MariaDBError) -> String {
        switch question.group {
        case .time: ""
        case .key: if case .key(let id) = try row.caller(0) { id.description } else { "" }
        case .member: if case .member(let id) = try row.caller(0) { id.description } else { "" }
        case .endpoint: try row.string(0)
        case .status: String(try row.integer(1))
        }
    }
}

extension UsageQuestion {
    /// Whether it is about the steps of its window.
    fileprivate var isBySteps: Bool { group == .time || seriesLimit != nil }
}

/// Requests as they are counted: by value, and of each value by step.
private struct Counts {
    private struct Group {
        var usage = Usage()
        /// Only those that had requests.
        var steps: [Int: Usage] = [:]
    }

    private let question: UsageQuestion
    /// When the steps of the window begin.
    let steps: [Timestamp]
    private let numbers: [Timestamp: Int]
    /// Which step a period is in, for many rows share one.
    private var known: [Timestamp: Int] = [:]
    private var values: [String: Group] = [:]

    init(_ question: UsageQuestion) {
        self.question = question
        steps = question.isBySteps ? Self.steps(of: question) : []
        numbers = Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($1, $0) })
    }

    /// The steps of the window in its time zone.
    private static func steps(of question: UsageQuestion) -> [Timestamp] {
        var (steps, step) = ([Timestamp](), question.zone.floor(question.start, to: question.granularity))
        while step < question.end {
            steps.append(step)
            step = question.zone.next(step, question.granularity)
        }
        return steps
    }

    mutating func step(of period: Timestamp) -> Int? {
        if let number = known[period] { return number }
        let number = numbers[question.zone.floor(period, to: question.granularity)]
        known[period] = number
        return number
    }

    mutating func add(_ count: Int, status: Int, latency: Int, to value: String, _ step: Int?) {
        values[value, default: Group()].usage.add(count, status: status, latency: latency)
        // Of too many lines only their number is told.
        guard let step, !isTooLong else { return }
        values[value]?.steps[step, default: Usage()].add(count, status: status, latency: latency)
    }

    private var isTooLong: Bool { question.seriesLimit.map { values.count * steps.count > $0 } ?? false }

    /// - Parameter names: of the steps.
    /// - Throws: ``UsageAnalytics/TooManyLines``.
    func groups(by names: [String]) throws -> [UsageAnalytics.Group] {
        if isTooLong { throw UsageAnalytics.TooManyLines(groups: values.count, steps: steps.count) }
        let none = Usage()
        func series(_ group: Group?) -> [Usage] { steps.indices.map { group?.steps[$0] ?? none } }
        if question.group == .time { return zip(names, series(values[""])).map { .init(value: $0, usage: $1) } }
        return values.map { .init(value: $0, usage: $1.usage, series: series($1)) }
            .sorted { ($1.usage.requests, $0.value) < ($0.usage.requests, $1.value) }
    }
}
