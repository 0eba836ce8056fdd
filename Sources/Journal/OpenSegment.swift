import Glibc
import Synchronization
import Threads

/// A segment that lines go to. Closed, and so given up to the loader, when whoever writes to it or is to bring it to the disk
/// has let go.
final class OpenSegment: Sendable {
    private let descriptor: Int32
    private let path: String
    /// It was the reserve: blocks beyond its end are its own.
    let wasReserve: Bool
    private let written = Atomic(0)

    /// - Parameter descriptor: locked with flock(2); this object closes it.
    init(_ descriptor: Int32, path: String, wasReserve: Bool = false) {
        self.descriptor = descriptor
        self.path = path
        self.wasReserve = wasReserve
    }

    deinit {
        // Nobody writes any more: the size is the last word, and what was taken beyond it is given back.
        if wasReserve { ftruncate(descriptor, off_t(FileSize.size(of: descriptor))) }
        close(descriptor)
    }

    var size: Int { written.load(ordering: .relaxed) }

    func write(_ line: [UInt8]) throws(JournalError) {
        var count = Glibc.write(descriptor, line, line.count)
        while count < 0 && errno == EINTR { count = Glibc.write(descriptor, line, line.count) }
        if count >= 0 && count < line.count { errno = ENOSPC }
        guard count == line.count else { throw JournalError("write", path) }
        written.add(count, ordering: .relaxed)
    }

    /// Brings what was written to the disk (fdatasync(2)).
    func synchronize() { fdatasync(descriptor) }

    /// What of a reserve is left.
    var left: Int { FileSize.left(of: descriptor) }
}

/// fstat(2).
enum FileSize {
    static func size(of descriptor: Int32) -> Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Bytes of its blocks that lie beyond its end. Blocks have 512 bytes here, whatever the file system's are (stat(2)).
    static func left(of descriptor: Int32) -> Int {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? max(0, Int(status.st_blocks) * 512 - Int(status.st_size)) : 0
    }
}
