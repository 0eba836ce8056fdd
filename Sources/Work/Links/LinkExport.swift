import JSON
import LinkStore
import MariaDB
import Model
import Store
import Text

/// All links of a filter as a file, newest first, page by page in constant memory. No connection of the database is held while the
/// client takes its time.
package struct LinkExport {
    /// Over the API: a client that takes its time holds a thread of the worker once nginx has kept 64 MB for it.
    package static let limit = 1_000_000

    private static let pageSize = 1000

    /// The members of a link, in their order.
    package static let columns = [
        "id", "url", "short_url", "slug", "domain", "tags", "clicks", "human_clicks", "title", "utm_source", "utm_medium", "utm_campaign",
        "utm_term", "utm_content", "starts_at", "expires_at", "max_clicks", "expired_url", "password_protected", "redirect_status",
        "disabled", "indexable", "archived", "external_id", "notes", "created_at", "updated_at", "last_clicked_at", "deleted_at",
    ]

    private let format: ExportFormat
    private let filter: LinkFilter
    private let workspace: WorkspaceID
    private let site: SiteConfiguration

    /// - Parameter workspace: that of the filter's ``LinkFilter/owner(in:)``.
    package init(_ format: ExportFormat, of filter: LinkFilter, in workspace: WorkspaceID, _ site: SiteConfiguration) {
        (self.format, self.filter, self.workspace, self.site) = (format, filter, workspace, site)
    }

    /// - Parameter read: lends a connection for one page.
    package func write(
        reading read: (_ page: (Connection) throws -> [Link]) throws -> [Link], to send: ([UInt8]) throws -> Void
    ) throws {
        if format == .csv { try send(CSV.row(Self.columns)) }
        var position: LinkPosition?
        while true {
            let page = try read { connection in
                let links = try Links.list(filter, in: workspace, after: position, limit: Self.pageSize, on: connection)
                return try workspace.isBin ? Links.dated(links, in: workspace, on: connection) : links
            }
            try send(page.flatMap(line))
            position = page.last.map { LinkPosition(id: $0.id, clicks: $0.clicks) }
            if page.count < Self.pageSize { return }
        }
    }

    private func line(_ link: Link) -> [UInt8] {
        switch format {
        case .csv:
            let json = link.json(site)
            return CSV.row(Self.columns.map { (json[$0] ?? .null).cell })
        case .ndjson: return link.text(site) + [UInt8(ascii: "\n")]
        }
    }
}
