import AnalyticsStore
import Glibc
import MariaDB
import Model
import Store

/// How far each segment of this host's journal has been loaded.
public struct JournalStatus: Sendable {
    public var name: String
    public var bytes: Int
    public var loaded: Int

    public static func segments(in directory: String, store: Store) throws -> [JournalStatus] {
        try Segment.list(in: directory).map { segment in
            let loaded = try store.read { try JournalSegments.find(segment.name, on: $0)?.loadedBytes ?? 0 }
            return JournalStatus(name: segment.name, bytes: segment.size, loaded: loaded)
        }
    }
}

/// Compares what was served with what is stored, in ways that do not share a mistake.
public struct Reconciliation: Sendable {
    /// Two numbers that have to be the same.
    public struct Check: Sendable, Equatable {
        public var name: String
        public var served: Int
        public var stored: Int
    }

    private let store: Store
    private let spool: String

    public init(store: Store, spool: String) {
        self.store = store
        self.spool = spool
    }

    /// - Parameter accessLog: nginx's log in the format `mask`: its word on which answers were clicks.
    public func compare(accessLog: String? = nil) throws -> [Check] {
        var checks = [try journal(), try counted()]
        if let accessLog { checks += try compare(log: accessLog) }
        return checks
    }

    /// Bytes in the journal against bytes loaded.
    private func journal() throws -> Check {
        let segments = try JournalStatus.segments(in: spool, store: store)
        return Check(
            name: "journal bytes", served: segments.reduce(0) { $0 + $1.bytes },
            stored: segments.reduce(0) { $0 + $1.loaded })
    }

    /// Rows against what is counted, over the days of which clicks are kept. One snapshot, so that loading may go on meanwhile.
    private func counted() throws -> Check {
        try store.snapshot { connection in
            guard let first = try Clicks.firstDay(on: connection) else { return Check(name: "clicks counted", served: 0, stored: 0) }
            return Check(
                name: "clicks counted", served: try Clicks.count(from: Timestamp(day: first), to: Timestamp.now().adding(days: 36_500), on: connection),
                stored: try ClickAnalytics.total(from: first, on: connection))
        }
    }

    /// Every click that nginx answered against the clicks stored, by request id.
    private func compare(log path: String) throws -> [Check] {
        var answered: Set<UInt128> = []
        var (lines, days) = (0, LogDays())
        try LogFile.eachLine(of: path) { line in
            guard line.contains(" click=1 "), let mark = line.range(of: " id=") else { return }
            lines += 1
            days.note(line)
            // Lines from before 0.9.1 have the id without req_.
            let text = line[mark.upperBound...]
            if let id = UInt128(text.hasPrefix("req_") ? text.dropFirst(4) : text, radix: 16) { answered.insert(id) }
        }
        let total = answered.count
        try store.read { connection in
            try Clicks.ids(from: days.begin, to: days.end, on: connection) { answered.remove($0) }
        }
        return [
            Check(name: "clicks in access log, each once", served: lines, stored: total),
            Check(name: "clicks in access log", served: total, stored: total - answered.count),
        ]
    }
}

/// The days of an access log: only their clicks need to be looked at.
private struct LogDays {
    private var days: ClosedRange<Int>?
    /// A line without a time: it may be of any.
    private var isOpen = false

    /// A click has the time at which its request began, a line the time at which it ended, in the host's zone.
    private static let margin = 2

    var begin: Timestamp { isOpen ? Timestamp(milliseconds: 0) : midnight(before: days?.lowerBound, -Self.margin) }
    var end: Timestamp { isOpen ? .now() : midnight(before: days?.upperBound, Self.margin + 1) }

    /// `… [26/Nov/2026:14:29:32 +0000] …`
    mutating func note(_ line: Substring) {
        guard let mark = line.range(of: " ["), let time = Timestamp(logDate: line[mark.upperBound...].prefix { $0 != ":" }) else {
            return isOpen = true
        }
        days = min(days?.lowerBound ?? time.day, time.day)...max(days?.upperBound ?? time.day, time.day)
    }

    private func midnight(before day: Int?, _ offset: Int) -> Timestamp {
        Timestamp(milliseconds: Int64((day ?? 0) + offset) * 86_400_000)
    }
}

/// Reads a text file line by line, in constant memory.
private enum LogFile {
    static func eachLine(of path: String, _ body: (Substring) -> Void) throws(JournalError) {
        guard let file = fopen(path, "re") else { throw JournalError("open", path) }
        defer { fclose(file) }
        var buffer: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(buffer) }
        while getline(&buffer, &capacity, file) > 0 {
            guard let buffer else { return }
            let line = String(cString: buffer)
            body(line.last == "\n" ? line.dropLast() : line[...])
        }
    }
}

extension Substring {
    /// Where a text stands for the first time.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }

    fileprivate func contains(_ text: String) -> Bool { range(of: text) != nil }
}
