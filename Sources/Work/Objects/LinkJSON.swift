import JSON
import Model

extension Link {
    /// The link object of the public page, and what stands beyond it.
    package func json(_ site: SiteConfiguration) -> JSON {
        [
            "id": .string(id.description),
            "url": .string(settings.url),
            "short_url": .string(site.shortURL(host: host, slug: slug)),
            "slug": .string(slug),
            "domain": .string(host),
            "tags": JSON(tags),
            "clicks": .integer(Int64(clicks)),
            "human_clicks": .integer(Int64(humanClicks)),
            "title": JSON(settings.title),
            "utm_source": JSON(settings.utm.source),
            "utm_medium": JSON(settings.utm.medium),
            "utm_campaign": JSON(settings.utm.campaign),
            "utm_term": JSON(settings.utm.term),
            "utm_content": JSON(settings.utm.content),
            "starts_at": JSON(settings.startsAt?.rfc3339),
            "expires_at": JSON(settings.expiresAt?.rfc3339),
            "max_clicks": JSON(settings.maxClicks),
            "expired_url": JSON(settings.expiredURL),
            "password_protected": .bool(settings.passwordHash != nil),
            "redirect_status": .integer(Int64(settings.redirectStatus)),
            "disabled": .bool(settings.disabled),
            "indexable": .bool(settings.indexable),
            "external_id": JSON(settings.externalID),
            "created_at": .string(createdAt.rfc3339),
            "updated_at": .string(updatedAt.rfc3339),
            "last_clicked_at": JSON(lastClickedAt?.rfc3339),
        ]
    }
}
