import JSON
import Model

/// A link with its object as it is sent: written once, for the answer, the event and whoever keeps it in memory.
package final class WrittenLink: Sendable {
    package let link: Link
    package let text: [UInt8]

    package init(_ link: Link, _ site: SiteConfiguration) { (self.link, text) = (link, link.text(site)) }
}

extension Link {
    /// The members of the link object: those of the public page, and what stands beyond it.
    package func write(to object: inout some MemberWriter, _ site: SiteConfiguration) {
        object.member("id", id.description)
        object.member("url", settings.url)
        object.member("short_url", site.shortURL(host: host, slug: slug))
        object.member("slug", slug)
        object.member("domain", host)
        object.member("tags", tags)
        object.member("clicks", clicks)
        object.member("human_clicks", humanClicks)
        object.member("title", settings.title)
        object.member("utm_source", settings.utm.source)
        object.member("utm_medium", settings.utm.medium)
        object.member("utm_campaign", settings.utm.campaign)
        object.member("utm_term", settings.utm.term)
        object.member("utm_content", settings.utm.content)
        object.member("starts_at", settings.startsAt?.rfc3339)
        object.member("expires_at", settings.expiresAt?.rfc3339)
        object.member("max_clicks", settings.maxClicks)
        object.member("expired_url", settings.expiredURL)
        object.member("password_protected", settings.passwordHash != nil)
        object.member("redirect_status", settings.redirectStatus)
        object.member("disabled", settings.disabled)
        object.member("indexable", settings.indexable)
        object.member("archived", settings.archived)
        object.member("external_id", settings.externalID)
        object.member("notes", settings.notes)
        object.member("created_at", createdAt.rfc3339)
        object.member("updated_at", updatedAt.rfc3339)
        object.member("last_clicked_at", lastClickedAt?.rfc3339)
        object.member("deleted_at", deletedAt?.rfc3339)
    }

    /// The link object as a tree.
    package func json(_ site: SiteConfiguration) -> JSON {
        var object = JSONObject()
        object.members.reserveCapacity(29)
        write(to: &object, site)
        return .object(object)
    }

    /// The link object as it is sent.
    package func text(_ site: SiteConfiguration) -> [UInt8] {
        var text = JSONText()
        write(to: &text, site)
        return text.finished()
    }
}
