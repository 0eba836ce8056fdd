import AnalyticsStore
import Glibc
import Logging
import MariaDB
import Model
import Store

/// Moves the journals of this host into MariaDB, exactly once, in batches that grow with the load.
///
/// One transaction inserts the clicks and their facts, writes the events and moves the mark of how far each segment has been
/// loaded. On each host one process at a time is the loader, whoever holds the lock on `loader.lock`; it loads living and dead
/// writers' segments alike. When it dies the next takes over from the marks in the database.
public struct JournalLoader: ~Copyable {
    private let directory: String
    private let store: Store
    private let logger: Logger
    private let metrics: JournalMetrics?
    /// Is told of which links clicks were counted.
    private let counted: @Sendable (Set<LinkID>) -> Void
    private var parser = JournalParser()
    private var clickEvents = ClickEvents()
    private var numbers = ClickNumbers()
    private var visits = ClickVisits()
    /// What waits to be compacted, as far as this loader knows; nil where it has to ask.
    private var waiting: [WorkspaceID: ClickParts.Appended]?
    package var compactsAt = ClickCompaction.Threshold.usual
    private var lookedForFormer = Timestamp(milliseconds: 0)
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

    public init(
        directory: String, store: Store, logger: Logger, metrics: JournalMetrics? = nil,
        counted: @escaping @Sendable (Set<LinkID>) -> Void = { _ in }
    ) {
        self.directory = directory
        self.counted = counted
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
        try moveFormerClicks()
        var batch = try gather()
        guard !batch.pieces.isEmpty else {
            removeFinished()
            return Loaded()
        }
        // Also where the connection was lost: it may have been committed.
        defer { counted(Set(batch.clicks.map(\.link))) }
        do {
            try clickEvents.refresh(store)
            let written = try commit(&batch)
            clickEvents.note(written.events)
            note(written.appended)
            count(batch, written.events)
        } catch {
            metrics?.loadFailures.add()
            // Whatever happened, the database knows.
            (marks, clickEvents, visits, waiting) = ([:], ClickEvents(), ClickVisits(), nil)
            numbers = ClickNumbers()
            throw error
        }
        for piece in batch.pieces { marks[piece.segment.name] = piece.end }
        removeFinished()
        compact()
        return Loaded(
            clicks: batch.clicks.count, requests: batch.requests.count, views: batch.views.count,
            isFull: batch.bytes >= Self.batchBytes)
    }

    /// Before anything else is counted: what the version before has stored since yesterday, as its visitors come again. Looks again
    /// from time to time, as long as workers of it may run elsewhere. `maskctl migrate` and `maintain` move the rest.
    private mutating func moveFormerClicks() throws {
        let now = Timestamp.now()
        guard now.milliseconds - lookedForFormer.milliseconds > 60_000 else { return }
        if try store.read({ try FormerClicks.areThere(on: $0) }) {
            try FormerClicks.move(from: Timestamp(day: now.day - 1), before: now.adding(days: 1), in: store)
        }
        lookedForFormer = now
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

    /// What came of a batch.
    private struct Written {
        var events = ClickEvents.Written()
        var appended: [WorkspaceID: ClickParts.Appended] = [:]
    }

    private mutating func commit(_ batch: inout Batch) throws -> Written {
        var numbered = try number(batch)
        do {
            return try write(batch, numbered)
        } catch Retry.duplicates {
            batch.clicks = try withoutStored(batch.clicks, Clicks.table)
            batch.views = try withoutStored(batch.views, PageViews.table)
            batch.requests = try withoutStored(batch.requests, APIRequests.table(recordedAt: .now()))
            numbered = try number(batch)
            return try write(batch, numbered)
        }
    }

    /// The clicks and views of a batch with the numbers of their values.
    private typealias Numbered = (clicks: [NumberedClick], views: [NumberedClick])

    private mutating func number(_ batch: Batch) throws -> Numbered {
        (try numbers.number(batch.clicks, in: store), try numbers.number(batch.views, areViews: true, in: store))
    }

    private mutating func write(_ batch: Batch, _ numbered: Numbered) throws -> Written {
        let (written, visits) = try store.write { connection in
            var visits = self.visits  // as they were, in each attempt
            return (try transact(batch, numbered, &visits, on: connection), visits)
        }
        self.visits = visits
        return written
    }

    private func transact(
        _ batch: Batch, _ numbered: Numbered, _ visits: inout ClickVisits, on connection: Connection
    ) throws -> Written {
        try connection.transaction { connection in
            for piece in batch.pieces {
                let progress = JournalSegments.Progress(
                    name: piece.segment.name, loadedBytes: piece.end, clicks: piece.clicks, requests: piece.requests)
                guard try JournalSegments.advance(progress, from: piece.start, on: connection) else { throw Retry.moved }
            }
            var (clicks, views) = numbered
            try visits.mark(&clicks, on: connection)
            try visits.mark(&views, on: connection)
            guard try Clicks.table.insert(clicks, on: connection), try PageViews.table.insert(batch.views, on: connection)
            else { throw Retry.duplicates }
            var written = Written()
            written.appended = try ClickParts.append(clicks, on: connection)
            written.appended.merge(try ClickParts.append(views, areViews: true, on: connection), uniquingKeysWith: +)
            try LinkTotals.add(batch.clicks, views: batch.views, on: connection)
            try add(batch.requests, on: connection)
            // Last: it may lock rows that senders work on.
            if clickEvents.areWanted { written.events = try clickEvents.write(told(batch.clicks, clicks), on: connection) }
            return written
        }
    }

    /// The clicks, now that it is known which are the first of their visitors.
    private func told(_ clicks: [Click], _ numbered: [NumberedClick]) -> [Click] {
        zip(clicks, numbered).map { click, numbered in
            var click = click
            click.isFirstVisit = numbered.isFirstVisit
            return click
        }
    }

    // MARK: Compacting

    private mutating func note(_ appended: [WorkspaceID: ClickParts.Appended]) {
        waiting?.merge(appended, uniquingKeysWith: +)
    }

    /// Where a workspace has many parts now, by this host's loader alone or by others', too.
    private mutating func compact() {
        do {
            if waiting == nil { waiting = try store.read { try ClickParts.waiting(on: $0) } }
            for (workspace, appended) in waiting ?? [:] where compactsAt.isReached(by: appended) {
                try ClickCompaction.run(workspace, in: store)
                waiting?[workspace] = nil
            }
        } catch {
            // They are counted all the same.
            logger.warning("clicks wait to be compacted: \(error)")
            waiting = nil
        }
    }

    private func add(_ requests: [APIRequest], on connection: Connection) throws {
        guard try APIRequests.table(recordedAt: .now()).insert(requests, on: connection) else { throw Retry.duplicates }
        try APIUsage.add(requests, on: connection)
        var uses: [APIKeyID: (workspace: WorkspaceID, use: APIKey.Use)] = [:]
        for request in requests {
            guard case .key(let key) = request.caller, uses[key].map({ $0.use.at < request.at }) ?? true else { continue }
            uses[key] = (request.workspace, .init(at: request.at, address: AddressRange.coarse(request.address)))
        }
        try APIKeys.note(uses, on: connection)
    }

    /// The rare way: a request was answered by two pools, because the first died between writing and answering.
    private func withoutStored<Record: Journaled, Stored>(_ records: [Record], _ table: JournalTable<Stored>) throws -> [Record] {
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
