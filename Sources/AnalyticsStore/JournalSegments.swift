import MariaDB
import Model
import Store

/// The table `journal_segments`: how far each segment of a journal has been loaded.
public enum JournalSegments {
    public struct Progress: Sendable, Equatable {
        public var name: String
        public var loadedBytes: Int
        public var clicks: Int
        public var requests: Int

        public init(name: String, loadedBytes: Int, clicks: Int, requests: Int) {
            self.name = name
            self.loadedBytes = loadedBytes
            self.clicks = clicks
            self.requests = requests
        }
    }

    public static func find(_ name: String, on connection: Connection) throws(MariaDBError) -> Progress? {
        try connection.query("\(columns) WHERE name = \(name)").first.map(progress)
    }

    public static func list(on connection: Connection) throws(MariaDBError) -> [Progress] {
        try connection.query("\(columns) ORDER BY name").map(progress)
    }

    /// When a batch was loaded last.
    static func newest(on connection: Connection) throws(MariaDBError) -> Timestamp? {
        try connection.query("SELECT MAX(updated_at) FROM journal_segments").first?.optionalTimestamp(0)
    }

    /// Moves a segment's mark from where the loader believes it is. False when it is elsewhere: another loader has been
    /// there, and what was about to be loaded must not be.
    /// - Parameter progress: where the mark is to be, and how many clicks and requests are between.
    public static func advance(_ progress: Progress, from old: Int, on connection: Connection) throws(MariaDBError) -> Bool {
        let (name, new) = (progress.name, progress.loadedBytes)
        if old == 0 {
            return try connection.execute("""
                INSERT IGNORE INTO journal_segments (name, loaded_bytes, clicks, requests, updated_at)
                VALUES (\(name), \(new), \(progress.clicks), \(progress.requests), \(Timestamp.now()))
                """) == 1
        }
        return try connection.execute("""
            UPDATE journal_segments
            SET loaded_bytes = \(new), clicks = clicks + \(progress.clicks), requests = requests + \(progress.requests),
                updated_at = \(Timestamp.now())
            WHERE name = \(name) AND loaded_bytes = \(old)
            """) == 1
    }

    /// Forgets segments that have not moved since a time. A writer begins another each day (``JournalWriter``), so their files
    /// are long gone.
    @discardableResult
    public static func forget(before time: Timestamp, on connection: Connection) throws(MariaDBError) -> Int {
        try connection.execute("DELETE FROM journal_segments WHERE updated_at < \(time)")
    }

    private static let columns: SQL = "SELECT name, loaded_bytes, clicks, requests FROM journal_segments"

    private static func progress(_ row: Row) throws(MariaDBError) -> Progress {
        Progress(
            name: try row.string(0), loadedBytes: try row.integer(1), clicks: try row.integer(2),
            requests: try row.integer(3))
    }
}
