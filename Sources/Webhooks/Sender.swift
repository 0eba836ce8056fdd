import Curl
import Logging
import Model
import Store
import Threads

/// Drains the webhook queue: pick up, claim, sign, send, record. One thread for many requests, and a ``Desk`` for what the
/// database has to do meanwhile.
///
/// Nothing is sent inside a transaction, and nothing is believed that is not written: a claim is committed before the
/// request goes out, a result is written only where the claim still stands. A sender that dies at any moment loses
/// nothing; what was in flight is sent again when its lease has ended.
public final class Sender {
    /// Requests at the same time. Clicks, and endpoints that are failing, get fewer, so that they never take all.
    static let transfers = 64
    static let clickTransfers = 24
    static let failingTransfers = 32
    /// A workspace can have many endpoints, and all of them slow: each request of one holds its place for up to 15 seconds. Those
    /// whose pace is not known have places of their own, so that a new one need not wait for the slow.
    static let workspaceTransfers = 32
    static let slowTransfers = 8

    /// An endpoint that takes longer is slow.
    private static let slowMilliseconds = 1000.0

    /// Of those to one endpoint.
    static func transfersPerEndpoint(_ lane: EventLane) -> Int { lane == .clicks ? 2 : 5 }

    /// Deliveries of a lane in memory that have not ended; with half of them it does not look for more.
    private static let holdingLimit = 8192
    /// While requests are under way the queue is looked at so often at the most.
    private static let restMilliseconds = 5
    /// A result waits at most so long for others to be written with it.
    private static let recordMilliseconds = 20
    private static let recordSize = 1024
    private static let putOffMilliseconds: Int64 = 60_000
    /// How long the sender goes without looking when nobody rings.
    private static let pollMilliseconds = 1000
    /// After a failure of the database nothing is asked of it for so long.
    private static let breathMilliseconds = 250
    private static let tellMilliseconds = 90_000
    /// What a lease must have left when a request begins: as long as it can take, and time to record it.
    static let leaseMilliseconds = Int64(Limits().wholeMilliseconds) + 5000

    private var signer: DeliverySigner
    private let logger: Logger
    private let metrics: SenderMetrics?
    private let multi: Multi
    private let desk: Desk
    /// Rung when there may be something to send.
    public let bell: Bell

    /// A request under way.
    private struct Transfer {
        var claimed: DeliveryQueue.Claimed
        var startedAt: Timestamp
        var isOfFailing: Bool
        var pace: Pace
    }

    private enum Pace { case unknown, slow, fast }

    /// What has a number of places: a lane's endpoints of a pace, in a workspace.
    private struct Share: Hashable {
        var workspace: WorkspaceID
        var lane: EventLane
        var pace: Pace
    }

    /// What this sender has of an endpoint's lane.
    private final class Station {
        let work: DeliveryQueue.Work
        var claimed: ArraySlice<DeliveryQueue.Claimed> = []
        var running = 0
        /// Results that are not yet written.
        var unrecorded = 0
        /// What its requests take: an average in which the last tenth is new.
        var milliseconds: Double?
        /// As this sender knows it: what its results say is added when they come, not when they are written.
        var health = WebhookHealth()
        /// Until when it waits for something on this side.
        var putOffUntil: Timestamp?
        /// Whether it stands in the queue of those that have something to begin.
        var isQueued = false

        init(_ work: DeliveryQueue.Work) { self.work = work }

        var pace: Pace { milliseconds.map { $0 > Sender.slowMilliseconds ? .slow : .fast } ?? .unknown }
        var share: Share { Share(workspace: work.workspace, lane: work.lane, pace: pace) }
        var isIdle: Bool { claimed.isEmpty && running == 0 && unrecorded == 0 }
    }

    /// What this sender has of a lane.
    private struct Lane {
        /// The stations that have something to begin; each gets one request in turn.
        var queue: ArraySlice<Station> = []
        var running = 0
        /// Deliveries that have been claimed and have not ended.
        var holding = 0
        var isSearching = false
        var searchAt = Deadline.after(milliseconds: 0)
        /// Whether the last search left something for want of room.
        var hasMore = false
    }

