import ArgumentParser
import Bootstrap
import DeliveryStore
import Model
import Store
import Work

struct WebhookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Webhooks: endpoints, their deliveries, and what to do about them.",
        subcommands: [List.self, ListDeliveries.self, Replay.self, Recover.self, Stats.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the endpoints and how they are doing.")
        @Option(help: "Only this workspace's.") var workspace: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let installation = try openInstallation()
            let workspace = try workspace.map(installation.office.workspace)
            let webhooks = try installation.store.read { try WebhookEndpoints.list(in: workspace?.id, on: $0) }
            output.print(["id", "url", "events", "state", "failures", "waiting", "last_success_at"], webhooks.map { webhook in
                [
                    webhook.id.description, webhook.url, webhook.events.map(\.description),
                    webhook.enabled ? "enabled" : webhook.disabledReason ?? "disabled", webhook.health.failures,
                    webhook.health.waiting, webhook.health.lastSuccessAt?.rfc3339,
                ]
            })
        }
    }

    struct ListDeliveries: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deliveries", abstract: "List an endpoint's deliveries, newest first.")
        @Argument(help: "wh_…") var id: WebhookID
        @Option(help: "Only those that are waiting, succeeded, failed or discarded.") var status: Delivery.Status?
        @Option(help: "How many at most.") var limit = 50
        @OptionGroup var output: OutputOptions

        func run() throws {
            let installation = try openInstallation()
            let webhook = try installation.office.existing(id)
            var filter = DeliveryFilter()
            filter.status = status
            let rows = try installation.store.read { connection in
                let deliveries = try Deliveries.list(filter, of: webhook, after: nil, limit: limit, on: connection)
                let attempts = try Deliveries.attempts(
                    at: deliveries.map(\.id), in: webhook.workspace, withBodies: false, on: connection)
                return deliveries.map { delivery -> [any Fact] in
                    let last = attempts[delivery.id]?.last
                    return [
                        delivery.id.description, delivery.type.rawValue, delivery.status.rawValue, delivery.attempts,
                        last?.status.map(String.init) ?? last?.error, delivery.createdAt.rfc3339,
                        delivery.dueAt?.rfc3339,
                    ]
                }
            }
            output.print(["id", "event", "status", "attempts", "last_answer", "created_at", "next_attempt_at"], rows)
        }
    }

    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send a delivery's event again.")
        @Argument(help: "dlv_…") var id: DeliveryID

        func run() throws {
            let installation = try openInstallation()
            guard let delivery = try installation.store.read({ try Deliveries.find(id, on: $0) }) else {
                throw ValidationError("Delivery \(id) does not exist. List deliveries with: maskctl webhook deliveries")
            }
            let office = installation.office
            guard let webhook = try office.webhook(delivery.webhook) else { throw Refusal.webhookDisabled(delivery.webhook) }
            print(try WebhookWork(office.assignment(for: webhook.workspace)).replay(delivery, to: webhook).make().value.id)
        }
    }

    struct Recover: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send again what came to nothing since a time, oldest first, 10,000 at a time.")
        @Argument(help: "wh_…") var id: WebhookID
        @Option(help: "In RFC 3339.") var since: Timestamp
        @Option(help: "In RFC 3339; now where left out.") var until: Timestamp?
        @Flag(help: "Also what has arrived.") var all = false

        func run() throws {
            let office = try openInstallation().office
            let webhook = try office.existing(id)
            let recovery = Recovery(of: webhook, since: since, until: until ?? .now(), all ? .all : .failed)
            let sent = try WebhookWork(office.assignment(for: webhook.workspace)).recover(recovery, of: webhook).make().value
            print("\(sent.count) deliveries are sent again")
        }
    }

    struct Stats: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Count what waits and what came of the last day's deliveries.")
        @OptionGroup var output: OutputOptions

        func run() throws {
            let stats = try openInstallation().store.read { try DeliveryStatistics.read(at: .now(), on: $0) }
            output.print([
                "events_waiting": stats.eventsWaiting, "deliveries_waiting": stats.deliveriesWaiting,
                "oldest_due_seconds": stats.oldestDueSeconds, "succeeded_in_a_day": stats.succeeded,
                "failed_in_a_day": stats.failed, "clicks_dropped": stats.clicksDropped,
            ])
        }
    }
}

extension Office {
    fileprivate func existing(_ id: WebhookID) throws -> Webhook {
        guard let webhook = try webhook(id) else {
            throw ValidationError("Endpoint \(id) does not exist. List endpoints with: maskctl webhook list")
        }
        return webhook
    }
}

extension Delivery.Status: ExpressibleByArgument {}
