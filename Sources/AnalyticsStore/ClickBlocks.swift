import MariaDB
import Model
import Store

/// The table `click_blocks`: numbers of links are given in blocks, each to links of one domain.
///
/// So a number tells the domain on which a click was, whatever becomes of the link; and the facts of neighbours can stand together
/// where each has few.
enum ClickBlocks {
    private static let bits: UInt32 = 8
    /// Links of a block: its first number is the block's own.
    private static let links = (1 << Int(bits)) - 1

    /// The block of a link, as a number that no link has.
    static func number(of link: UInt32) -> UInt32 { link & ~UInt32(links) }

    /// Whether a number is that of a block in place of a link or page.
    static func isBlock(_ number: UInt32) -> Bool { number < ClickNumbers.firstPage && number == self.number(of: number) }

    /// As SQL has it.
    static func number(of link: SQL) -> SQL { "\(link) - \(link) % \(links + 1)" }

    /// Numbers for so many new links of a domain.
    /// - Parameter last: the block that was made last; the caller holds it locked.
    static func take(
        _ count: Int, domain: UInt32, after last: inout UInt32, in workspace: WorkspaceID, on connection: Connection
    ) throws(MariaDBError) -> [UInt32] {
        var numbers: [UInt32] = []
        var open = try connection.query("""
            SELECT block, links FROM click_blocks WHERE workspace_id = \(workspace) AND domain = \(Int(domain)) ORDER BY block DESC LIMIT 1
            """).first.map { row throws(MariaDBError) in (block: UInt32(try row.integer(0)), links: try row.integer(1)) }
        while numbers.count < count {
            if open.map({ $0.links >= links }) ?? true {
                last += 1
                open = (last, 0)
            }
            guard let (block, used) = open else { break }
            let taken = min(links - used, count - numbers.count)
            numbers += (used + 1...used + taken).map { block << bits + UInt32($0) }
            open = (block, used + taken)
            try connection.execute("""
                INSERT INTO click_blocks (workspace_id, block, domain, links)
                VALUES (\(workspace), \(Int(block)), \(Int(domain)), \(used + taken))
                ON DUPLICATE KEY UPDATE links = VALUE(links)
                """)
        }
        return numbers
    }

    /// The domain of each block of a workspace.
    struct DomainNumbers {
        private var domains: [UInt32] = []

        init(in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
            try read("SELECT block, domain FROM click_blocks WHERE workspace_id = \(workspace)", on: connection)
        }

        /// Only of the blocks of one domain.
        init(of host: String, in workspace: WorkspaceID, on connection: Connection) throws(MariaDBError) {
            try read("""
                SELECT b.block, b.domain FROM click_values d
                STRAIGHT_JOIN click_blocks b ON b.workspace_id = d.workspace_id AND b.domain = d.number
                WHERE d.workspace_id = \(workspace) AND d.kind = 'domain' AND d.digest = \(ClickValue.domain(host).digest)
                """, on: connection)
        }

        private mutating func read(_ query: SQL, on connection: Connection) throws(MariaDBError) {
            for row in try connection.query(query) {
                let block = try row.integer(0)
                if block >= domains.count { domains += [UInt32](repeating: 0, count: block + block / 2 + 64 - domains.count) }
                domains[block] = UInt32(try row.integer(1))
            }
        }

        /// That of a link or a block; 0 where none is known.
        @inline(__always)
        subscript(_ link: UInt32) -> UInt32 {
            let block = Int(link >> bits)
            return block < domains.count ? domains[block] : 0
        }

        /// The numbers of the links that have a domain, as few ranges.
        var ranges: [Range<UInt32>] {
            var ranges: [Range<UInt32>] = []
            for (block, domain) in domains.enumerated() where domain != 0 {
                let (first, end) = (UInt32(block) << bits, UInt32(block + 1) << bits)
                if let last = ranges.last, last.upperBound == first {
                    ranges[ranges.count - 1] = last.lowerBound..<end
                } else {
                    ranges.append(first..<end)
                }
            }
            return ranges
        }
    }
}