    private var stations: [DeliveryQueue.Work: Station] = [:]
    private var lanes = EventLane.allCases.map { _ in Lane() }
    private var running: [Int: Transfer] = [:]
    private var runningFailing = 0
    private var runningOf: [WorkspaceID: Int] = [:]
    private var runningIn: [Share: Int] = [:]
    private var results: [DeliveryQueue.Result] = []
    private var recordAt = Deadline.never
    private var isRecording = false
    private var nextTag = 0
    /// What keeps it from working, since the last answer of the database.
    private var trouble: (any Error)?
    private var tellAt = Deadline.never

    /// What was done since the sender began.
    public private(set) var sent = 0
    public private(set) var succeeded = 0
    /// Searches that found something.
    private var finds = 0

    public init(
        store: Store, key: String, policy: AddressPolicy, allowsHTTP: Bool, caFile: String? = nil,
        limits: Limits = Limits(), logger: Logger, metrics: SenderMetrics? = nil
    ) throws {
        signer = DeliverySigner(key: key, allowsHTTP: allowsHTTP)
        self.logger = logger
        self.metrics = metrics
        multi = try Multi(isAllowed: policy.isAllowed, verifyingWith: caFile, limits: limits)
        bell = Bell(multi.waker)
        desk = try Desk(Clerk(store: store, logger: logger, metrics: metrics), waker: multi.waker)
    }

    deinit { desk.close() }

    /// Works until `shouldStop`, and then until what is in flight has ended.
    /// - Returns: what has kept it from working at the end; nil where nothing did.
    @discardableResult
    public func run(until shouldStop: () -> Bool) -> (any Error)? {
        while !shouldStop() {
            do {
                try turn()
            } catch {
                note(error)
            }
        }
        finish()
        return trouble
    }

    /// Said once, and only where it goes on for longer than a run of cron's: that ends with it.
    private func note(_ error: any Error) {
        if trouble == nil { tellAt = .after(milliseconds: Self.tellMilliseconds) }
        trouble = error
        guard tellAt.hasPassed else { return }
        logger.warning("webhooks wait: \(error)")
        tellAt = .never
    }

    /// Works until nothing is due.
    public func runOnce() throws {
        defer { finish() }
        var before: Int
        repeat {
            before = finds
            searchSoon()
            repeat { try turn(longest: 50) } while !isIdle || lanes.contains { $0.isSearching || $0.searchAt.hasPassed }
        } while finds > before
    }

    private var isIdle: Bool { !isRecording && stations.values.allSatisfy(\.isIdle) }

    // MARK: One turn

    func turn(longest: Int = Sender.pollMilliseconds) throws {
        if bell.takeRing() { searchSoon() }
        order()
        collect(milliseconds: min(longest, pause))
        try takeReports()
        start()
    }

    /// Has the desk do what there is to do.
    private func order() {
        for lane in EventLane.allCases {
            let state = lanes[lane.rawValue]
            if !state.isSearching, state.searchAt.hasPassed, state.holding < Self.holdingLimit / 2 { search(lane) }
        }
        if !isRecording, !results.isEmpty, recordAt.hasPassed { record() }
    }

    /// How long there is nothing to order.
    private var pause: Int {
        var next = isRecording || results.isEmpty ? Deadline.never : recordAt
        for lane in lanes where !lane.isSearching && lane.holding < Self.holdingLimit / 2 { next = min(next, lane.searchAt) }
        return next.remainingMilliseconds
    }

    private func takeReports() throws {
        var failure: (any Error)?
        for report in desk.takeReports() {
            switch report {
            case .pickedUp(let claimed): for claimed in claimed { take(claimed, nil) }
            case .found(let findings):
                trouble = nil
                take(findings)
            case .recorded(let results, let disabled):
                trouble = nil
                take(results, disabled: disabled)
            case .failed(.search(let lane, _), let error):
                lanes[lane.rawValue].isSearching = false
                lanes[lane.rawValue].searchAt = .after(milliseconds: Self.breathMilliseconds)
                failure = error
            case .failed(.record(let unwritten, _), let error):
                isRecording = false
                results = unwritten + results
                recordAt = .after(milliseconds: Self.breathMilliseconds)
                failure = error
            }
        }
        if let failure { throw failure }
    }

    // MARK: Claiming

    private func searchSoon() {
        for index in lanes.indices { lanes[index].searchAt = .after(milliseconds: 0) }
    }

    private func searchSoon(in lane: EventLane) {
        lanes[lane.rawValue].searchAt = min(lanes[lane.rawValue].searchAt, .after(milliseconds: Self.restMilliseconds))
    }

