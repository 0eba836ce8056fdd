import AnalyticsStore
import Glibc
import Logging
import MariaDB
import Model
import Store

/// Moves the journals of this host into MariaDB, exactly once, in batches that grow with the load.
///
/// One transaction inserts the clicks, adds to the roll-ups, writes the events and moves the mark of how far each segment has been loaded. On
/// each host one process at a time is the loader, whoever holds the lock on `loader.lock`; it loads living and dead
/// writers' segments alike. When it dies the next takes over from the marks in the database.
public struct JournalLoader: ~Copyable {
    private let directory: String
    private let store: Store
    private let logger: Logger
    private let metrics: JournalMetrics?
    private var parser = JournalParser()
    private var clickEvents = ClickEvents()
    /// How far each segment has been loaded, as this loader left it.
    private var marks: [String: Int] = [:]
    private var lock: Int32?

    /// Bytes of journal in one batch: some five thousand clicks, so that visitors on a full machine never wait long for it.
    static let batchBytes = 1 << 20

    public struct Loaded: Sendable, Equatable {
        public var clicks = 0
        public var requests = 0
        public var views = 0
        /// The batch was full: there is more to load right now.
        public var isFull = false
    }

    public init(directory: String, store: Store, logger: Logger, metrics: JournalMetrics? = nil) {
        self.directory = directory
        self.store = store
        self.logger = logger
        self.metrics = metrics
    }

    deinit {
        if let lock { close(lock) }
    }

    /// Loads one batch. Nil when another process of this host is the loader.
    public mutating func load() throws -> Loaded? {
        guard try becomeLoader() else { return nil }
        var batch = try gather()
        guard !batch.pieces.isEmpty else {
            removeFinished()
            return Loaded()
        }
        do {
            try clickEvents.refresh(store)
            let written = try commit(&batch)
            clickEvents.note(written)
            count(batch, written)
        } catch {
            metrics?.loadFailures.add()
            (marks, clickEvents) = ([:], ClickEvents())  // whatever happened, the database knows
            throw error
        }
        for piece in batch.pieces { marks[piece.segment.name] = piece.end }
        removeFinished()
        return Loaded(
            clicks: batch.clicks.count, requests: batch.requests.count, views: batch.views.count,
            isFull: batch.bytes >= Self.batchBytes)
    }

    private func count(_ batch: borrowing Batch, _ written: ClickEvents.Written) {
        metrics?.loaded.add(.click, batch.clicks.count)
        metrics?.loaded.add(.view, batch.views.count)
        metrics?.loaded.add(.request, batch.requests.count)
        metrics?.clickEvents.add(.written, written.told.values.reduce(0, +))
        metrics?.clickEvents.add(.dropped, written.dropped)
    }

