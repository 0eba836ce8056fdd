import AnalyticsStore
import Glibc
import Model
import Store
import Threads

/// How far the loader of this host is behind.
///
/// The marks of what is loaded are in MariaDB, and only the loader's transactions move them: while MariaDB is away they stand
/// still, and what was read last is right.
public final class JournalLag: Sendable {
    private let directory: String
    private let store: Store
    /// The marks of the segments that are there, as they were read last.
    private let marks = Monitor<[String: Int]>([:])

    public struct Reading: Sendable, Equatable {
        public var segments = 0
        /// Of all segments, loaded or not.
        public var bytes = 0
        public var waitingBytes = 0
        /// When the oldest record that waits was made; nil where none does.
        public var oldest: Timestamp?
    }

    public init(directory: String, store: Store) {
        self.directory = directory
        self.store = store
    }

    /// - Parameter asksDatabase: false where it is known not to answer.
    public func read(asksDatabase: Bool) throws -> Reading {
        var reading = Reading()
        let segments = try Segment.list(in: directory)
        let marks = marks(of: segments, asksDatabase)
        for segment in segments {
            let (size, mark) = (segment.size, marks[segment.name] ?? 0)
            reading.segments += 1
            reading.bytes += size
            guard size > mark else { continue }
            reading.waitingBytes += size - mark
            if reading.oldest == nil { reading.oldest = firstRecord(of: segment, from: mark) }
        }
        return reading
    }

    private func marks(of segments: [Segment], _ asksDatabase: Bool) -> [String: Int] {
        guard asksDatabase, let fresh = try? store.read({ connection in
            try segments.reduce(into: [String: Int]()) { marks, segment in
                marks[segment.name] = try JournalSegments.find(segment.name, on: connection)?.loadedBytes
            }
        }) else { return marks.withLock { $0 } }
        marks.withLock { $0 = fresh }
        return fresh
    }

    /// The time of the first whole line. Nil where there is none yet, or what is there is damaged.
    private func firstRecord(of segment: Segment, from mark: Int) -> Timestamp? {
        guard let bytes = try? segment.read(from: mark, limit: 16_384) else { return nil }
        for line in bytes[...].pieces(dividedBy: UInt8(ascii: "\n")) where !line.isEmpty {
            // Every kind of record has its time second.
            let fields = line.pieces(dividedBy: UInt8(ascii: "\t"))
            if fields.count > 2, let at = Int64(String(decoding: fields[1], as: UTF8.self)) { return Timestamp(milliseconds: at) }
        }
        return nil
    }
}
