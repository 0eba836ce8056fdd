import API
import Bootstrap
import DeliveryStore
import Glibc
import Journal
import MariaDB
import Metrics
import Model
import Redis
import Store
import Threads
import Webhooks

/// What `/metrics` tells of this host beside what its processes count: looked up when it is asked for, in a second or two
/// whatever does not answer.
struct HostMonitor: Sendable {
    private let installation: Installation
    /// Of its own: patient for a second only, and never waiting for a connection that others have.
    private let store: Store
    private let lag: JournalLag
    private let certificates: CertificateEnds
    private let process: ProcessMetrics
    private let cachedLinks: Gauge?
    private let sealedAt: Gauge

    private static let cacheName = "link cache"
    private static let sealName = "audit log sealed at"
    private static let patienceSeconds: UInt32 = 1

    init(_ installation: Installation) {
        self.installation = installation
        var database = installation.configuration.database
        (database.connectSeconds, database.answerSeconds) = (Self.patienceSeconds, Self.patienceSeconds)
        store = Store(database, connections: 2)
        lag = JournalLag(directory: installation.configuration.spool, store: store)
        certificates = CertificateEnds(folder: installation.configuration.certificates)
        process = ProcessMetrics(installation.memory, startedAt: Int(Timestamp.now().milliseconds))
        cachedLinks = process.gauge(Self.cacheName)
        sealedAt = Gauge(Self.sealName, in: installation.memory)
    }

    /// Notes what only this process knows. To be called every few seconds.
    func refresh(cachedLinks count: Int) {
        process.refresh()
        cachedLinks?.set(count)
    }

    func noteSeal() { sealedAt.set(Int(Timestamp.now().milliseconds)) }

    func collect() -> [MetricFamily] {
        let (backlog, memory) = (backlog(), redisMemory())
        return [
            .info("mask_build", "The program that answers.", [("version", Release.version)]),
            .gauge("mask_database_up", "1 where MariaDB answers.", backlog == nil ? 0 : 1),
            .gauge("mask_redis_up", "1 where Redis answers.", memory == nil ? 0 : 1),
        ] + (memory.map(families) ?? [])
            + (backlog.map(families) ?? []) + journal(asksDatabase: backlog != nil) + spool() + jobs() + certificates.families()
            + StoreMetrics(installation.memory).families + JournalMetrics(installation.memory).families
            + SenderMetrics(installation.memory).families
            + [
                .gauge(
                    "mask_link_cache_entries", "Links, and slugs without one, that a worker keeps in memory.",
                    process.values(Self.cacheName)),
            ] + process.families
    }

    // MARK: Servers

    /// Nil where MariaDB does not answer.
    private func backlog() -> DeliveryStatistics? {
        try? store.read { try DeliveryStatistics.backlog(at: .now(), on: $0) }
    }

    private func families(_ backlog: DeliveryStatistics) -> [MetricFamily] {
        [
            .gauge("mask_webhook_events_waiting", "Events that no sender has picked up.", backlog.eventsWaiting),
            .gauge("mask_webhook_deliveries_waiting", "Deliveries that have not ended.", backlog.deliveriesWaiting),
            .seconds(
                "mask_webhook_oldest_due_seconds", "How long the event or delivery has waited that is due the longest.",
                milliseconds: backlog.oldestDueSeconds * 1000),
        ]
    }

    /// Nil where Redis does not answer.
    private func redisMemory() -> RedisMemory? {
        try? installation.redis.withResource(timeoutMilliseconds: 50, keepIf: \.isUsable) { try RedisMemory(on: $0) }
    }

    private func families(_ memory: RedisMemory) -> [MetricFamily] {
        [
            .gauge("mask_redis_used_bytes", unit: "bytes", "Memory that Redis uses.", memory.used),
            .gauge("mask_redis_limit_bytes", unit: "bytes", "What Redis may use (maxmemory); 0: all there is.", memory.limit),
            .gauge("mask_redis_evicted_keys", "Keys that Redis has dropped before their end, since it started.", memory.evicted),
        ]
    }

    // MARK: The spool

    private func journal(asksDatabase: Bool) -> [MetricFamily] {
        guard let reading = try? lag.read(asksDatabase: asksDatabase) else { return [] }
        let age = reading.oldest.map { max(0, Int(Timestamp.now().milliseconds - $0.milliseconds)) } ?? 0
        return [
            .gauge("mask_journal_segments", "Files of the journal.", reading.segments),
            .gauge("mask_journal_size_bytes", unit: "bytes", "What the journal's files take.", reading.bytes),
            .gauge(
                "mask_journal_waiting_bytes", unit: "bytes", "What of the journal is not in MariaDB yet.", reading.waitingBytes),
            .seconds(
                "mask_journal_oldest_waiting_seconds", "How long the record has waited that waits the longest.", milliseconds: age),
        ]
    }

    private func spool() -> [MetricFamily] {
        var status = statvfs()
        guard statvfs(installation.configuration.spool, &status) == 0 else { return [] }
        let reserves = (try? SpoolReserves.read(installation.configuration.spool)) ?? SpoolReserves()
        return [
            .gauge(
                "mask_spool_reserve_bytes", unit: "bytes", "What workers have taken of it ahead, for when it is full.", reserves.bytes),
            .gauge("mask_spool_reserves_in_use", "Workers that write to their reserve, because it is full.", reserves.inUse),
            .gauge(
                "mask_spool_size_bytes", unit: "bytes", "Size of the spool's file system.",
                Int(status.f_blocks) * Int(status.f_frsize)),
            .gauge(
                "mask_spool_free_bytes", unit: "bytes", "What is free on it.", Int(status.f_bavail) * Int(status.f_frsize)),
        ]
    }

    // MARK: Work in the background

    private func jobs() -> [MetricFamily] {
        var ends = Job.allCases.map { ($0.rawValue, $0.lastSuccess(in: installation.configuration.jobs)) }
        ends.append(("webhooks", SenderMetrics(installation.memory).lastSearch))
        let sealed = sealedAt.value
        ends.append(("audit_seal", sealed > 0 ? Timestamp(milliseconds: Int64(sealed)) : nil))
        return [
            .seconds(
                "mask_job_last_success_timestamp_seconds",
                "When a job of this host last came to a good end, in seconds since 1970; 0 where it never did.",
                milliseconds: ends.map { ([("job", $0)], Int($1?.milliseconds ?? 0)) }),
        ]
    }
}

/// When the certificates end that nginx finds, read again every ten minutes.
private final class CertificateEnds: Sendable {
    private struct State {
        var ends: [Int] = []
        var readAgain = Deadline.after(milliseconds: 0)
    }

    private let folder: String
    private let state = Monitor(State())

    private static let restMilliseconds = 600_000

    init(folder: String) { self.folder = folder }

    func families() -> [MetricFamily] {
        let ends = state.withLock { state in
            if state.readAgain.hasPassed {
                state.ends = CertificateFolder.ends(in: folder).map(\.end)
                state.readAgain = .after(milliseconds: Self.restMilliseconds)
            }
            return state.ends
        }
        guard let first = ends.min() else { return [] }
        return [
            .gauge("mask_certificates", "Certificates that nginx finds.", ends.count),
            .seconds(
                "mask_certificate_first_end_timestamp_seconds",
                "When the first of them ends, in seconds since 1970. Which one: maskctl doctor.", milliseconds: first * 1000),
        ]
    }
}
