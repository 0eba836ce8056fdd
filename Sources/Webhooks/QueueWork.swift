import AccountStore
import DeliveryStore
import Logging
import Mail
import Model
import Store

/// Carries out what the sender orders of the database.
struct QueueWork: Sendable {
    let store: Store
    let logger: Logger
    var metrics: SenderMetrics?
    /// Seals what mails say; nil where none are sent.
    var mailKey: String?

    /// Events that one transaction picks up at the most.
    private static let pickUpSize = 256
    /// Lanes that one search claims of at the most, besides those that it has enough of.
    private static let laneLimit = 64

    func carryOut(_ order: DatabaseThread.Order, report: (DatabaseThread.Report) -> Void) {
        do {
            switch order {
            case .search(let lane, var capacity):
                let picked = try pickUp(lane, capacity, at: .now())
                for claimed in picked.claimed { capacity.take(1, of: claimed.work) }
                if !picked.claimed.isEmpty { report(.pickedUp(picked.claimed)) }
                report(.found(try claim(lane, capacity, besides: picked.count)))
                metrics?.noteSearch(at: .now())
            case .record(let results, let putOff):
                report(.recorded(results, disabled: try record(results, putOff)))
            }
        } catch {
            report(.failed(order, error))
        }
    }

    /// Claims what was due before, after so many events were picked up.
    private func claim(_ lane: EventLane, _ capacity: Capacity, besides events: Int) throws -> DatabaseThread.Findings {
        let now = Timestamp.now()
        var (findings, capacity) = (DatabaseThread.Findings(lane: lane, events: events), capacity)
        let due = try store.read {
            try DeliveryQueue.due(lane, at: now, limit: Self.laneLimit + capacity.holdings.count, on: $0)
        }
        for work in due where capacity.free > 0 && !capacity.isFull(work, at: now) {
            do {
                let (claimed, health) = try store.write { connection in
                    try DeliveryQueue.claim(work, at: now, on: connection) { capacity.refill(work, $0, at: now) }
                }
                capacity.take(claimed.count, of: work)
                findings.claimed += claimed
                findings.healths[work] = health
            } catch where error.isDatabaseUnavailable {
                // What has been claimed before is not to wait for the end of its lease.
                if findings.claimed.isEmpty { throw error }
                break
            } catch {
                // Such as an event of a type that a newer version has written: it is for a newer sender.
                logger.error("\(work.webhook) has a delivery that cannot be claimed: \(error)")
                findings.unclaimable.append(work)
            }
        }
        if findings.isEmpty { findings.nextDue = try store.read { try DeliveryQueue.nextDue(lane, on: $0) } }
        return findings
    }

    private func pickUp(_ lane: EventLane, _ capacity: Capacity, at now: Timestamp) throws -> Outbox.PickedUp {
        try store.write { connection in
            var (capacity, reader) = (capacity, EventReader())
            let choice = Outbox.Choice { event, filter in
                reader.matches(event, filter)
            } room: { work, health, wanted in
                let size = min(wanted, capacity.size(work, health, at: now))
                capacity.take(size, of: work)
                return size
            }
            return try Outbox.pickUp(lane, limit: Self.pickUpSize, at: now, choice, on: connection)
        }
    }

    /// Returns the endpoints that were disabled: gone, or dead for days.
    private func record(
        _ results: [DeliveryQueue.Result], _ putOff: [DeliveryQueue.Work: Timestamp]
    ) throws -> [DeliveryQueue.Work] {
        let now = Timestamp.now()
        let healths = try store.write { connection in
            try DeliveryQueue.record(results, at: now, on: connection) { work, health in
                [EndpointPolicy.probe(of: health, at: now), putOff[work]].compactMap(\.self).max()
            }
        }
        let gone = Set(results.filter { $0.attempt?.status == 410 }.map(\.claimed.work))
        return try healths.compactMap { work, health in
            if let reason = EndpointPolicy.end(isGone: gone.contains(work), health, at: now) {
                try disable(work, reason, isGone: gone.contains(work), at: now)
                return work
            }
            if EndpointPolicy.isNoticeDue(health, at: now) { try noteFailing(work, at: now) }
            return nil
        }
    }

    private func noteFailing(_ work: DeliveryQueue.Work, at now: Timestamp) throws {
        let days = try store.write {
            try FailingEndpoints.note(work, after: EndpointPolicy.noticeDays, at: now, on: $0) { days, since, connection in
                try mail(work, since: since, at: now, on: connection)
                return .failing(work, for: days, since: since, at: now)
            }
        }
        if let days { logger.notice("\(work.webhook) has had no success for \(days) days") }
    }

    /// To the owners and admins: whoever sends the mail knows who they are.
    private func mail(_ work: DeliveryQueue.Work, since: Timestamp, at now: Timestamp, on connection: Store.Connection) throws {
        guard let mailKey else { return }
        let notice = MailNotice.EndpointFailing(workspace: work.workspace, webhook: work.webhook, since: since)
        try Mails.add(OutgoingMail(.endpointFailing(notice), to: nil), sealedWith: mailKey, at: now, on: connection)
    }

    private func disable(_ work: DeliveryQueue.Work, _ reason: String, isGone: Bool, at now: Timestamp) throws {
        let entry = AuditEntry.disabled(work, reason, at: now)
        let quietSince = isGone ? nil : now.adding(milliseconds: -EndpointPolicy.deadSeconds * 1000)
        guard try store.write({
            try DeliveryQueue.disable(work, quietSince: quietSince, reason: reason, audit: entry, on: $0)
        }) else { return }
        logger.notice("\(work.webhook) is disabled: \(reason)")
    }
}
