import MariaDB
import Model
import Store

// What makes room in a bin: things that were deleted too long ago, and the oldest where there are too many.
extension DeletedObjects {
    /// Purges what was deleted longer ago than it is kept.
    public static func settle(in store: Store, at now: Timestamp) throws {
        var steps = Steps()
        for bin in try store.read({ try oldBins(at: now, on: $0) }) { steps.take { try settle(bin, in: store, at: now) } }
        try steps.finish()
    }

    private static func settle(_ bin: WorkspaceID, in store: Store, at now: Timestamp) throws {
        while true {
            let things = try store.read { try old(in: bin, at: now, on: $0) }
            guard !things.isEmpty else { return }
            try store.write { try $0.transaction { try purge(things, in: bin, on: $0) } }
        }
    }

    /// Makes room for things that are about to come into a bin. In the transaction that brings them.
    /// - Parameter limit: of the kind.
    public static func makeRoom(
        for number: Int, _ kind: Kind, limit: Int, in bin: WorkspaceID, on connection: Connection
    ) throws {
        let ids: [LinkID] = try inTheWay(of: number, kind, limit: limit, in: bin, on: connection)
        if !ids.isEmpty { try purge(ids.map { ($0.ulid, kind) }, in: bin, on: connection) }
    }

    private static func purge(_ things: [(id: ULID, kind: Kind?)], in bin: WorkspaceID, on connection: Connection) throws {
        func ids<Thing>(_ kind: Kind) -> [Identifier<Thing>] { things.filter { $0.kind == kind }.map { Identifier($0.id) } }
        try Links.purge(Links.lock(ids(.link), in: bin, on: connection).values.sorted { $0.id < $1.id }, on: connection)
        for page in ids(.page) as [PageID] {
            if let page = try BioPages.find(page, in: bin, on: connection) { try BioPages.purge(page, on: connection) }
        }
        for code in ids(.qrCode) as [QRCodeID] {
            if let code = try QRCodes.find(code, in: bin, on: connection) { try QRCodes.purge(code, on: connection) }
        }
        // Also those whose thing has gone by another way.
        try forget(things.map { LinkID($0.id) }, in: bin, on: connection)
    }

    // MARK: A domain that goes

    /// Some of the links and pages of a bin that were on a domain.
    public static func things(
        on domain: DomainID, in bin: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> (links: [LinkID], pages: [PageID]) {
        (try ids("links", on: domain, in: bin, connection), try ids("bio_pages", on: domain, in: bin, connection))
    }

    private static func ids<Thing>(
        _ table: String, on domain: DomainID, in bin: WorkspaceID, _ connection: Connection
    ) throws(MariaDBError) -> [Identifier<Thing>] {
        try connection.query("""
            SELECT id FROM \(unsafeText: table) WHERE domain_id = \(domain) AND workspace_id = \(bin) LIMIT \(piece)
            """).map { row throws(MariaDBError) in try row.identifier(0) }
    }
}
