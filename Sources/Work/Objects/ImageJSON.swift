import JSON
import Model

extension Image {
    /// What ``json(_:)`` has given.
    init?(json: JSON, in workspace: WorkspaceID) {
        guard let id = (json["id"]?.stringValue).flatMap({ ImageID($0) }), let text = json["type"]?.stringValue,
            let type = ImageType.allCases.first(where: { $0.mediaType == text }), let width = json["width"]?.integerValue,
            let height = json["height"]?.integerValue, let createdAt = (json["created_at"]?.stringValue).flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(id: id, workspace: workspace, type: type, width: Int(width), height: Int(height), createdAt: createdAt)
    }

    package func json(_ site: SiteConfiguration) -> JSON {
        [
            "id": .string(id.description), "type": .string(type.mediaType), "width": JSON(width),
            "height": JSON(height),
            "image_url": .string(site.origin(ofHost: site.sharedHost(of: workspace)) + path), "created_at": .string(createdAt.rfc3339),
        ]
    }
}
