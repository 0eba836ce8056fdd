import MariaDB
import Model
import Store

/// The table `link_totals`: the clicks of a link, or views of a page, in all its life.
package enum LinkTotals {
    fileprivate struct Total {
        var clicks = 0
        var humans = 0
        var lastClickedAt: Timestamp
    }

    private struct Key: Hashable {
        var workspace: WorkspaceID
        var link: LinkID

        static func isOrdered(_ left: Key, _ right: Key) -> Bool { (left.workspace, left.link) < (right.workspace, right.link) }
    }

    /// Adds clicks, counted in memory first. Sorted, so that two loaders never wait for each other in a circle.
    /// - Parameter views: of pages.
    package static func add(_ clicks: [Click], views: [Click] = [], on connection: Connection) throws(MariaDBError) {
        var totals: [Key: Total] = [:]
        for clicks in [clicks, views] {
            for click in clicks {
                let key = Key(workspace: click.workspace, link: click.link)
                totals[key, default: Total(lastClickedAt: click.at)].note(click)
            }
        }
        for chunk in chunks(of: totals.sorted { Key.isOrdered($0.key, $1.key) }) {
            var statement: SQL = "INSERT INTO link_totals (workspace_id, link_id, clicks, humans, last_clicked_at) VALUES "
            appendRows(chunk, to: &statement) { key, total in
                "(\(key.workspace), \(key.link), \(total.clicks), \(total.humans), \(total.lastClickedAt))"
            }
            statement += """
                 ON DUPLICATE KEY UPDATE
                  clicks = clicks + VALUE(clicks), humans = humans + VALUE(humans),
                  last_clicked_at = GREATEST(last_clicked_at, VALUE(last_clicked_at))
                """
            try connection.execute(statement)
        }
    }
}

extension LinkTotals.Total {
    fileprivate mutating func note(_ click: Click) {
        clicks += 1
        humans += click.agent.isBot ? 0 : 1
        lastClickedAt = max(lastClickedAt, click.at)
    }
}
