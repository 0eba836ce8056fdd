import DeliveryStore
import LinkStore
import MariaDB
import Model
import Store

// What is made in a sandbox goes for good after 30 days, deleted before or not. Its clicks, events and deliveries go as all do. No
// event tells of it, as none tells of what leaves a bin.
extension Office {
    /// In one transaction.
    private static let piece = 200

    /// Deletes what was made in sandboxes longer ago than it is kept. Needs the rights of the administrator's account.
    /// - Returns: how many things that were.
    @discardableResult
    package func clearSandboxes(at now: Timestamp) throws -> Int {
        var (count, steps) = (0, Steps())
        for workspace in try store.read({ try APIKeys.sandboxes(on: $0) }) { steps.take { count += try clear(workspace, at: now) } }
        try steps.finish()
        return count
    }

    /// The same with one.
    package func clear(_ sandbox: WorkspaceID, at now: Timestamp) throws -> Int {
        let end = now.adding(days: -Sandbox.keepDays)
        var (count, steps) = (0, Steps())
        for owner in [sandbox, sandbox.bin] {
            steps.take { count += try clearPages(of: owner, before: end) }
            steps.take { count += try clearLinks(of: owner, before: end, at: now) }
        }
        steps.take { try store.write { try LinkTextBlocks.forget(before: .first(at: end), in: sandbox, on: $0) } }
        steps.take { count += try clearImages(of: sandbox, before: end) }
        steps.take { count += try clearWebhooks(of: sandbox, before: end, at: now) }
        steps.take { count += try clearDomains(of: sandbox, before: end) }
        steps.take { try store.write { _ = try AuditChain.forget(sandbox, before: end, on: $0) } }
        try steps.finish()
        return count
    }

    private func clearPages(of owner: WorkspaceID, before end: Timestamp) throws -> Int {
        let rows = OwnedRows("bio_pages", of: owner)
        return try clear(rows, before: end, list: { try BioPages.list(in: owner, after: $0, limit: Self.piece, on: $1) }, id: \.id) { pages, connection in
            for page in pages { try BioPages.purge(page, on: connection) }
            return (pages.count, [.pages(Set(pages.map(\.place)))])
        }
    }

    /// Younger pages that show them are rendered anew without them.
    private func clearLinks(of owner: WorkspaceID, before end: Timestamp, at now: Timestamp) throws -> Int {
        try clear(nil, before: end, list: { try Links.ids(before: $0, in: owner, limit: Self.piece, on: $1) }, id: \.self) { ids, connection in
            let links = try Links.lock(ids, in: owner, on: connection).values.sorted { $0.id < $1.id }
            try Links.purge(links, on: connection)
            try BioPages.moveStamps(ofPagesWith: ids, in: owner, at: now, on: connection)
            return (links.count, [.links(Set(links.flatMap(\.places)))])
        }
    }

    /// Those that a younger page shows stay for as long.
    private func clearImages(of workspace: WorkspaceID, before end: Timestamp) throws -> Int {
        let rows = OwnedRows("images", of: workspace)
        return try clear(rows, before: end, list: { try Images.list(in: workspace, after: $0, limit: Self.piece, on: $1) }, id: \.id) { images, connection in
            let unused = try images.filter { try !BioPages.isShown($0.id, in: workspace, on: connection) }
            for image in unused { _ = try Images.delete(image.id, in: workspace, on: connection) }
            return (unused.count, unused.map { .image($0) })
        }
    }

    private func clearWebhooks(of workspace: WorkspaceID, before end: Timestamp, at now: Timestamp) throws -> Int {
        let rows = OwnedRows("webhooks", of: workspace)
        return try clear(rows, before: end, list: { try WebhookEndpoints.list(in: workspace, after: $0, limit: Self.piece, on: $1) }, id: \.id) { webhooks, connection in
            for webhook in webhooks { try WebhookEndpoints.delete(webhook, at: now, on: connection) }
            return (webhooks.count, [.access(workspace)])
        }
    }

    /// Those that have younger links or pages, deleted ones too, stay for as long.
    private func clearDomains(of workspace: WorkspaceID, before end: Timestamp) throws -> Int {
        let rows = OwnedRows("domains", of: workspace)
        return try clear(rows, before: end, list: { try Domains.list(in: workspace, after: $0, limit: Self.piece, on: $1) }, id: \.id) { domains, connection in
            let unused = try domains.filter { domain in
                try ![workspace, workspace.bin].contains { try Domains.isUsed(domain.id, by: $0, on: connection) }
            }
            for domain in unused { try Domains.delete(domain, on: connection) }
            return (unused.count, unused.map { .domain($0.host) })
        }
    }

    /// Goes through the things that were made before a time, newest first, a piece in each transaction. They are locked first: who keeps
    /// changing one keeps nothing.
    /// - Parameters:
    ///   - rows: nil where `delete` locks them.
    ///   - list: those that were made before one, newest first.
    ///   - delete: how many went, and what follows.
    private func clear<Thing, Kind>(
        _ rows: OwnedRows?, before end: Timestamp, list: @escaping (Identifier<Kind>, Connection) throws -> [Thing], id: (Thing) -> Identifier<Kind>,
        delete: @escaping ([Thing], Connection) throws -> (Int, [Effect])
    ) throws -> Int {
        var (count, last) = (0, Identifier<Kind>.first(at: end))
        while true {
            let things = try store.read { try list(last, $0) }
            guard let oldest = things.last else { return count }
            count += try Change<Int>(self) { [last] connection in
                try rows?.lock(before: last, limit: Self.piece, on: connection)
                let (gone, effects) = try delete(list(last, connection), connection)
                return .init(gone, followedBy: effects)
            }.make().value
            last = id(oldest)
        }
    }
}
