import JSON
import Model
import Pages

extension BioPage {
    /// The page object: where visitors find it, how it is doing, and the draft.
    package func json(_ site: SiteConfiguration) throws -> JSON {
        let content = try PageContent(stored: draft)
        return .object(JSONObject(head(site).members + content.json.members + tail.members))
    }

    private func head(_ site: SiteConfiguration) -> JSONObject {
        [
            "id": .string(id.description), "slug": .string(slug), "domain": .string(host),
            "page_url": .string(site.shortURL(host: host, slug: slug)),
        ]
    }

    private var tail: JSONObject {
        [
            "published": .bool(publishedVersion != nil), "published_version": JSON(publishedVersion),
            "published_at": JSON(publishedAt?.rfc3339), "has_unpublished_changes": .bool(isChanged),
            "views": JSON(views), "last_viewed_at": JSON(lastViewedAt?.rfc3339),
            "created_at": .string(createdAt.rfc3339), "updated_at": .string(updatedAt.rfc3339),
            "deleted_at": JSON(deletedAt?.rfc3339),
        ]
    }

    /// What its owner can change, for the audit log.
    package func settings(_ site: SiteConfiguration) throws -> JSON {
        .object(JSONObject(head(site).members + (try PageContent(stored: draft)).json.members))
    }
}

extension BioPageVersion {
    package func json(of page: BioPage) -> JSONObject {
        [
            "number": JSON(number), "current": .bool(page.publishedVersion == number), "published_by": .string(author),
            "published_at": .string(createdAt.rfc3339),
        ]
    }
}
