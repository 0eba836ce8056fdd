import Crypto
import Curl
import Logging
import MariaDB
import Model
import Store
import Threads

/// Drains the webhook queue: pick up, claim, sign, send, record. One thread, many transfers.
///
/// Nothing is sent inside a transaction, and nothing is believed that is not written: a claim is committed before the
/// request goes out, a result is written only where the claim still stands. A sender that dies at any moment loses
/// nothing; what was in flight is sent again when its lease has ended.
public final class Sender {
    /// Requests at the same time. Clicks, and endpoints that are failing, get fewer, so that they never take all.
    static let transfers = 64
    static let clickTransfers = 24
    static let failingTransfers = 32
    /// Of those to one endpoint.
    static let transfersPerEndpoint = 5
    static let clickTransfersPerEndpoint = 2

    /// Deliveries in memory that have not been begun, of a lane and of an endpoint that is doing well.
    private static let claimLimit = 1024
    private static let claimSize = 256
    private static let pickUpSize = 512
    /// While requests are under way the queue is looked at so often at the most.
    private static let restMilliseconds = 5
    /// A result waits at most so long for others to be written with it.
    private static let recordMilliseconds: Int64 = 20
    private static let recordSize = 256
    private static let putOffMilliseconds: Int64 = 60_000
    /// How long the sender sleeps at most when nobody wakes it.
    private static let pollMilliseconds = 1000
    /// What a lease must have left when a request begins: as long as it can take, and time to record it.
    static let leaseMilliseconds = Int64(Limits().wholeMilliseconds) + 5000

    private let store: Store
    /// Decrypts the endpoints' secrets.
    private let key: String
    private let allowsHTTP: Bool
    private let logger: Logger
    private let multi: Multi

    /// A request under way.
    private struct Transfer {
        var claimed: DeliveryQueue.Claimed
        var startedAt: Timestamp
        var isOfFailing: Bool
    }

    /// What this sender has of an endpoint's lane.
    private struct Station {
        var claimed: ArraySlice<DeliveryQueue.Claimed> = []
        var running = 0
        var results: [DeliveryQueue.Result] = []
        var resultsSince: Timestamp?
        /// As this sender knows it: what its results say is added when they come, not when they are written.
        var health = WebhookHealth()
        /// Until when it waits for something on this side.
        var putOffUntil: Timestamp?

        var isIdle: Bool { claimed.isEmpty && running == 0 && results.isEmpty }
    }

    private var stations: [DeliveryQueue.Work: Station] = [:]
    private var running: [Int: Transfer] = [:]
    private var runningClicks = 0
    private var runningFailing = 0
    /// The lanes that have something to begin; each gets one request in turn.
    private var turns: [EventLane: [DeliveryQueue.Work]] = [:]
    private var secrets: [[UInt8]: WebhookSecret] = [:]
    private var nextTag = 0
    private var restUntil = Deadline.after(milliseconds: 0)

    /// What was done since the sender began.
    public private(set) var sent = 0
    public private(set) var succeeded = 0

    public init(
        store: Store, key: String, policy: AddressPolicy, allowsHTTP: Bool, caFile: String? = nil,
        limits: Limits = Limits(), logger: Logger
    ) throws {
        self.store = store
        self.key = key
        self.allowsHTTP = allowsHTTP
        self.logger = logger
        multi = try Multi(isAllowed: policy.isAllowed, verifyingWith: caFile, limits: limits)
    }

    /// Ends the sleep of a sender from another thread.
    public var waker: Waker { multi.waker }

    /// Works until `shouldStop`, and then until what is in flight has ended.
    public func run(until shouldStop: () -> Bool) {
        while !shouldStop() {
            do {
                try turn()
            } catch {
                logger.warning("webhooks wait: \(error)")
                collect(milliseconds: 250)
            }
        }
        finish()
    }

    /// Works until nothing is due.
    public func runOnce() throws {
        defer { finish() }
        repeat { try turn(longest: 50) } while try findWork() || stations.values.contains { !$0.isIdle }
    }

