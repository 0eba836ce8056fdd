import Glibc
import Model
import POSIX

/// A segment of a journal: an append-only file `<ULID>.journal` in the spool. Its writer holds flock(2) on it as long as it
/// lives; the kernel lets go when the writer dies, however it dies.
struct Segment: Sendable {
    let name: String
    let path: String

    static let suffix = ".journal"
    /// Behind the name of a file that is being made.
    static let hiddenSuffix = ".new"

    /// The segments in a spool, oldest first.
    /// - Parameter suffix: or other files of it.
    static func list(in directory: String, suffix: String = Self.suffix) throws(JournalError) -> [Segment] {
        let names: [String]
        do throws(SystemError) { names = try Folder.names(directory, suffix: suffix) } catch { throw JournalError(error) }
        return names.map { Segment(name: $0, path: directory + "/" + $0) }.filter { !$0.isForeign }
    }

    /// Bytes from an offset on, at most `limit`.
    func read(from offset: Int, limit: Int) throws(JournalError) -> [UInt8] {
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { throw JournalError("open", path) }
        defer { close(descriptor) }
        var failure: JournalError?
        let available = max(0, min(limit, FileSize.size(of: descriptor) - offset))
        let bytes = [UInt8](unsafeUninitializedCapacity: available) { buffer, count in
            while count < available {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + count }, available - count, offset + count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = JournalError("read", path) }
                if got <= 0 { break }
                count += got
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Deletes the file if its writer is gone and all its bytes up to `offset` are all that it has. What stands after the
    /// last newline of a dead writer was never answered.
    /// - Returns: whether the segment is at its end.
    func removeIfFinished(loaded offset: Int) -> Bool {
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { return errno == ENOENT }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return false }
        let rest = (try? read(from: offset, limit: 1 << 20)) ?? [UInt8(ascii: "\n")]
        guard !rest.contains(UInt8(ascii: "\n")) else { return false }
        return unlink(path) == 0
    }

    /// Opens a regular file and nothing else. The spool is the workers' folder, and root backs it up: a link that leads
    /// elsewhere must not be followed, and a pipe must not be waited for.
    /// - Returns: a descriptor, or -1 with errno.
    private static func open(_ path: String) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { return -1 }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG { return descriptor }
        close(descriptor)
        errno = EINVAL
        return -1
    }

    /// Whether it is there and no regular file: no worker has made it.
    private var isForeign: Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    }

    var exists: Bool { access(path, F_OK) == 0 }

    /// Whether a worker lives that writes to it.
    var hasWriter: Bool {
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }

    var size: Int {
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return FileSize.size(of: descriptor)
    }

    /// Seconds since it was written to; 0 where it is gone.
    var age: Int {
        var status = stat()
        return lstat(path, &status) == 0 ? time(nil) - status.st_mtim.tv_sec : 0
    }

    /// Blocks that it has beyond its end.
    var left: Int {
        let descriptor = Self.open(path)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        return FileSize.left(of: descriptor)
    }
}

/// A system call on the spool that failed.
public struct JournalError: Error, CustomStringConvertible {
    private let error: SystemError

    var code: Int32 { error.code }

    init(_ call: String, _ path: String) { self.init(SystemError(call, path)) }

    init(_ error: SystemError) { self.error = error }

    /// Or what its owner may have of it.
    var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    public var description: String { "\(error) (MASK_SPOOL)" }
}
