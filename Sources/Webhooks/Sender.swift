import Curl
import DeliveryStore
import Logging
import Model
import Store
import Threads

/// Drains the webhook queue: pick up, claim, sign, send, record. One thread for many requests, and a ``DatabaseThread`` for what the
/// database has to do meanwhile.
///
/// Nothing is sent inside a transaction, and nothing is believed that is not written: a claim is committed before the
/// request goes out, a result is written only where the claim still stands. A sender that dies at any moment loses
/// nothing; what was in flight is sent again when its lease has ended.
public final class Sender {
    /// While requests are under way the queue is looked at so often at the most.
    private static let restMilliseconds = 5
    /// A result waits at most so long for others to be written with it.
    private static let recordMilliseconds = 20
    private static let recordSize = 1024
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
    private let database: DatabaseThread
    /// Rung when there may be something to send.
    public let wakeup: Wakeup

    /// A request under way.
    private struct Transfer {
        var claimed: DeliveryQueue.Claimed
        var startedAt: Timestamp
        var place: Places.Place
    }

    private var endpoints: [DeliveryQueue.Work: EndpointState] = [:]
    private var lanes = EventLane.allCases.map { _ in Lane() }
    private var running: [Int: Transfer] = [:]
    private var places = Places()
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
        store: Store, policy: WebhookPolicy, limits: Limits = Limits(), logger: Logger, metrics: SenderMetrics? = nil
    ) throws {
        signer = DeliverySigner(key: policy.key, allowsHTTP: policy.allowsHTTP)
        self.logger = logger
        self.metrics = metrics
        multi = try Multi(isAllowed: policy.addresses.isAllowed, verifyingWith: policy.caFile, limits: limits)
        wakeup = Wakeup(multi.waker)
        let work = QueueWork(store: store, logger: logger, metrics: metrics, mailKey: policy.sendsMail ? policy.key : nil)
        database = try DatabaseThread(work, waker: multi.waker)
    }

    deinit { database.close() }

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

    private var isIdle: Bool { !isRecording && endpoints.values.allSatisfy(\.isIdle) }

    // MARK: One turn

    func turn(longest: Int = Sender.pollMilliseconds) throws {
        if wakeup.take() { searchSoon() }
        order()
        collect(milliseconds: min(longest, pause))
        try takeReports()
        start()
    }

    /// Has the database do what there is to do.
    private func order() {
        for lane in EventLane.allCases {
            let state = lanes[lane.rawValue]
            if !state.isSearching, state.searchAt.hasPassed, state.wantsMore { search(lane) }
        }
        if !isRecording, !results.isEmpty, recordAt.hasPassed { record() }
    }

    /// How long there is nothing to order.
    private var pause: Int {
        var next = isRecording || results.isEmpty ? Deadline.never : recordAt
        for lane in lanes where !lane.isSearching && lane.wantsMore { next = min(next, lane.searchAt) }
        return next.remainingMilliseconds
    }

    private func takeReports() throws {
        var failure: (any Error)?
        for report in database.takeReports() {
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
        var capacity = Capacity(lane: lane, free: lanes[lane.rawValue].free)
        for (work, endpoint) in endpoints where work.lane == lane { capacity.holdings[work] = endpoint.holding }
        lanes[lane.rawValue].isSearching = true
        // Who rings from now on wants another search.
        lanes[lane.rawValue].searchAt = .never
        database.submit(.search(lane, capacity))
    }

    private func take(_ findings: DatabaseThread.Findings) {
        let index = findings.lane.rawValue
        lanes[index].isSearching = false
        for claimed in findings.claimed { take(claimed, findings.healths[claimed.work]) }
        for work in findings.unclaimable { endpoint(work).putOff() }
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
        let endpoint = endpoint(claimed.work)
        if endpoint.isIdle, let health { endpoint.health = health }
        endpoint.claimed.append(claimed)
        lanes[claimed.lane.rawValue].holding += 1
        queue(endpoint)
    }

    private func endpoint(_ work: DeliveryQueue.Work) -> EndpointState {
        if let endpoint = endpoints[work] { return endpoint }
        let endpoint = EndpointState(work)
        endpoints[work] = endpoint
        return endpoint
    }

    private func queue(_ endpoint: EndpointState) {
        guard !endpoint.isQueued, !endpoint.claimed.isEmpty else { return }
        endpoint.isQueued = true
        lanes[endpoint.work.lane.rawValue].queue.append(endpoint)
    }

    // MARK: Sending

    /// Begins what can be begun, one request for each endpoint in turn.
    private func start() {
        for lane in EventLane.allCases {
            var resting: [EndpointState] = []
            while places.hasRoom(in: lane), let endpoint = lanes[lane.rawValue].queue.popFirst() {
                endpoint.isQueued = false
                guard let next = endpoint.claimed.first else { continue }
                if endpoint.running < Self.transfersPerEndpoint(lane), places.hasRoom(for: endpoint.place) {
                    endpoint.claimed.removeFirst()
                    begin(next, of: endpoint)
                    queue(endpoint)
                } else {
                    resting.append(endpoint)
                }
            }
            for endpoint in resting { queue(endpoint) }
        }
    }

    private func begin(_ claimed: DeliveryQueue.Claimed, of endpoint: EndpointState) {
        let now = Timestamp.now()
        if claimed.leaseEnd.milliseconds - now.milliseconds < Self.leaseMilliseconds { return note(.returned(claimed)) }
        nextTag += 1
        let transfer = Transfer(claimed: claimed, startedAt: now, place: endpoint.place)
        running[nextTag] = transfer
        endpoint.running += 1
        places.take(transfer.place)
        do {
            try multi.start(try signer.post(claimed, at: now), tag: nextTag)
        } catch {
            logger.error("\(claimed.delivery.id) cannot be sent: \(error)")
            ended(nextTag, Exchange(result: .failed(.local)))
        }
    }

    // MARK: Results

    /// Waits for something to end, or for somebody to call.
    private func collect(milliseconds: Int) {
        for (tag, exchange) in multi.wait(milliseconds: milliseconds) { ended(tag, exchange) }
    }

    private func ended(_ tag: Int, _ exchange: Exchange) {
        guard let transfer = running.removeValue(forKey: tag) else { return }
        let endpoint = endpoint(transfer.claimed.work)
        endpoint.running -= 1
        places.free(transfer.place)
        if case .failed(.local) = exchange.result { return putOff(transfer.claimed, of: endpoint) }
        let taken = Double(exchange.milliseconds)
        endpoint.milliseconds = endpoint.milliseconds.map { $0 * 0.9 + taken * 0.1 } ?? taken
        let result = DeliveryQueue.Result(of: transfer.claimed, transfer.startedAt, exchange)
        metrics?.note(exchange, endedAs: result.status)
        note(result)
        if let attempt = result.attempt { endpoint.health.note(attempt) }
        sent += 1
        if exchange.isSuccess { succeeded += 1 } else { giveBack(endpoint) }
        // What was left for want of room may have some now.
        if endpoint.claimed.isEmpty, lanes[endpoint.work.lane.rawValue].hasMore { searchSoon(in: endpoint.work.lane) }
    }

    /// What failed on this side is not the endpoint's fault: no attempt was made, and its deliveries wait a minute.
    private func putOff(_ claimed: DeliveryQueue.Claimed, of endpoint: EndpointState) {
        note(.returned(claimed))
        giveBack(endpoint)
        endpoint.putOff()
    }

    /// What was claimed for an endpoint that has begun to fail waits for its turn again.
    private func giveBack(_ endpoint: EndpointState) {
        let rest = endpoint.claimed
        endpoint.claimed = []
        for delivery in rest { note(.returned(delivery)) }
    }

    private func note(_ result: DeliveryQueue.Result) {
        if results.isEmpty { recordAt = .after(milliseconds: Self.recordMilliseconds) }
        results.append(result)
        if results.count == Self.recordSize { recordAt = .after(milliseconds: 0) }
        endpoint(result.claimed.work).unrecorded += 1
        lanes[result.claimed.lane.rawValue].holding -= 1
    }

    // MARK: Recording

    private func record() {
        isRecording = true
        let now = Timestamp.now()
        database.submit(.record(results, putOff: endpoints.compactMapValues(\.putOffUntil).filter { $0.value > now }))
        results = []
    }

    private func take(_ recorded: [DeliveryQueue.Result], disabled: [DeliveryQueue.Work]) {
        isRecording = false
        for work in disabled { endpoints[work].map(giveBack) }
        let now = Timestamp.now()
        for result in recorded {
            let work = result.claimed.work
            guard let endpoint = endpoints[work] else { continue }
            endpoint.unrecorded -= 1
            // That one is slow is remembered as long as this sender runs.
            if endpoint.isIdle, endpoint.pace != .slow, (endpoint.putOffUntil ?? now) <= now { endpoints[work] = nil }
            // What was given back is due again.
            if result.attempt == nil { searchSoon(in: work.lane) }
        }
    }

    /// Lets what is in flight or being claimed end, gives back what was not begun, and writes it all down.
    private func finish() {
        for endpoint in endpoints.values { giveBack(endpoint) }
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
            for endpoint in endpoints.values { giveBack(endpoint) }
        }
    }
}