    // MARK: One turn

    func turn(longest: Int = Sender.pollMilliseconds) throws {
        let found = restUntil.hasPassed || running.isEmpty ? try findWork() : true
        start()
        collect(milliseconds: found ? min(restUntil.remainingMilliseconds, longest) : try pause(longest))
        start()
        try record()
    }

    /// Picks up and claims, changes first. Returns whether there may be more.
    private func findWork() throws -> Bool {
        var found = false
        for lane in EventLane.allCases {
            let picked = try store.write {
                try Outbox.pickUp(lane, limit: Self.pickUpSize, at: .now(), on: $0) { event, filter in filter.matches(event) }
            }
            let claimed = try claim(lane)
            start()
            found = found || picked > 0 || claimed > 0
        }
        restUntil = .after(milliseconds: running.isEmpty ? 0 : Self.restMilliseconds)
        return found
    }

    /// How long nothing is to be done: until something arrives, something is due, or somebody calls.
    private func pause(_ longest: Int) throws -> Int {
        let now = Timestamp.now().milliseconds
        if let oldest = stations.values.compactMap(\.resultsSince).min() {
            return min(longest, max(0, Int(oldest.milliseconds + Self.recordMilliseconds - now)))
        }
        guard stations.isEmpty, let due = try store.read({ try DeliveryQueue.nextDue(on: $0) }) else { return longest }
        return min(longest, max(1, Int(clamping: due.milliseconds - now)))
    }

    // MARK: Claiming

    private func claim(_ lane: EventLane) throws -> Int {
        var free = Self.claimLimit - stations.reduce(0) { $0 + ($1.key.lane == lane ? $1.value.claimed.count : 0) }
        guard free > Self.claimLimit / 2 else { return 0 }
        var found = 0
        // Those of which there are enough here are due all the same, and would hide others.
        let due = try store.read {
            try DeliveryQueue.due(lane, at: .now(), limit: Self.transfers + stations.count, on: $0)
        }
        for work in due where free > 0 {
            let station = stations[work] ?? Station()
            if let until = station.putOffUntil, until > .now() { continue }
            let (claimed, health) = try store.write { connection in
                try DeliveryQueue.claim(work, at: .now(), on: connection) { health in
                    var health = health
                    health.failures = max(health.failures, station.health.failures)
                    return min(free, Self.room(lane, health, having: station.claimed.count + station.running))
                }
            }
            guard !claimed.isEmpty else { continue }
            if station.isIdle { stations[work, default: Station()].health = health }
            add(claimed, to: work)
            free -= claimed.count
            found += claimed.count
        }
        return found
    }

    /// How many more to claim of an endpoint: of one that keeps failing one at a time, of one that is doing well many.
    static func room(_ lane: EventLane, _ health: WebhookHealth, having count: Int) -> Int {
        if health.failures >= DeliveryQueue.breakerFailures { return 1 - count }
        guard health.failures == 0, health.lastSuccessAt != nil else { return transfersPerEndpoint(lane) - count }
        return count < claimSize / 2 ? claimSize - count : 0
    }

    private func add(_ claimed: [DeliveryQueue.Claimed], to work: DeliveryQueue.Work) {
        if turns[work.lane]?.contains(work) != true { turns[work.lane, default: []].append(work) }
        stations[work, default: Station()].claimed += claimed
    }

    private static func transfersPerEndpoint(_ lane: EventLane) -> Int {
        lane == .clicks ? clickTransfersPerEndpoint : transfersPerEndpoint
    }

    // MARK: Sending

    /// Begins what can be begun, one request for each endpoint in turn.
    private func start() {
        for lane in EventLane.allCases {
            var resting: [DeliveryQueue.Work] = []
            var queue = (turns[lane] ?? [])[...]
            while running.count < Self.transfers, lane == .changes || runningClicks < Self.clickTransfers,
                let work = queue.popFirst()
            {
                switch begin(work) {
                case .more: queue.append(work)
                case .full: resting.append(work)
                case .empty: break
                }
            }
            turns[lane] = queue + resting
        }
    }

