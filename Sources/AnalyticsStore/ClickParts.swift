import MariaDB
import Model
import Store

/// The table `click_parts`: the facts that the loader has appended, a row for a workspace, a day and a batch. They are few, as
/// ``ClickCompaction`` takes them away; every question reads all of its workspace.
package enum ClickParts {
    /// Facts of one part at the most: what a row of MariaDB and a packet can hold without a thought.
    private static let factLimit = 50_000

    /// What the parts that were appended come to.
    package struct Appended: Sendable {
        package var parts = 0
        package var clicks = 0

        package static func + (left: Appended, right: Appended) -> Appended {
            Appended(parts: left.parts + right.parts, clicks: left.clicks + right.clicks)
        }
    }

    /// Appends clicks. In the transaction that stores them.
    package static func append(
        _ clicks: [NumberedClick], areViews: Bool = false, on connection: Connection
    ) throws(MariaDBError) -> [WorkspaceID: Appended] {
        var appended: [WorkspaceID: Appended] = [:]
        for (workspace, clicks) in Dictionary(grouping: clicks, by: \.workspace) {
            let facts = clicks.map { LinkFact(link: $0.what, day: Int32($0.day), fact: $0.fact) }
            appended[workspace] = try append(facts, areViews: areViews, in: workspace, on: connection)
        }
        return appended
    }

    /// Appends facts of a workspace, each a click.
    static func append(
        _ facts: [LinkFact], areViews: Bool, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> Appended {
        var appended = Appended()
        for (day, facts) in Dictionary(grouping: facts, by: \.day) {
            for piece in facts.pieces(of: factLimit) {
                var columns = FactColumns()
                for fact in piece { columns.append(fact.fact, link: fact.link) }
                try insert(columns, of: Int(day), areViews, in: workspace, on: connection)
                appended = appended + Appended(parts: 1, clicks: piece.count)
            }
        }
        return appended
    }

    private static func insert(
        _ columns: FactColumns, of day: Int, _ areViews: Bool, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) {
        try connection.execute("""
            INSERT INTO click_parts (
              workspace_id, id, day, views, clicks, links, quarters, places, agents, referrers, campaigns, marks)
            VALUES (
              \(workspace), \(ULID(milliseconds: Timestamp.now().milliseconds)), \(CivilDate(day: day).sql), \(areViews), \(columns.facts),
              \(columns[.links]), \(columns[.quarters]), \(columns[.places]), \(columns[.agents]), \(columns[.referrers]),
              \(columns[.campaigns]), \(columns[.marks]))
            """)
    }

    /// What waits in all workspaces.
    package static func waiting(on connection: Connection) throws(MariaDBError) -> [WorkspaceID: Appended] {
        var waiting: [WorkspaceID: Appended] = [:]
        for row in try connection.query("""
            SELECT workspace_id, COUNT(*), CAST(SUM(clicks) AS SIGNED) FROM click_parts GROUP BY workspace_id
            """) { waiting[try row.identifier(0)] = Appended(parts: try row.integer(1), clicks: try row.integer(2)) }
        return waiting
    }

    /// A workspace's oldest parts, as many as have so many clicks, and whether there are others.
    static func oldest(
        of workspace: WorkspaceID, clicks: Int, on connection: Connection
    ) throws(MariaDBError) -> (ids: [[UInt8]], hasMore: Bool) {
        var (ids, found) = ([[UInt8]](), 0)
        for row in try connection.query("""
            SELECT id, clicks FROM click_parts WHERE workspace_id = \(workspace) ORDER BY id LIMIT \(partLimit)
            """)
        {
            if found >= clicks { return (ids, true) }
            ids.append(try row.bytes(0))
            found += try row.integer(1)
        }
        return (ids, ids.count == partLimit)
    }

    private static let partLimit = 1000

    /// The facts of parts.
    static func read(_ ids: [[UInt8]], of workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) -> [LinkFact] {
        var facts: [LinkFact] = []
        for chunk in chunks(of: ids) {
            for row in try connection.query("""
                SELECT DATEDIFF(day, '1970-01-01'), clicks, links, quarters, places, agents, referrers, campaigns, marks
                FROM click_parts WHERE workspace_id = \(workspace) AND id IN (\(list: Array(chunk)))
                """)
            {
                let (day, count) = (Int32(try row.integer(0)), try row.integer(1))
                let columns = try (2...8).map { column throws(MariaDBError) in
                    VarintReader.numbers(try row.bytes(column), count: count)
                }
                guard columns.allSatisfy({ $0.count == count }) else { throw row.wrong(2, "as long as its part") }
                for index in 0..<count {
                    let fact = ClickFact(
                        quarter: columns[1][index], place: columns[2][index], agent: columns[3][index],
                        referrer: columns[4][index], campaign: columns[5][index], marks: ClickMarks(bits: columns[6][index]))
                    facts.append(LinkFact(link: columns[0][index], day: day, fact: fact))
                }
            }
        }
        return facts
    }

    static func delete(_ ids: [[UInt8]], of workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        for chunk in chunks(of: ids) {
            let removed = try connection.execute(
                "DELETE FROM click_parts WHERE workspace_id = \(workspace) AND id IN (\(list: Array(chunk)))")
            // Two nodes of a cluster do not know each other's locks: what another process has taken is not counted twice.
            guard removed == chunk.count else { throw MariaDBError(code: .recordChanged, message: "parts were compacted meanwhile") }
        }
    }
}

/// A fact of a part, with what was clicked and when.
struct LinkFact: Comparable {
    var link: UInt32
    /// Days since 1970.
    var day: Int32
    var fact: ClickFact

    /// Days and links together, and facts that are alike.
    static func < (left: LinkFact, right: LinkFact) -> Bool {
        if left.link != right.link { return left.link < right.link }
        if left.day != right.day { return left.day < right.day }
        let (one, other) = (left.fact, right.fact)
        if one.quarter != other.quarter { return one.quarter < other.quarter }
        if one.place != other.place { return one.place < other.place }
        if one.referrer != other.referrer { return one.referrer < other.referrer }
        return (one.agent, one.campaign, one.marks.bits) < (other.agent, other.campaign, other.marks.bits)
    }
}

extension Array {
    /// Pieces of so many elements at the most.
    fileprivate func pieces(of size: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
