import Crypto
import HTTP
import Model
import Store

/// The opaque place where a page of a list ended: `starting_after` of the next.
///
/// It carries a digest of the workspace and the filters it was made under: used with any others it is refused, so that it
/// neither skips silently nor tells anything of another workspace.
struct Cursor {
    private static let version: UInt8 = 1

    static func encode(_ position: LinkPosition, _ filter: LinkFilter, _ workspace: WorkspaceID) -> String {
        let clicks = withUnsafeBytes(of: Int64(position.clicks).bigEndian, Array.init)
        return base64URL([version] + binding(filter, workspace) + position.id.ulid.bytes + clicks)
    }

    static func decode(_ text: String, _ filter: LinkFilter, _ workspace: WorkspaceID) throws(Problem) -> LinkPosition {
        guard let bytes = base64URLDecoded(text), bytes.count == 1 + 8 + 16 + 8, bytes[0] == version,
            Array(bytes[1..<9]) == binding(filter, workspace), let id = ULID(bytes: bytes[9..<25])
        else {
            throw .invalidParameter("starting_after", "Send the next_cursor of the page before, with the same filters.")
        }
        let clicks = bytes[25...].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        return LinkPosition(id: LinkID(id), clicks: Int(clicks))
    }

    private static func binding(_ filter: LinkFilter, _ workspace: WorkspaceID) -> [UInt8] {
        Array(sha256("\(workspace) \(filter)").prefix(8))
    }
}
