import CLinux
import Glibc
import Model
import Synchronization
import Threads

/// Room on the spool's disk that a process has taken ahead of time (fallocate(2)): an empty file with blocks. When the disk is
/// full it becomes the segment that lines go to, and nobody else can have taken its blocks.
///
/// `<ULID>.reserve` waits, `<ULID>.reserve.journal` is in use: whoever lists the folder sees both. Its process holds flock(2)
/// on it.
final class SpoolReserve: Sendable {
    private let descriptor: Int32
    private let path: String
    let bytes: Int
    private let isTaken = Atomic(false)

    static let waitingSuffix = ".reserve"
    static let usedSuffix = waitingSuffix + Segment.suffix

    /// - Parameter bytes: all of them, or it throws.
    init(in directory: String, bytes: Int) throws(JournalError) {
        path = "\(directory)/\(ULID(milliseconds: Timestamp.now().milliseconds))\(Self.waitingSuffix)"
        self.bytes = bytes
        // It gets its name only once it is locked: another process would take it for one that was left, and delete it. It gets
        // its blocks only once it has its name: one that is left is found and deleted.
        let hidden = path + Segment.hiddenSuffix
        descriptor = open(hidden, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw JournalError("open", hidden) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, rename(hidden, path) == 0 else {
            let failure = JournalError("rename", hidden)
            unlink(hidden)
            throw failure
        }
        // The file stays empty, as a segment has to begin.
        guard mask_reserve_blocks(descriptor, bytes) == 0 else { throw JournalError("fallocate", path) }
    }

    /// Also where `init` throws: all properties are set by then. So nothing else closes the descriptor.
    deinit {
        guard descriptor >= 0, !isTaken.load(ordering: .acquiring) else { return }
        unlink(path)
        close(descriptor)
    }

    /// Makes a segment of it.
    func become() throws(JournalError) -> OpenSegment {
        let used = path + Segment.suffix
        guard rename(path, used) == 0 else { throw JournalError("rename", path) }
        isTaken.store(true, ordering: .releasing)
        return OpenSegment(descriptor, path: used, wasReserve: true)
    }

    /// What is being made, a segment too, is not locked yet for a moment. None takes this long, in seconds.
    static let longestMaking = 3600

    /// Deletes what processes that were killed have left.
    static func removeAbandoned(in directory: String) {
        let hidden = ((try? Segment.list(in: directory, suffix: Segment.hiddenSuffix)) ?? []).filter { $0.age > longestMaking }
        for file in ((try? Segment.list(in: directory, suffix: waitingSuffix)) ?? []) + hidden {
            _ = file.removeIfFinished(loaded: 0)
        }
    }
}

/// What a spool keeps for the time when its disk is full, as all processes of the host see it.
public struct SpoolReserves: Sendable, Equatable {
    /// Taken ahead, and not written to.
    public var bytes: Int
    /// Processes that write to theirs, because the disk is full.
    public var inUse: Int

    public init(bytes: Int = 0, inUse: Int = 0) { (self.bytes, self.inUse) = (bytes, inUse) }

    public static func read(_ directory: String) throws(JournalError) -> SpoolReserves {
        var found = SpoolReserves()
        for file in try Segment.list(in: directory, suffix: SpoolReserve.waitingSuffix) { found.bytes += file.left }
        for file in try Segment.list(in: directory, suffix: SpoolReserve.usedSuffix) where file.hasWriter {
            found.inUse += 1
            found.bytes += file.left
        }
        return found
    }
}

/// How much a process writes, and so how much an hour of it takes.
struct Pace {
    /// Bytes a minute: those of the busiest minute of late.
    private(set) var perMinute = 0
    private var counted = 0

    /// To be called once a minute.
    /// - Parameter total: bytes since the start.
    mutating func note(total: Int) {
        // A tenth less each minute: after half an hour a rush is forgotten.
        perMinute = max(total - counted, perMinute * 9 / 10)
        counted = total
    }

    static let leastBytes = 1 << 20
    static let mostBytes = 1 << 30

    /// - Parameter free: bytes on the disk. A quarter of them is as much as one process takes.
    func reserveBytes(free: Int) -> Int {
        let wanted = (perMinute * 60 + Self.leastBytes - 1) / Self.leastBytes * Self.leastBytes
        return max(Self.leastBytes, min(wanted, Self.mostBytes, free / 4))
    }

    func minutes(of bytes: Int) -> Int { perMinute == 0 ? 60 : bytes / perMinute }
}
