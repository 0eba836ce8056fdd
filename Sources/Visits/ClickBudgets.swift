import Crypto
import HTTP
import LinkStore
import Model
import Store
import Text

/// The visits that links with `max_clicks` have left. Only the database knows, so nobody is led on while it is away.
struct ClickBudgets: Sendable {
    let lookups: VisitorLookups

    func isLeft(_ link: CachedLink, _ maximum: Int) throws -> Bool {
        let (id, workspace) = (link.id, link.workspace)
        return try lookups.read { try Links.hasClicksLeft(id, in: workspace, maximum: maximum, on: $0) }
    }

    /// Takes one. A request that is answered by a second pool, because the first one died, gets what it had.
    func take(_ link: CachedLink, _ maximum: Int, _ request: Request) throws -> Bool {
        let (id, workspace) = (link.id, link.workspace)
        let request = Self.bytes(request.id)
        return try lookups.writeRepeatably {
            try Links.takeClick(of: id, in: workspace, maximum: maximum, request: request, on: $0)
        }
    }

    /// nginx's `$request_id` is 16 bytes in hexadecimal. Whatever else somebody sends is told apart all the same.
    private static func bytes(_ id: String) -> [UInt8] {
        if let bytes = hexadecimalDecoded(id), bytes.count == 16 { return bytes }
        return Array(sha256(id).prefix(16))
    }
}
