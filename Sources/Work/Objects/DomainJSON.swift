import JSON
import Model

extension Domain {
    /// The domain object. The records in it are those that its owner has to make.
    package func json(_ site: SiteConfiguration) -> JSON {
        [
            "id": .string(id.description),
            "host": .string(host),
            "status": .string(status.rawValue),
            "root_url": JSON(settings.rootURL),
            "root_page_id": JSON(settings.rootPage?.description),
            "not_found_url": JSON(settings.notFoundURL),
            "expired_url": JSON(settings.expiredURL),
            "records": .array(records(site)),
            "last_checked_at": JSON(check.at?.rfc3339),
            "last_check_error": JSON(check.error),
            "verified_at": JSON(verifiedAt?.rfc3339),
            "created_at": .string(createdAt.rfc3339),
            "updated_at": .string(updatedAt.rfc3339),
        ]
    }

    private func records(_ site: SiteConfiguration) -> [JSON] {
        let address = Self.record("CNAME", host, workspace.map(site.sharedHost) ?? site.linkHost, check.address)
        return (ownershipValue.map { [Self.record("TXT", ownershipName, $0, check.ownership)] } ?? []) + [address]
    }

    private static func record(_ type: String, _ name: String, _ value: String, _ state: DomainCheck.RecordState) -> JSON {
        ["type": .string(type), "name": .string(name), "value": .string(value), "state": .string(state.rawValue)]
    }

    /// As the audit log tells it.
    package var recorded: JSON {
        [
            "host": .string(host), "status": .string(status.rawValue), "root_url": JSON(settings.rootURL),
            "root_page_id": JSON(settings.rootPage?.description), "not_found_url": JSON(settings.notFoundURL),
            "expired_url": JSON(settings.expiredURL), "ownership": .string(check.ownership.rawValue),
            "address": .string(check.address.rawValue), "check_error": JSON(check.error),
        ]
    }
}
