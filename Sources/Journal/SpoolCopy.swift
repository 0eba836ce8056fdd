import Glibc

/// The journal in a backup: copies of the segments in a spool.
///
/// A backup copies the spool first and takes its snapshot of the database after that, which loses nothing and counts nothing
/// twice, because the marks of how far each segment has been loaded are in the same snapshot as what was loaded:
///
/// - A click that was answered before the copy began is in the copy of its segment; or that segment had been loaded to its
///   end and deleted before it could be copied, and then the click and the mark are in the snapshot.
/// - Where the mark is within the copy, the loader goes on from there: what is before it is in the snapshot, the rest is not.
/// - Where the mark is beyond the copy's end, all that the copy has is in the snapshot, and the loader finds nothing to do.
/// - What was written after the copy is in the snapshot or it is not: nobody had its answer when the backup began.
///
/// The other way about, a segment that is loaded and deleted after the snapshot and before the copy would be in neither.
public enum SpoolCopy {
    private static let pieceBytes = 1 << 20

    /// Copies every segment, each as long as it is when its turn comes, and returns how many.
    public static func save(_ spool: String, to folder: String) throws(JournalError) -> Int {
        var count = 0
        for segment in try Segment.list(in: spool) {
            do throws(JournalError) {
                try copy(segment, to: "\(folder)/\(segment.name)", owner: nil)
                count += 1
            } catch {
                // Loaded to its end and deleted since it was listed.
                guard error.code == ENOENT, !segment.exists else { throw error }
            }
        }
        return count
    }

    /// Puts segments back into a spool and returns how many. One that is there already stays unless it is shorter: a segment
    /// only ever grows.
    public static func restore(_ folder: String, to spool: String) throws(JournalError) -> Int {
        var status = stat()
        guard stat(spool, &status) == 0 else { throw JournalError("stat", spool) }
        var count = 0
        for segment in try Segment.list(in: folder) {
            let target = "\(spool)/\(segment.name)"
            guard Segment(name: segment.name, path: target).size < segment.size else { continue }
            try copy(segment, to: target + ".new", owner: status)
            guard rename(target + ".new", target) == 0 else { throw JournalError("rename", target) }
            count += 1
        }
        return count
    }

    /// Keeps every loader of this host away as long as `body` runs.
    /// - Returns: nil where a worker writes to this spool, or another process loads it: nothing was done.
    public static func withoutWriters<Result>(_ spool: String, _ body: () throws -> Result) throws -> Result? {
        let path = spool + "/loader.lock"
        let lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        guard lock >= 0 else { throw JournalError("open", path) }
        defer { close(lock) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0, try !Segment.list(in: spool).contains(where: \.hasWriter) else { return nil }
        var status = stat()
        // Root may have made it just now: it is the loaders'.
        if geteuid() == 0, stat(spool, &status) == 0 { fchown(lock, status.st_uid, status.st_gid) }
        return try body()
    }

    private static func copy(_ segment: Segment, to path: String, owner: stat?) throws(JournalError) {
        unlink(path)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner == nil ? 0o600 : 0o640)
        guard descriptor >= 0 else { throw JournalError("open", path) }
        defer { close(descriptor) }
        let length = segment.size
        var offset = 0
        repeat {
            let bytes = try segment.read(from: offset, limit: min(pieceBytes, length - offset))
            guard write(descriptor, bytes, bytes.count) == bytes.count else { throw JournalError("write", path) }
            offset += bytes.count
            if bytes.isEmpty { break }
        } while offset < length
        guard fsync(descriptor) == 0 else { throw JournalError("fsync", path) }
        guard let owner, geteuid() == 0 else { return }
        guard fchown(descriptor, owner.st_uid, owner.st_gid) == 0 else { throw JournalError("chown", path) }
    }
}
