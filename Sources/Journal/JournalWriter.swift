import Glibc
import Model
import Synchronization

/// The journal of this process: lines that are in the kernel's hands when ``append(_:)`` returns, and so outlive the process.
public final class JournalWriter: Sendable {
    private struct Open {
        var descriptor: Int32
        var size: Int
    }

    private let directory: String
    private let open: Mutex<Open>

    /// A new segment begins at this size, so that loaded ones can be deleted.
    static let segmentBytes = 16 << 20

    public init(directory: String) throws(JournalError) {
        self.directory = directory
        open = Mutex(Open(descriptor: try Self.begin(in: directory), size: 0))
    }

    deinit {
        open.withLock { _ = close($0.descriptor) }
    }

    /// Appends one line with one write(2). When it throws, the line is not there, not even in part.
    public func append(_ line: [UInt8]) throws(JournalError) {
        try open.withLock { (open) throws(JournalError) in
            if open.size + line.count > Self.segmentBytes {
                let next = try Self.begin(in: directory)
                close(open.descriptor)
                open = Open(descriptor: next, size: 0)
            }
            try write(line, to: &open)
        }
    }

    /// Brings what was written to the disk (fdatasync(2)): against power loss; a crash of the process needs none.
    public func synchronize() {
        let descriptor = open.withLock { dup($0.descriptor) }
        fdatasync(descriptor)
        close(descriptor)
    }

    private func write(_ line: [UInt8], to open: inout Open) throws(JournalError) {
        var written = Glibc.write(open.descriptor, line, line.count)
        while written < 0 && errno == EINTR { written = Glibc.write(open.descriptor, line, line.count) }
        guard written == line.count else {
            if written >= 0 { errno = ENOSPC }
            let failure = JournalError("write", directory)
            // A line written in part would spoil the next one.
            ftruncate(open.descriptor, open.size)
            throw failure
        }
        open.size += written
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
