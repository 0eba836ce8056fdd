import MariaDB
import Model
import Store

/// The columns of `links` as they are written, and what a link has in each.
enum LinkColumns {
    struct Column: Sendable {
        let name: String
        let value: @Sendable (Link) -> SQLValue

        init(_ name: String, _ value: @escaping @Sendable (Link) -> any SQLValueConvertible) {
            self.name = name
            self.value = { value($0).sqlValue }
        }
    }

    /// What a change of a link writes.
    static let changeable = [
        Column("domain_id") { $0.domain },
        Column("host") { $0.host },
        Column("slug") { $0.slug },
        Column("url") { $0.settings.url },
        Column("title") { $0.settings.title },
        Column("utm_source") { $0.settings.utm.source },
        Column("utm_medium") { $0.settings.utm.medium },
        Column("utm_campaign") { $0.settings.utm.campaign },
        Column("utm_term") { $0.settings.utm.term },
        Column("utm_content") { $0.settings.utm.content },
        Column("starts_at") { $0.settings.startsAt },
        Column("expires_at") { $0.settings.expiresAt },
        Column("max_clicks") { $0.settings.maxClicks },
        Column("expired_url") { $0.settings.expiredURL },
        Column("password_hash") { $0.settings.passwordHash },
        Column("redirect_status") { $0.settings.redirectStatus },
        Column("disabled") { $0.settings.disabled },
        Column("indexable") { $0.settings.indexable },
        Column("archived") { $0.settings.archived },
        Column("external_id") { $0.settings.externalID },
        Column("notes") { $0.settings.notes },
        Column("tags") { $0.tags.joined(separator: String(Links.tagSeparator)) },
        Column("updated_at") { $0.updatedAt },
    ]

    static let all = [
        Column("workspace_id") { $0.workspace }, Column("id") { $0.id }, Column("version") { $0.version },
        Column("created_at") { $0.createdAt },
    ] + changeable

    /// Of all of them, divided by commas.
    static let names = all.map(\.name).joined(separator: ", ")
}