    private enum Turn { case more, full, empty }

    private func begin(_ work: DeliveryQueue.Work) -> Turn {
        guard var station = stations[work], !station.claimed.isEmpty else { return .empty }
        guard station.running < Self.transfersPerEndpoint(work.lane),
            station.health.failures == 0 || runningFailing < Self.failingTransfers
        else { return .full }
        let next = station.claimed.removeFirst()
        stations[work] = station
        let now = Timestamp.now()
        if next.leaseEnd.milliseconds - now.milliseconds < Self.leaseMilliseconds {
            note(.returned(next))
        } else {
            send(next, at: now)
        }
        return stations[work]?.claimed.isEmpty == false ? .more : .empty
    }

    private func send(_ claimed: DeliveryQueue.Claimed, at now: Timestamp) {
        nextTag += 1
        let isOfFailing = (stations[claimed.work]?.health.failures ?? 0) > 0
        let transfer = Transfer(claimed: claimed, startedAt: now, isOfFailing: isOfFailing)
        running[nextTag] = transfer
        count(transfer, 1)
        do {
            try multi.start(try post(claimed, at: now), tag: nextTag)
        } catch {
            logger.error("\(claimed.delivery.id) cannot be sent: \(error)")
            ended(nextTag, Exchange(result: .failed(.local)))
        }
    }

    private func count(_ transfer: Transfer, _ change: Int) {
        let work = transfer.claimed.work
        stations[work, default: Station()].running += change
        if work.lane == .clicks { runningClicks += change }
        if transfer.isOfFailing { runningFailing += change }
    }

    private func post(_ claimed: DeliveryQueue.Claimed, at now: Timestamp) throws -> Post {
        let endpoint = claimed.endpoint
        guard allowsHTTP || endpoint.url.hasPrefix("https:") else { throw SenderError.httpsOnly }
        let secrets = try ([endpoint.secret] + (endpoint.previousSecret.map { [$0] } ?? [])).map(secret)
        let body = Payload.bytes(of: claimed.event)
        let signature = Signature(body, id: claimed.event.id.description, at: now, secrets: secrets)
        return Post(
            url: endpoint.url,
            fields: [("Content-Type", "application/json")] + signature.fields, body: body)
    }

    private func secret(_ sealed: [UInt8]) throws -> WebhookSecret {
        if let known = secrets[sealed] { return known }
        guard let bytes = unseal(sealed, secret: key) else { throw SenderError.wrongKey }
        if secrets.count > 10_000 { secrets = [:] }
        secrets[sealed] = WebhookSecret(bytes: bytes)
        return WebhookSecret(bytes: bytes)
    }

    func collect(milliseconds: Int) {
        for (tag, exchange) in multi.wait(milliseconds: milliseconds) { ended(tag, exchange) }
    }

    // MARK: Results

    private func ended(_ tag: Int, _ exchange: Exchange) {
        guard let transfer = running.removeValue(forKey: tag) else { return }
        count(transfer, -1)
        let work = transfer.claimed.work
        if case .failed(.local) = exchange.result { return putOff(transfer.claimed) }
        let result = result(of: transfer, exchange)
        note(result)
        if let attempt = result.attempt { stations[work]?.health.note(attempt) }
        sent += 1
        if exchange.isSuccess { succeeded += 1 } else { giveBack(work) }
    }

    private func result(of transfer: Transfer, _ exchange: Exchange) -> DeliveryQueue.Result {
        let number = transfer.claimed.delivery.attempts
        let attempt = DeliveryAttempt(number, transfer.startedAt, exchange)
        if exchange.isSuccess {
            return .init(claimed: transfer.claimed, attempt: attempt, status: .succeeded, nextAt: nil)
        }
        let next = RetrySchedule.delay(after: number, exchange).map { Timestamp.now().adding(milliseconds: Int64($0 * 1000)) }
        return .init(claimed: transfer.claimed, attempt: attempt, status: next == nil ? .failed : .waiting, nextAt: next)
    }

