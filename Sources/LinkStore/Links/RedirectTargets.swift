import MariaDB
import Model
import Store
import Text

/// What a redirect needs of a link, in one look-up by host and slug.
public struct RedirectTarget: Sendable {
    public var id: LinkID
    public var workspace: WorkspaceID
    public var settings: LinkSettings
    /// The destination leads to one of our own hosts and from there to another: following it could go on for ever.
    public var isLoop: Bool
}

extension Links {
    /// The link under a host and slug, disabled or not; nil where there is none, or a deleted one.
    public static func target(host: String, slug: String, on connection: Connection) throws(MariaDBError) -> RedirectTarget? {
        guard host.isASCII, let row = try connection.query("""
            \(columns) WHERE l.domain_id = (SELECT id FROM domains WHERE verified_host = \(host)) AND l.slug = \(slug)
              AND l.workspace_id < \(WorkspaceID.firstBin)
              AND NOT EXISTS (SELECT 1 FROM deleted_workspaces w WHERE w.workspace_id = l.workspace_id)
            """).first
        else { return nil }
        let link = try link(row)
        return RedirectTarget(
            id: link.id, workspace: link.workspace, settings: link.settings,
            isLoop: try leadsToLoop(link.settings.url, on: connection))
    }

    /// One hop to a host of our own is followed; two are a loop, or as good as one.
    private static func leadsToLoop(_ url: String, on connection: Connection) throws(MariaDBError) -> Bool {
        guard let next = try ownLink(at: url, on: connection) else { return false }
        return try ownLink(at: next, on: connection) != nil
    }

    /// The destination of the link that a URL names, if the URL's host is one of ours.
    private static func ownLink(at url: String, on connection: Connection) throws(MariaDBError) -> String? {
        guard let (host, path) = hostAndPath(url), try Domains.find(host: host, on: connection) != nil,
            let slug = Slug.fromPath(path)
        else { return nil }
        return try connection.query("""
            SELECT l.url FROM links l JOIN domains d ON d.id = l.domain_id WHERE d.verified_host = \(host) AND l.slug = \(slug)
              AND l.workspace_id < \(WorkspaceID.firstBin)
            """).first?.string(0)
    }

    private static func hostAndPath(_ url: String) -> (host: String, path: String)? {
        guard let destination = try? Destination(validating: url) else { return nil }
        let afterScheme = url.drop { $0 != ":" }.dropFirst(3)
        let path = afterScheme.drop { $0 != "/" }.prefix { $0 != "?" && $0 != "#" }
        return (destination.host, String(path))
    }
}
