import CLinux
import Glibc
import Synchronization
import Threads

/// Numbers that all processes of a host share: a file that each of them maps into its memory (mmap(2)).
///
/// A number is found by its name, so programs of different versions can use one file. Adding to one is a single atomic
/// instruction; a process that is killed leaves nothing behind but what it has counted. The numbers live as long as the
/// file, which is best on a tmpfs: they begin at 0 after a restart of the host, as counters of Prometheus may.
///
/// Where the file cannot be used this process counts for itself: ``problem`` says why, and nothing else fails.
///
/// The layout: a page with a mark and the number of slots in use, then the slots. A slot has its number and its name.
/// Names are added under flock(2) and never changed. Behind them stand the numbers of changes, which have no names: see
/// ``changes(of:)``; and behind these, numbers of the same kind for what is counted: see ``countPlace(of:)``.
public final class HostMemory: Sendable {
    /// Why the numbers are this process's own; nil where all processes of the host share them.
    public let problem: String?
    /// -1 where there is no file.
    private let descriptor: Int32
    /// Where the mapping begins.
    private let start: UInt
    /// The slots that this process knows by name.
    private let known = Monitor(Known())
    private let seat = Atomic(-1)

    private struct Known {
        var slots: [String: Int] = [:]
        /// Slots that were read from the file so far.
        var read = 0
    }

    /// `MASKMET1`: another layout gets another mark.
    private static let mark = 0x3154_454D_4B53_414D
    private static let headBytes = 4096
    private static let slotBytes = 256
    private static let slotLimit = 4095
    private static let slotsEnd = headBytes + slotLimit * slotBytes
    /// Of the versions that had no numbers for what is counted.
    private static let formerSize = slotsEnd + changeCount * 8
    static let size = slotsEnd + (changeCount + countCount) * 8
    /// Of a name.
    static let nameLimit = slotBytes - 8
    /// How long a process that adds a name is waited for.
    private static let lockMilliseconds = 1000

    /// Maps the file at a path, and makes it where there is none.
    /// - Parameter path: nil for numbers of this process alone.
    public init(path: String?) {
        var (mapped, problem): ((descriptor: Int32, start: UInt)?, String?) = (nil, nil)
        if let path {
            do throws(HostMemoryError) { mapped = try Self.open(path) } catch { problem = error.description }
        }
        self.problem = problem
        descriptor = mapped?.descriptor ?? -1
        start = mapped?.start ?? Self.anonymous()
    }

    /// What is mapped stays so, as whoever counts may live longer; and with it the seat, which is the mapped file's.
    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The number with a name, which is made as 0 where there is none.
    public func word(_ name: String) -> Word {
        precondition(name.utf8.count <= Self.nameLimit, "the name of a number is too long")
        let slot = known.withLock { known -> Int? in
            if let slot = known.slots[name] { return slot }
            guard Self.lock(descriptor) else { return nil }
            defer { Self.unlock(descriptor) }
            learn(&known)
            return known.slots[name] ?? add(name, &known)
        }
        // Where the file is full, or held by somebody for good, the number is this process's own.
        guard let slot else { return Word(address: UInt(bitPattern: Self.ownWord())) }
        return Word(address: start + UInt(Self.headBytes + slot * Self.slotBytes))
    }

    // MARK: Seats

    /// Processes of one kind that can be told apart.
    public static let seats = 64

    /// A number for this process that no other living process of the host has; the kernel takes it back however this one
    /// ends. Nil where all are taken.
    public func takeSeat() -> Int? {
        let mine = seat.load(ordering: .acquiring)
        if mine >= 0 { return mine }
        for number in 0..<Self.seats where descriptor < 0 || mask_lock_byte(descriptor, number) == 0 {
            seat.store(number, ordering: .releasing)
            return number
        }
        return nil
    }

    /// The seats of the processes that live.
    public var takenSeats: [Int] {
        let mine = seat.load(ordering: .acquiring)
        return (0..<Self.seats).filter { $0 == mine || descriptor >= 0 && mask_is_byte_locked(descriptor, $0) == 1 }
    }

    // MARK: Changes

    /// More than a busy installation changes in the minute for which caches keep what they have: two things that share a
    /// number cost a look into the database, no more.
    static let changeCount = 32_768

    /// The number that grows with each change of a thing, of other things too: a copy of it in memory is good only while the
    /// number is as it was before the copy was made.
    ///
    /// FNV-1a finds it, as every process has to find the same one. Whoever sets out to have many things share a number gains
    /// nothing but look-ups.
    public func changes(of name: String) -> ChangeNumber { changes(at: Self.changePlace(of: name)) }

    /// The same, where the place is kept.
    @inline(__always)
    public func changes(at place: Int32) -> ChangeNumber {
        ChangeNumber(word: Word(address: start + UInt(Self.slotsEnd + Int(place) * 8)))
    }

    /// Everything may have changed.
    public func growAllChanges() {
        for place in 0..<(Self.changeCount + Self.countCount) { changes(at: Int32(place)).grow() }
    }

    /// As many as there are for what is changed.
    static let countCount = 32_768

    /// The number that grows whenever something is counted of a thing: see ``countPlace(of:)``.
    public func counts(of id: UInt128) -> ChangeNumber { changes(at: Self.countPlace(of: id)) }

    /// The place of the number that grows whenever something is counted of a thing, such as clicks of a link: apart from what is
    /// changed, which happens far less often and which other copies depend on.
    /// - Parameter id: of which the lower bits are random.
    public static func countPlace(of id: UInt128) -> Int32 {
        Int32(changeCount) + Int32(truncatingIfNeeded: id & UInt128(countCount - 1))
    }

