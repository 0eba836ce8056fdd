import MariaDB
import Model
import Store

/// The tables `api_usage_minutes` and `api_usage_quarters`: requests counted, as usage analytics read them.
public enum APIUsage {
    /// How finely requests are counted.
    public enum Resolution: Sendable, CaseIterable {
        /// Kept for some days.
        case minute
        /// A quarter of an hour, on which the days of every time zone begin. Kept for long.
        case quarter

        public var milliseconds: Int64 { self == .minute ? 60_000 : 900_000 }

        var table: SQL { self == .minute ? "api_usage_minutes" : "api_usage_quarters" }
    }

    private struct Key: Hashable {
        var workspace: WorkspaceID
        /// Its beginning, in milliseconds since 1970.
        var period: Int64
        var caller: Caller
        var endpoint: String
        var status: Int
        var latency: Int

        func widened(to length: Int64) -> Key {
            var key = self
            key.period -= period % length
            return key
        }

        static func isOrdered(_ left: Key, _ right: Key) -> Bool {
            (left.workspace, left.period, left.caller.stored, left.endpoint, left.status, left.latency)
                < (right.workspace, right.period, right.caller.stored, right.endpoint, right.status, right.latency)
        }
    }

    /// Adds requests, counted in memory first.
    public static func add(_ requests: [APIRequest], on connection: Connection) throws(MariaDBError) {
        var counts: [Key: Int] = [:]
        for request in requests {
            let key = Key(
                workspace: request.workspace, period: request.at.milliseconds, caller: request.caller, endpoint: request.endpoint,
                status: request.status, latency: LatencyHistogram.bucket(microseconds: request.microseconds))
            counts[key.widened(to: Resolution.minute.milliseconds), default: 0] += 1
        }
        for resolution in Resolution.allCases {
            var widened: [Key: Int] = [:]
            for (key, count) in counts { widened[key.widened(to: resolution.milliseconds), default: 0] += count }
            try add(widened.sorted { Key.isOrdered($0.key, $1.key) }, to: resolution.table, on: connection)
        }
    }

    /// Sorted, so that two loaders never wait for each other in a circle.
    private static func add(_ rows: [(key: Key, value: Int)], to table: SQL, on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: rows) {
            var statement: SQL = "INSERT INTO \(table) (workspace_id, period, key_id, endpoint, status, latency, requests) VALUES "
            appendRows(chunk, to: &statement) { key, count in
                """
                (\(key.workspace), \(Timestamp(milliseconds: key.period)), \(key.caller.stored), \(key.endpoint), \(key.status),
                 \(key.latency), \(count))
                """
            }
            statement += " ON DUPLICATE KEY UPDATE requests = requests + VALUE(requests)"
            try connection.execute(statement)
        }
    }
}