    private func search(_ lane: EventLane) {
        var room = Room(lane: lane, free: Self.holdingLimit - lanes[lane.rawValue].holding)
        for (work, station) in stations where work.lane == lane {
            room.holdings[work] = Room.Holding(
                count: station.claimed.count + station.running, milliseconds: station.milliseconds,
                failures: station.health.failures, putOffUntil: station.putOffUntil)
        }
        lanes[lane.rawValue].isSearching = true
        // Who rings from now on wants another search.
        lanes[lane.rawValue].searchAt = .never
        desk.submit(.search(lane, room))
    }

    private func take(_ findings: Desk.Findings) {
        let index = findings.lane.rawValue
        lanes[index].isSearching = false
        for claimed in findings.claimed { take(claimed, findings.healths[claimed.work]) }
        for work in findings.unclaimable { putOff(station(work)) }
        let wait: Int
        if findings.isEmpty {
            let now = Timestamp.now().milliseconds
            let due = findings.nextDue.map { Int(clamping: $0.milliseconds - now) } ?? Self.pollMilliseconds
            lanes[index].hasMore = due <= 0
            wait = max(50, min(due, Self.pollMilliseconds))
        } else {
            finds += 1
            lanes[index].hasMore = true
            wait = running.isEmpty ? 0 : Self.restMilliseconds
        }
        lanes[index].searchAt = min(lanes[index].searchAt, .after(milliseconds: wait))
    }

    private func take(_ claimed: DeliveryQueue.Claimed, _ health: WebhookHealth?) {
        let station = station(claimed.work)
        if station.isIdle, let health { station.health = health }
        station.claimed.append(claimed)
        lanes[claimed.lane.rawValue].holding += 1
        queue(station)
    }

    private func station(_ work: DeliveryQueue.Work) -> Station {
        if let station = stations[work] { return station }
        let station = Station(work)
        stations[work] = station
        return station
    }

    private func queue(_ station: Station) {
        guard !station.isQueued, !station.claimed.isEmpty else { return }
        station.isQueued = true
        lanes[station.work.lane.rawValue].queue.append(station)
    }

    // MARK: Sending

    /// Begins what can be begun, one request for each endpoint in turn.
    private func start() {
        for lane in EventLane.allCases {
            var resting: [Station] = []
            while running.count < Self.transfers, lane == .changes || lanes[lane.rawValue].running < Self.clickTransfers,
                let station = lanes[lane.rawValue].queue.popFirst()
            {
                station.isQueued = false
                guard let next = station.claimed.first else { continue }
                if mayBegin(station) {
                    station.claimed.removeFirst()
                    begin(next, of: station)
                    queue(station)
                } else {
                    resting.append(station)
                }
            }
            for station in resting { queue(station) }
        }
    }

    private func mayBegin(_ station: Station) -> Bool {
        station.running < Self.transfersPerEndpoint(station.work.lane)
            && (station.health.failures == 0 || runningFailing < Self.failingTransfers)
            && runningOf[station.work.workspace, default: 0] < Self.workspaceTransfers
            && (station.pace == .fast || runningIn[station.share, default: 0] < Self.slowTransfers)
    }

    private func begin(_ claimed: DeliveryQueue.Claimed, of station: Station) {
        let now = Timestamp.now()
        if claimed.leaseEnd.milliseconds - now.milliseconds < Self.leaseMilliseconds { return note(.returned(claimed)) }
        nextTag += 1
        let transfer = Transfer(
            claimed: claimed, startedAt: now, isOfFailing: station.health.failures > 0, pace: station.pace)
        running[nextTag] = transfer
        count(transfer, of: station, 1)
        do {
            try multi.start(try signer.post(claimed, at: now), tag: nextTag)
        } catch {
            logger.error("\(claimed.delivery.id) cannot be sent: \(error)")
            ended(nextTag, Exchange(result: .failed(.local)))
        }
    }

    private func count(_ transfer: Transfer, of station: Station, _ change: Int) {
        station.running += change
        lanes[station.work.lane.rawValue].running += change
        if transfer.isOfFailing { runningFailing += change }
        var share = station.share
        share.pace = transfer.pace  // as it was when it began
        runningOf[share.workspace, default: 0] += change
        runningIn[share, default: 0] += change
        if runningOf[share.workspace] == 0 { runningOf[share.workspace] = nil }
        if runningIn[share] == 0 { runningIn[share] = nil }
    }

