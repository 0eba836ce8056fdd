import MariaDB
import Model
import Store

/// The tables `click_blocks` and `click_moves`: numbers of links are given in blocks, each to links of one domain.
///
/// So a number tells the domain, of a link that is deleted, too, and the facts of neighbours can stand together where each has few.
/// A link that moves to another domain later keeps its number, and is noted.
package enum ClickBlocks {
    fileprivate static let bits: UInt32 = 8
    /// Numbers of a block. The first is the block's own: no link has it.
    private static let size = 1 << Int(bits)

    /// The block of a link, as a number that no link has.
    static func number(of link: UInt32) -> UInt32 { link & ~UInt32(size - 1) }

    /// Whether a number is that of a block in place of a link or page.
    static func isBlock(_ number: UInt32) -> Bool { number < ClickNumbers.firstPage && number == self.number(of: number) }

    /// As SQL has it.
    static func number(of link: SQL) -> SQL { "\(link) - \(link) % \(size)" }

    /// Numbers for so many new links of a domain.
    /// - Parameter last: the block that was made last; the caller holds it locked.
    static func take(
        _ count: Int, domain: UInt32, after last: inout UInt32, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [UInt32] {
        var numbers: [UInt32] = []
        var (block, used) = try connection.query("""
            SELECT block, links FROM click_blocks WHERE workspace_id = \(workspace) AND domain = \(Int(domain)) ORDER BY block DESC LIMIT 1
            """).first.map { row throws(MariaDBError) in (UInt32(try row.integer(0)), try row.integer(1)) } ?? (0, size - 1)
        while numbers.count < count {
            if used == size - 1 {
                last += 1
                (block, used) = (last, 0)
            }
            let taken = min(size - 1 - used, count - numbers.count)
            numbers += (used + 1...used + taken).map { block << bits + UInt32($0) }
            used += taken
            try connection.execute("""
                INSERT INTO click_blocks (workspace_id, block, domain, links)
                VALUES (\(workspace), \(Int(block)), \(Int(domain)), \(used))
                ON DUPLICATE KEY UPDATE links = VALUE(links)
                """)
        }
        return numbers
    }

    /// Notes that links, as they are now, have moved to another domain. In the transaction that has changed them: whoever gives a
    /// link its number meanwhile waits for it, or is waited for.
    package static func noteMoved(_ links: [Link], on connection: Connection) throws {
        for (workspace, links) in Dictionary(grouping: links, by: \.workspace) {
            for (host, links) in Dictionary(grouping: links, by: \.host).sorted(by: { $0.key < $1.key }) {
                guard let domain = try ClickNumbers.number(ofDomain: host, in: workspace, on: connection) else { continue }
                for chunk in chunks(of: links.map(\.id)) {
                    try connection.execute("""
                        INSERT INTO click_moves (workspace_id, link, domain)
                        SELECT workspace_id, number, \(Int(domain)) FROM click_values
                        WHERE workspace_id = \(workspace) AND kind = 'link' AND digest IN (\(list: Array(chunk)))
                        ON DUPLICATE KEY UPDATE domain = VALUE(domain)
                        """)
                }
            }
        }
    }
}

/// The domain of each link of a workspace, by numbers.
struct LinkDomains {
    /// Of blocks: a link that has not moved has that of its block.
    private var blocks: [UInt32] = []
    private var moved: [UInt32: UInt32] = [:]

    init(in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        for row in try connection.query("SELECT block, domain FROM click_blocks WHERE workspace_id = \(workspace)") {
            let block = try row.integer(0)
            blocks.grow(to: block, filling: 0)
            blocks[block] = UInt32(try row.integer(1))
        }
        for row in try connection.query("SELECT link, domain FROM click_moves WHERE workspace_id = \(workspace)") {
            moved[UInt32(try row.integer(0))] = UInt32(try row.integer(1))
        }
    }

    /// Only those of one domain; nil where it has none.
    init?(of host: String, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
        try self.init(in: workspace, on: connection)
        guard let domain = try ClickNumbers.number(of: .domain(host), in: workspace, on: connection) else { return nil }
        for block in blocks.indices where blocks[block] != domain { blocks[block] = 0 }
        for (link, itsDomain) in moved where itsDomain != domain { moved[link] = 0 }
        guard !ranges.isEmpty else { return nil }
    }

    /// That of a link, or of a block; 0 where none is known.
    @inline(__always)
    subscript(_ link: UInt32) -> UInt32 {
        if !moved.isEmpty, let domain = moved[link] { return domain }
        return ofBlock(link)
    }

    /// That of the block of a link, whether or not it has moved.
    @inline(__always)
    func ofBlock(_ link: UInt32) -> UInt32 {
        let block = Int(link >> ClickBlocks.bits)
        return block < blocks.count ? blocks[block] : 0
    }

    var haveMoved: Bool { !moved.isEmpty }

    /// Numbers of the links that have a domain, and of their blocks, in as few ranges as possible; others can be among them.
    var ranges: [Range<UInt32>] {
        var all = blocks.indices.filter { blocks[$0] != 0 }.map { UInt32($0) << ClickBlocks.bits..<UInt32($0 + 1) << ClickBlocks.bits }
        for (link, domain) in moved where domain != 0 {
            let block = ClickBlocks.number(of: link)
            all += [link..<link + 1, block..<block + 1]
        }
        return all.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { ranges, next in
            if let last = ranges.last, last.upperBound >= next.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
            } else {
                ranges.append(next)
            }
        }
    }
}
