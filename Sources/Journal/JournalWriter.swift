import Glibc
import Model
import Synchronization
import Threads

/// The journal of this process: lines that are in the kernel's hands when ``append(_:)`` returns, and so outlive the process.
///
/// Threads append at the same time: each line is one write(2) to a file opened with O_APPEND, which the kernel puts behind
/// all before it. No lock of ours is held meanwhile.
public final class JournalWriter: Sendable {
    private let directory: String
    private let metrics: JournalMetrics?
    private let current: Monitor<OpenSegment>

    /// A new segment begins at this size, so that loaded ones can be deleted.
    static let segmentBytes = 16 << 20

    public init(directory: String, metrics: JournalMetrics? = nil) throws(JournalError) {
        self.directory = directory
        self.metrics = metrics
        current = Monitor(OpenSegment(try Self.begin(in: directory)))
    }

    /// Appends one line. When it throws, the line does not count: what may stand of it fails its checksum.
    public func append(_ line: [UInt8]) throws(JournalError) {
        let segment = current.withLock { $0 }
        do throws(JournalError) {
            try segment.write(line, directory)
        } catch {
            metrics?.writeFailures.add()
            throw error
        }
        // The line is written whatever becomes of this: where no segment can be begun, the full one goes on growing.
        if segment.size.load(ordering: .relaxed) > Self.segmentBytes { try? replace(segment) }
    }

    /// Brings what was written to the disk (fdatasync(2)): against power loss; a crash of the process needs none.
    public func synchronize() {
        current.withLock { $0 }.synchronize()
    }

    private func replace(_ full: OpenSegment) throws(JournalError) {
        try current.withLock { (segment) throws(JournalError) in
            guard segment === full else { return }  // another thread was first
            segment = OpenSegment(try Self.begin(in: directory))
        }
    }

    /// Opens a segment. It gets its name only once it is locked: a loader must never take it for one without a writer.
    private static func begin(in directory: String) throws(JournalError) -> Int32 {
        let path = "\(directory)/\(ULID(milliseconds: Timestamp.now().milliseconds)).journal"
        let hidden = path + ".new"
        let descriptor = Glibc.open(hidden, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw JournalError("open", hidden) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, rename(hidden, path) == 0 else {
            let failure = JournalError("rename", hidden)
            close(descriptor)
            throw failure
        }
        return descriptor
    }
}

/// A segment that lines go to. Closed, and so given up to the loader, when the last thread that writes to it has let go.
private final class OpenSegment: Sendable {
    let descriptor: Int32
    let size = Atomic(0)

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    func write(_ line: [UInt8], _ path: String) throws(JournalError) {
        var written = Glibc.write(descriptor, line, line.count)
        while written < 0 && errno == EINTR { written = Glibc.write(descriptor, line, line.count) }
        if written >= 0 && written < line.count { errno = ENOSPC }
        guard written == line.count else { throw JournalError("write", path) }
        size.add(written, ordering: .relaxed)
    }

    func synchronize() { fdatasync(descriptor) }
}