    // MARK: Results

    /// Waits for something to end, or for somebody to call.
    private func collect(milliseconds: Int) {
        for (tag, exchange) in multi.wait(milliseconds: milliseconds) { ended(tag, exchange) }
    }

    private func ended(_ tag: Int, _ exchange: Exchange) {
        guard let transfer = running.removeValue(forKey: tag) else { return }
        let station = station(transfer.claimed.work)
        count(transfer, of: station, -1)
        if case .failed(.local) = exchange.result { return putOff(transfer.claimed, of: station) }
        let taken = Double(exchange.milliseconds)
        station.milliseconds = station.milliseconds.map { $0 * 0.9 + taken * 0.1 } ?? taken
        let result = result(of: transfer, exchange)
        metrics?.note(exchange, endedAs: result.status)
        note(result)
        if let attempt = result.attempt { station.health.note(attempt) }
        sent += 1
        if exchange.isSuccess { succeeded += 1 } else { giveBack(station) }
        // What was left for want of room may have some now.
        if station.claimed.isEmpty, lanes[station.work.lane.rawValue].hasMore { searchSoon(in: station.work.lane) }
    }

    private func result(of transfer: Transfer, _ exchange: Exchange) -> DeliveryQueue.Result {
        let number = transfer.claimed.delivery.attempts
        let attempt = DeliveryAttempt(number, transfer.startedAt, exchange)
        if exchange.isSuccess {
            return .init(claimed: transfer.claimed, attempt: attempt, status: .succeeded, nextAt: nil)
        }
        let now = Timestamp.now()
        let next = RetrySchedule.delay(after: number, exchange, at: now).map { now.adding(milliseconds: Int64($0 * 1000)) }
        return .init(claimed: transfer.claimed, attempt: attempt, status: next == nil ? .failed : .waiting, nextAt: next)
    }

    /// What failed on this side is not the endpoint's fault: no attempt was made, and its deliveries wait a minute.
    private func putOff(_ claimed: DeliveryQueue.Claimed, of station: Station) {
        note(.returned(claimed))
        giveBack(station)
        putOff(station)
    }

    private func putOff(_ station: Station) {
        station.putOffUntil = Timestamp.now().adding(milliseconds: Self.putOffMilliseconds)
    }

    /// What was claimed for an endpoint that has begun to fail waits for its turn again.
    private func giveBack(_ station: Station) {
        let rest = station.claimed
        station.claimed = []
        for delivery in rest { note(.returned(delivery)) }
    }

    private func note(_ result: DeliveryQueue.Result) {
        if results.isEmpty { recordAt = .after(milliseconds: Self.recordMilliseconds) }
        results.append(result)
        if results.count == Self.recordSize { recordAt = .after(milliseconds: 0) }
        station(result.claimed.work).unrecorded += 1
        lanes[result.claimed.lane.rawValue].holding -= 1
    }

    // MARK: Recording

    private func record() {
        isRecording = true
        let now = Timestamp.now()
        desk.submit(.record(results, putOff: stations.compactMapValues(\.putOffUntil).filter { $0.value > now }))
        results = []
    }

    private func take(_ recorded: [DeliveryQueue.Result], disabled: [DeliveryQueue.Work]) {
        isRecording = false
        for work in disabled { stations[work].map(giveBack) }
        let now = Timestamp.now()
        for result in recorded {
            let work = result.claimed.work
            guard let station = stations[work] else { continue }
            station.unrecorded -= 1
            // That one is slow is remembered as long as this sender runs.
            if station.isIdle, station.pace != .slow, (station.putOffUntil ?? now) <= now { stations[work] = nil }
            // What was given back is due again.
            if result.attempt == nil { searchSoon(in: work.lane) }
        }
    }

    /// Lets what is in flight or being claimed end, gives back what was not begun, and writes it all down.
    private func finish() {
        for station in stations.values { giveBack(station) }
        while !running.isEmpty { collect(milliseconds: 1000) }
        var attempts = 0
        while isRecording || !results.isEmpty || lanes.contains(where: \.isSearching), attempts < 20 {
            if !isRecording, !results.isEmpty { record() }
            collect(milliseconds: 1000)
            do {
                try takeReports()
            } catch {
                note(error)
                collect(milliseconds: Self.breathMilliseconds)
                attempts += 1
            }
            for station in stations.values { giveBack(station) }
        }
    }
}
