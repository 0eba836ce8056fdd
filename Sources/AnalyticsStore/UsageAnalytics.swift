import MariaDB
import Model
import Store

/// A question about the use of the API, answered from the roll-ups.
public struct UsageQuestion: Sendable {
    public enum Group: String, Sendable, CaseIterable {
        case time, key, endpoint, status
    }

    public var workspace: WorkspaceID
    public var key: APIKeyID?
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

    public init(
        workspace: WorkspaceID, key: APIKeyID? = nil, endpoint: String? = nil, status: Int? = nil, start: Timestamp,
        end: Timestamp, resolution: APIUsage.Resolution = .quarter, zone: TimeZoneRules = .utc,
        granularity: Granularity = .day, group: Group = .time
    ) {
        self.workspace = workspace
        self.key = key
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
        /// Time in its order, every bucket of the window; all else most requests first, then by value.
        public var groups: [(value: String, usage: Usage)] = []
    }

    /// Row by row: a long window of a busy workspace has many.
    public static func answer(_ question: UsageQuestion, on connection: Connection) throws(MariaDBError) -> Answer {
        var answer = Answer()
        var groups: [String: Usage] = [:]
        var buckets = TimeBuckets(question)
        var failure: MariaDBError?
        try connection.query(query(question)) { row in
            do throws(MariaDBError) {
                let value = try name(of: row, question, &buckets)
                let (status, latency, count) = (try row.integer(1), try row.integer(2), try row.integer(3))
                answer.total.add(count, status: status, latency: latency)
                groups[value, default: Usage()].add(count, status: status, latency: latency)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        answer.groups = question.group == .time
            ? buckets.all.map { ($0, groups[$0] ?? Usage()) }
            : groups.map { ($0.key, $0.value) }.sorted { ($1.usage.requests, $0.value) < ($0.usage.requests, $1.value) }
        return answer
    }

    private static func query(_ question: UsageQuestion) -> SQL {
        let value: SQL = switch question.group {
        case .time: "period"
        case .key: "key_id"
        case .endpoint: "endpoint"
        case .status: "''"
        }
        var query: SQL = """
            SELECT \(value), status, latency, CAST(SUM(requests) AS SIGNED)
            FROM \(question.resolution.table)
            WHERE workspace_id = \(question.workspace) AND period >= \(question.start) AND period < \(question.end)
            """
        if let key = question.key { query += " AND key_id = \(key)" }
        if let endpoint = question.endpoint { query += " AND endpoint = \(endpoint)" }
        if let status = question.status { query += " AND status = \(status)" }
        query += " GROUP BY 1, 2, 3"
        return query
    }

    private static func name(
        of row: Row, _ question: UsageQuestion, _ buckets: inout TimeBuckets
    ) throws(MariaDBError) -> String {
        switch question.group {
        case .time: buckets.name(of: try row.timestamp(0))
        case .key: (try row.identifier(0) as APIKeyID).description
        case .endpoint: try row.string(0)
        case .status: String(try row.integer(1))
        }
    }
}

/// The steps of a window in its time zone; remembers which step a period is in, for many rows share one.
private struct TimeBuckets {
    private let question: UsageQuestion
    private var names: [Timestamp: String] = [:]

    init(_ question: UsageQuestion) { self.question = question }

    mutating func name(of period: Timestamp) -> String {
        if let name = names[period] { return name }
        let name = question.zone.floor(period, to: question.granularity).rfc3339
        names[period] = name
        return name
    }

    var all: [String] {
        var (all, bucket) = ([String](), question.zone.floor(question.start, to: question.granularity))
        while bucket < question.end {
            all.append(bucket.rfc3339)
            bucket = question.zone.next(bucket, question.granularity)
        }
        return all
    }
}
