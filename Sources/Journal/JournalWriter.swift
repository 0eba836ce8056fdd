import Glibc
import Logging
import Model
import Synchronization
import Threads

/// The journal of this process: lines that are in the kernel's hands when ``append(_:)`` returns, and so outlive the process.
///
/// Threads append at the same time: each line is one write(2) to a file opened with O_APPEND, which the kernel puts behind
/// all before it. No lock of ours is held meanwhile.
///
/// Decided: a file, and no queue. A visit waits for one write(2), which a lost MariaDB or Redis does not hold up and which a
/// killed process has made. A queue in Redis would lose what was not on its disk yet, and one in MariaDB would cost each visit a
/// transaction. A host that dies with its disk loses the lines that were not loaded; if that must not be, the spool belongs on
/// a disk that is mirrored.
///
/// ``tend(now:)`` does what no visitor waits for. It has to be called every second.
public final class JournalWriter: Sendable {
    private let directory: String
    private let metrics: JournalMetrics?
    private let logger: Logger?
    private let state: Monitor<State>
    private let written = Atomic(0)

    private struct State {
        var segment: OpenSegment
        /// The day on which the segment began.
        var day: Int
        /// Segments that no line goes to any more, and that may not be on the disk yet.
        var retired: [OpenSegment] = []
        var reserve: SpoolReserve?
        var pace = Pace()
        /// When to look at pace and reserve next.
        var look = Deadline.after(milliseconds: 0)
        /// A segment has got its name, and the folder is not on the disk yet.
        var isFolderChanged = true

        mutating func begin(_ next: OpenSegment) {
            retired.append(segment)
            (segment, day, isFolderChanged) = (next, Timestamp.now().day, true)
        }
    }

    /// A new segment begins at this size, so that loaded ones can be deleted.
    static let segmentBytes = 16 << 20
    private static let lookMilliseconds = 60_000

    public init(directory: String, metrics: JournalMetrics? = nil, logger: Logger? = nil) throws(JournalError) {
        self.directory = directory
        self.metrics = metrics
        self.logger = logger
        state = Monitor(State(segment: try Self.begin(in: directory), day: Timestamp.now().day))
    }

    /// Appends one line. When it throws, the line does not count: what may stand of it fails its checksum.
    public func append(_ line: [UInt8]) throws(JournalError) {
        let segment = state.withLock { $0.segment }
        do throws(JournalError) {
            do throws(JournalError) {
                try segment.write(line)
            } catch {
                guard error.isDiskFull, let reserve = takeReserve(after: segment) else { throw error }
                try reserve.write(line)
            }
        } catch {
            metrics?.writeFailures.add()
            throw error
        }
        written.add(line.count, ordering: .relaxed)
        // The line is written whatever becomes of this: where no segment can be begun, the full one goes on growing. One that
        // was the reserve goes on until there is another reserve: see tend.
        if segment.size > Self.segmentBytes && !segment.wasReserve { try? replace(segment) }
    }

    private func replace(_ full: OpenSegment) throws(JournalError) {
        try state.withLock { (state) throws(JournalError) in
            guard state.segment === full else { return }  // another thread was first
            state.begin(try Self.begin(in: directory))
        }
    }

    // MARK: The reserve

    /// Puts the reserve in the place of a segment that the disk has no room for.
    /// - Returns: the segment to write to; nil where there is no reserve any more.
    private func takeReserve(after full: OpenSegment) -> OpenSegment? {
        let (segment, taken) = state.withLock { state -> (OpenSegment?, Int) in
            guard state.segment === full else { return (state.segment, 0) }  // another thread was first
            guard let reserve = state.reserve else { return (nil, 0) }
            // One whose file somebody has deleted is of no use: the next look makes another.
            state.reserve = nil
            guard let segment = try? reserve.become() else {
                state.look = .after(milliseconds: 0)
                return (nil, 0)
            }
            state.begin(segment)
            state.look = .after(milliseconds: Self.lookMilliseconds)
            return (segment, reserve.bytes)
        }
        if taken > 0 { tellOfFullDisk(left: taken) }
        return segment
    }

    private func tellOfFullDisk(left: Int) {
        let minutes = state.withLock { $0.pace.minutes(of: left) }
        logger?.critical("""
            the disk of \(directory) is full: clicks go to the reserve. \(left >> 20) MiB of it are left, some \(minutes) min at \
            the present pace. Make room (MASK_SPOOL)
            """)
    }

    /// Brings what was written to the disk (fdatasync(2)): against power loss; a crash of the process needs none. Begins a
    /// segment for each day, and each minute sees to it that the reserve is as large as the pace asks for.
    public func tend(now: Timestamp = .now()) {
        synchronize()
        if state.withLock({ $0.look.hasPassed }) { keepReserve() }
        let stale = state.withLock { $0.day != now.day && !$0.segment.wasReserve && $0.segment.size > 0 ? $0.segment : nil }
        // A mark is forgotten a month after it has moved: no segment may live so long.
        if let stale { try? replace(stale) }
    }

    /// For tests: the minute is over.
    func lookNow() { state.withLock { $0.look = .after(milliseconds: 0) } }

    private func synchronize() {
        let (segments, isFolderChanged) = state.withLock { state in
            defer { (state.retired, state.isFolderChanged) = ([], false) }
            return (state.retired + [state.segment], state.isFolderChanged)
        }
        for segment in segments { segment.synchronize() }
        guard isFolderChanged else { return }
        let folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private func keepReserve() {
        SpoolReserve.removeAbandoned(in: directory)
        let free = self.free
        let (wanted, has, segment) = state.withLock { state in
            state.look = .after(milliseconds: Self.lookMilliseconds)
            state.pace.note(total: written.load(ordering: .relaxed))
            return (state.pace.reserveBytes(free: free), state.reserve?.bytes ?? 0, state.segment)
        }
        // One that is a little too small or much too large is made anew.
        guard wanted > has || wanted < has / 4 else { return }
        do throws(JournalError) {
            let reserve = try SpoolReserve(in: directory, bytes: wanted)
            let old = state.withLock { state -> SpoolReserve? in
                defer { state.reserve = reserve }
                return state.reserve
            }
            _ = consume old  // its blocks are given back here, outside the lock
            guard segment.wasReserve else { return }
            try replace(segment)
            logger?.notice("the disk of \(directory) has room again: there is a new reserve of \(wanted >> 20) MiB")
        } catch {
            if segment.wasReserve { return tellOfFullDisk(left: segment.left) }
            logger?.warning("the spool's reserve is \(has >> 20) MiB instead of \(wanted >> 20): \(error)")
        }
    }

    private var free: Int {
        var status = statvfs()
        return statvfs(directory, &status) == 0 ? Int(status.f_bavail) * Int(status.f_frsize) : 0
    }

    /// Opens a segment. It gets its name only once it is locked: a loader must never take it for one without a writer.
    private static func begin(in directory: String) throws(JournalError) -> OpenSegment {
        let path = "\(directory)/\(ULID(milliseconds: Timestamp.now().milliseconds)).journal"
        let hidden = path + Segment.hiddenSuffix
        let descriptor = Glibc.open(hidden, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw JournalError("open", hidden) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, rename(hidden, path) == 0 else {
            let failure = JournalError("rename", hidden)
            unlink(hidden)
            close(descriptor)
            throw failure
        }
        return OpenSegment(descriptor, path: path)
    }
}