    private mutating func becomeLoader() throws(JournalError) -> Bool {
        if lock != nil { return true }
        let path = directory + "/loader.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw JournalError("open", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return false
        }
        lock = descriptor
        return true
    }

    // MARK: Gathering

    /// What one transaction will store.
    private struct Batch {
        struct Piece {
            var segment: Segment
            var start: Int
            var end: Int
            var clicks = 0
            var requests = 0
        }

        var pieces: [Piece] = []
        var clicks: [Click] = []
        var views: [Click] = []
        var requests: [APIRequest] = []
        var bytes = 0
    }

    private mutating func gather() throws -> Batch {
        var batch = Batch()
        for segment in try Segment.list(in: directory) where batch.bytes < Self.batchBytes {
            let start = try mark(of: segment)
            let bytes = try segment.read(from: start, limit: Self.batchBytes - batch.bytes)
            guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            var piece = Batch.Piece(segment: segment, start: start, end: start + end + 1)
            parse(bytes[...end], into: &batch, &piece)
            batch.bytes += bytes.count
            batch.pieces.append(piece)
        }
        return batch
    }

    private mutating func mark(of segment: Segment) throws -> Int {
        if let mark = marks[segment.name] { return mark }
        let mark = try store.read { try JournalSegments.find(segment.name, on: $0)?.loadedBytes ?? 0 }
        marks[segment.name] = mark
        return mark
    }

    private mutating func parse(_ bytes: ArraySlice<UInt8>, into batch: inout Batch, _ piece: inout Batch.Piece) {
        for line in bytes.pieces(dividedBy: UInt8(ascii: "\n")) where !line.isEmpty {
            switch parser.record(line) {
            case .click(let click):
                batch.clicks.append(click)
                piece.clicks += 1
            case .view(let view): batch.views.append(view)
            case .request(let request):
                batch.requests.append(request)
                piece.requests += 1
            case nil:
                metrics?.damagedLines.add()
                logger.error("\(piece.segment.name): a damaged line at byte \(piece.start + line.startIndex) is skipped")
            }
        }
    }

    // MARK: Committing

    /// The clicks were not all new, or another loader has been here.
    private enum Retry: Error { case duplicates, moved }

    private func commit(_ batch: inout Batch) throws -> ClickEvents.Written {
        do {
            return try store.write { try transact(batch, on: $0) }
        } catch Retry.duplicates {
            batch.clicks = try withoutStored(batch.clicks, Clicks.table)
            batch.views = try withoutStored(batch.views, PageViews.table)
            batch.requests = try withoutStored(batch.requests, APIRequests.table(recordedAt: .now()))
            return try store.write { try transact(batch, on: $0) }
        }
    }

    private func transact(_ batch: Batch, on connection: Connection) throws -> ClickEvents.Written {
        try connection.transaction { connection in
            for piece in batch.pieces {
                let progress = JournalSegments.Progress(
                    name: piece.segment.name, loadedBytes: piece.end, clicks: piece.clicks, requests: piece.requests)
                guard try JournalSegments.advance(progress, from: piece.start, on: connection) else { throw Retry.moved }
            }
            let clicks = try markingFirstVisits(batch.clicks, on: connection)
            guard try Clicks.table.insert(clicks, on: connection) else { throw Retry.duplicates }
            try ClickRollups.add(clicks, on: connection)
            try add(views: batch.views, on: connection)
            try add(batch.requests, on: connection)
            // Last: it may lock rows that senders work on.
            return try clickEvents.write(clicks, on: connection)
        }
    }

    private func add(views: [Click], on connection: Connection) throws {
        let views = try markingFirstVisits(views, on: connection)
        guard try PageViews.table.insert(views, on: connection) else { throw Retry.duplicates }
        try ClickRollups.add(views, inWholeWorkspace: false, on: connection)
    }

    private func add(_ requests: [APIRequest], on connection: Connection) throws {
        guard try APIRequests.table(recordedAt: .now()).insert(requests, on: connection) else { throw Retry.duplicates }
        try APIUsage.add(requests, on: connection)
        var uses: [APIKeyID: (workspace: WorkspaceID, use: APIKey.Use)] = [:]
        for request in requests where uses[request.key].map({ $0.use.at < request.at }) ?? true {
            uses[request.key] = (request.workspace, .init(at: request.at, address: AddressRange.coarse(request.address)))
        }
        try APIKeys.note(uses, on: connection)
    }

    /// Marks the first click of each human visitor on each link and day.
    private func markingFirstVisits(_ clicks: [Click], on connection: Connection) throws -> [Click] {
        var marked = clicks
        var visits: Set<Clicks.Visit> = []
        for click in clicks where !click.agent.isBot { visits.insert(visit(click)) }
        var fresh = try Clicks.noteVisits(Array(visits), on: connection)
        guard !fresh.isEmpty else { return marked }
        for index in marked.indices where !marked[index].agent.isBot {
            marked[index].isFirstVisit = fresh.remove(visit(marked[index])) != nil
        }
        return marked
    }

    private func visit(_ click: Click) -> Clicks.Visit {
        Clicks.Visit(day: click.at.day, link: click.link, visitor: click.visitor)
    }

    /// The rare way: a request was answered by two pools, because the first died between writing and answering.
    private func withoutStored<Record>(_ records: [Record], _ table: JournalTable<Record>) throws -> [Record] {
        var seen: Set<UInt128> = []
        for (workspace, group) in Dictionary(grouping: records, by: \.workspace) {
            let times = group.map(\.at)
            guard let first = times.min(), let last = times.max() else { continue }
            seen.formUnion(try store.read { try table.stored(in: workspace, from: first, to: last, on: $0) })
        }
        return records.filter { seen.insert($0.id).inserted }
    }

    /// Deletes the segments that are loaded to their end and have no writer any more.
    private mutating func removeFinished() {
        for segment in (try? Segment.list(in: directory)) ?? [] {
            guard let mark = marks[segment.name], segment.removeIfFinished(loaded: mark) else { continue }
            marks[segment.name] = nil
        }
    }
}