    /// The same in every process.
    public static func changePlace(of name: String) -> Int32 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int32((hash ^ hash >> 32) % UInt64(changeCount))
    }

    // MARK: Slots

    private var used: Word { Word(address: start + 8) }

    private func learn(_ known: inout Known) {
        let count = min(used.value, Self.slotLimit)
        while known.read < count {
            known.slots[name(of: known.read)] = known.read
            known.read += 1
        }
    }

    private func name(of slot: Int) -> String {
        guard let place = UnsafePointer<CChar>(bitPattern: nameAddress(of: slot)) else { return "" }
        return String(decoding: (0..<strnlen(place, Self.nameLimit)).map { UInt8(bitPattern: place[$0]) }, as: UTF8.self)
    }

    /// The name is whole before it counts as there.
    private func add(_ name: String, _ known: inout Known) -> Int? {
        let slot = known.read
        guard slot < Self.slotLimit, let place = UnsafeMutableRawPointer(bitPattern: nameAddress(of: slot)) else { return nil }
        memset(place - 8, 0, Self.slotBytes)
        let bytes = Array(name.utf8)
        memcpy(place, bytes, bytes.count)
        used.set(slot + 1)
        known.slots[name] = slot
        known.read = slot + 1
        return slot
    }

    private func nameAddress(of slot: Int) -> UInt { start + UInt(Self.headBytes + slot * Self.slotBytes + 8) }

    // MARK: The file

    private static func open(_ path: String) throws(HostMemoryError) -> (descriptor: Int32, start: UInt) {
        // Again where another process has replaced the file meanwhile, or this one has found another layout.
        for _ in 0..<5 {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o660)
            guard descriptor >= 0 else { throw HostMemoryError("open", path) }
            do throws(HostMemoryError) {
                if let start = try map(descriptor, path) { return (descriptor, start) }
            } catch {
                close(descriptor)
                throw error
            }
            close(descriptor)
        }
        throw HostMemoryError("replace", path)
    }

    /// Nil where the file is not the one to use.
    private static func map(_ descriptor: Int32, _ path: String) throws(HostMemoryError) -> UInt? {
        guard lock(descriptor) else { throw HostMemoryError("flock", path) }
        defer { unlock(descriptor) }
        var (mine, current) = (stat(), stat())
        guard fstat(descriptor, &mine) == 0 else { throw HostMemoryError("fstat", path) }
        guard stat(path, &current) == 0, mine.st_ino == current.st_ino, mine.st_dev == current.st_dev else { return nil }
        // One that ends with the slots was made before there were numbers of changes: whoever has mapped it sees what it knew.
        guard [0, off_t(slotsEnd), off_t(formerSize), off_t(size)].contains(mine.st_size) else { return try replace(path) }
        if mine.st_size == 0 { fchmod(descriptor, 0o660) }  // not the owner where it was made beforehand: then it has its mode
        if mine.st_size < off_t(size) {
            // All of it now: a full file system is found out here, not by a signal at the first count.
            errno = posix_fallocate(descriptor, 0, off_t(size))
            guard errno == 0 else { throw HostMemoryError("fallocate", path) }
        }
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
            throw HostMemoryError("mmap", path)
        }
        let first = Word(address: UInt(bitPattern: memory))
        if first.value == 0 { first.set(mark) }
        guard first.value == mark else {
            munmap(memory, size)
            return try replace(path)
        }
        return UInt(bitPattern: memory)
    }

    /// A file of another layout: whoever uses it goes on with it and sees no other.
    private static func replace(_ path: String) throws(HostMemoryError) -> UInt? {
        guard unlink(path) == 0 else { throw HostMemoryError("unlink", path) }
        return nil
    }

    private static func ownWord() -> UnsafeMutablePointer<Int> {
        let word = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        word.initialize(to: 0)
        return word
    }

    private static func anonymous() -> UInt {
        let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, memory != MAP_FAILED else { preconditionFailure("there is no memory for a megabyte") }
        return UInt(bitPattern: memory)
    }

    /// Whoever holds it does so for microseconds, unless it is stopped or means harm.
    private static func lock(_ descriptor: Int32) -> Bool {
        guard descriptor >= 0 else { return true }
        let deadline = Deadline.after(milliseconds: lockMilliseconds)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, !deadline.hasPassed else { return false }
            usleep(500)
        }
        return true
    }

    private static func unlock(_ descriptor: Int32) {
        if descriptor >= 0 { flock(descriptor, LOCK_UN) }
    }
}

/// One number of ``HostMemory``.
public struct Word: Sendable {
    /// Of eight bytes, on a boundary of eight, that stay mapped.
    private let address: UInt

    init(address: UInt) { self.address = address }

    private var place: UnsafeMutablePointer<Atomic<Int>>? { UnsafeMutablePointer(bitPattern: address) }

    @inline(__always)
    func add(_ count: Int) { _ = place?.pointee.wrappingAdd(count, ordering: .relaxed) }

    func advance() { _ = place?.pointee.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    func set(_ value: Int) { place?.pointee.store(value, ordering: .releasing) }

    var value: Int { place?.pointee.load(ordering: .acquiring) ?? 0 }
}

/// A number that all processes of a host share, which grows when something changes.
public struct ChangeNumber: Sendable {
    fileprivate let word: Word

    /// Read it before what it tells of is read.
    @inline(__always)
    public var value: Int { word.value }

    /// Call it once the change can be read by others, and before anybody is told of it.
    public func grow() { word.advance() }
}

/// A system call on the file that failed.
struct HostMemoryError: Error, CustomStringConvertible {
    let description: String

    init(_ call: String, _ path: String) {
        description = "\(call) \(path): \(String(cString: strerror(errno))) (MASK_METRICS)"
    }
}
