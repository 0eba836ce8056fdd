import Glibc

/// What this process takes of the host, told for every living process of its kind: whichever of them is asked.
public struct ProcessMetrics: Sendable {
    /// What is told of each process.
    enum Fact: String, CaseIterable {
        /// Milliseconds since 1970.
        case start, memory, descriptors, descriptorLimit = "descriptor_limit", threads
    }

    private let memory: HostMemory
    private let seat: Int?

    public init(_ memory: HostMemory, startedAt milliseconds: Int) {
        self.memory = memory
        seat = memory.takeSeat()
        set(.start, milliseconds)
        refresh()
    }

    /// A gauge that each of the processes has, such as how much it keeps in memory.
    /// - Parameter name: for ``HostMemory``.
    public func gauge(_ name: String) -> Gauge? { seat.map { Self.gauge(name, ofSeat: $0, in: memory) } }

    /// The values of such a gauge in all processes that live.
    public func values(_ name: String) -> [([MetricFamily.Label], Int)] {
        memory.takenSeats.map { seat in
            ([("worker", String(seat))], Self.gauge(name, ofSeat: seat, in: memory).value)
        }
    }

    /// Looks anew. To be called every few seconds.
    public func refresh() {
        let page = sysconf(Int32(_SC_PAGESIZE))
        // proc_pid_statm(5): the second number is the resident pages.
        if let resident = Self.number(1, in: "/proc/self/statm") { set(.memory, resident * page) }
        // proc_pid_stat(5): the twentieth is the threads; the name in front of the third may have spaces, ours has none.
        if let threads = Self.number(19, in: "/proc/self/stat") { set(.threads, threads) }
        if let count = Self.entries(in: "/proc/self/fd") { set(.descriptors, count) }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            set(.descriptorLimit, Int(clamping: limit.rlim_cur))
        }
    }

    public var families: [MetricFamily] {
        [
            .seconds("mask_process_start_time_seconds", "When a worker was started, in seconds since 1970.", milliseconds: values(of: .start)),
            .gauge("mask_process_resident_memory_bytes", unit: "bytes", "Memory that a worker has.", values(of: .memory)),
            .gauge("mask_process_open_fds", "Open files and connections of a worker.", values(of: .descriptors)),
            .gauge("mask_process_max_fds", "What a worker may open.", values(of: .descriptorLimit)),
            .gauge("mask_process_threads", "Threads of a worker.", values(of: .threads)),
        ]
    }

    private func set(_ fact: Fact, _ value: Int) { gauge("process \(fact.rawValue)")?.set(value) }

    private func values(of fact: Fact) -> [([MetricFamily.Label], Int)] { values("process \(fact.rawValue)") }

    private static func gauge(_ name: String, ofSeat seat: Int, in memory: HostMemory) -> Gauge {
        Gauge("\(name) \(seat)", in: memory)
    }

    /// One of the numbers in a file of /proc, divided by spaces.
    private static func number(_ index: Int, in path: String) -> Int? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let text = String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
        return text.split(separator: " ").dropFirst(index).first.flatMap { Int($0) }
    }

    private static func entries(in path: String) -> Int? {
        guard let stream = opendir(path) else { return nil }
        defer { closedir(stream) }
        var count = -3  // itself, "." and ".."
        while readdir(stream) != nil { count += 1 }
        return count
    }
}