    /// What failed on this side is not the endpoint's fault: no attempt was made, and its deliveries wait a minute.
    private func putOff(_ claimed: DeliveryQueue.Claimed) {
        let work = claimed.work
        note(.returned(claimed))
        giveBack(work)
        stations[work]?.putOffUntil = Timestamp.now().adding(milliseconds: Self.putOffMilliseconds)
    }

    /// What was claimed for an endpoint that has begun to fail waits for its turn again.
    private func giveBack(_ work: DeliveryQueue.Work) {
        let rest = stations[work]?.claimed ?? []
        stations[work]?.claimed = []
        for delivery in rest { note(.returned(delivery)) }
    }

    private func note(_ result: DeliveryQueue.Result) {
        stations[result.claimed.work, default: Station()].results.append(result)
        if stations[result.claimed.work]?.resultsSince == nil { stations[result.claimed.work]?.resultsSince = .now() }
    }

    // MARK: Recording

    /// Writes the results that have waited long enough, or are many.
    func record(all: Bool = false) throws {
        let now = Timestamp.now()
        var failure: (any Error)?
        for (work, station) in stations {
            let age = now.milliseconds - (station.resultsSince ?? now).milliseconds
            let isDue = all || station.results.count >= Self.recordSize || age >= Self.recordMilliseconds
            do {
                if isDue, !station.results.isEmpty { try record(station, of: work, at: now) }
            } catch {
                failure = error
            }
            if stations[work]?.isIdle == true, (station.putOffUntil ?? now) <= now { stations[work] = nil }
        }
        if let failure { throw failure }
    }

    private func record(_ station: Station, of work: DeliveryQueue.Work, at now: Timestamp) throws {
        let health = try store.write { connection in
            try DeliveryQueue.record(station.results, of: work, at: now, on: connection) { health in
                [EndpointPolicy.probe(of: health, at: now), station.putOffUntil].compactMap(\.self).max()
            }
        }
        let isGone = station.results.contains { $0.attempt?.status == 410 }
        stations[work]?.results = []
        stations[work]?.resultsSince = nil
        if let health, let reason = EndpointPolicy.end(isGone: isGone, health, at: now) {
            try disable(work, reason, isGone: isGone, at: now)
        } else if let health, EndpointPolicy.isNoticeDue(health, at: now) {
            try noteFailing(work, at: now)
        }
    }

    private func noteFailing(_ work: DeliveryQueue.Work, at now: Timestamp) throws {
        let days = try store.write {
            try FailingEndpoints.note(work, after: EndpointPolicy.noticeDays, at: now, on: $0) { days, since in
                .failing(work, for: days, since: since, at: now)
            }
        }
        if let days { logger.notice("\(work.webhook) has had no success for \(days) days") }
    }

    private func disable(_ work: DeliveryQueue.Work, _ reason: String, isGone: Bool, at now: Timestamp) throws {
        let entry = AuditEntry.disabled(work, reason, at: now)
        let quietSince = isGone ? nil : now.adding(milliseconds: -EndpointPolicy.deadSeconds * 1000)
        giveBack(work)
        guard try store.write({
            try DeliveryQueue.disable(work, quietSince: quietSince, reason: reason, at: now, audit: entry, on: $0)
        }) else { return }
        logger.notice("\(work.webhook) is disabled: \(reason)")
    }

    /// Lets what is in flight end, gives back what was not begun, and writes it all down.
    private func finish() {
        for work in stations.keys { giveBack(work) }
        while !running.isEmpty { collect(milliseconds: 1000) }
        for _ in 0..<20 {
            do { return try record(all: true) } catch { logger.warning("results wait: \(error)") }
            collect(milliseconds: 250)
        }
    }
}
