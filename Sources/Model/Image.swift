/// An image that was uploaded, as it was encoded anew. It never changes.
public struct Image: Sendable, Equatable {
    public enum ImageType: String, Sendable, CaseIterable {
        case png, jpeg

        public var mediaType: String { "image/" + rawValue }
    }

    public var id: ImageID
    public var workspace: WorkspaceID
    public var type: ImageType
    /// Pixels.
    public var width: Int
    public var height: Int
    public var createdAt: Timestamp

    public init(id: ImageID, workspace: WorkspaceID, type: ImageType, width: Int, height: Int, createdAt: Timestamp) {
        self.id = id
        self.workspace = workspace
        self.type = type
        self.width = width
        self.height = height
        self.createdAt = createdAt
    }

    /// The path on every link host.
    public var path: String { "\(Self.folder)\(id.ulid).\(type.rawValue)" }

    public static let folder = "/_/images/"

    /// The id in a path; nil for any other path.
    public static func id(fromPath path: String) -> ImageID? {
        guard path.hasPrefix(folder) else { return nil }
        return ULID(String(path.dropFirst(folder.count).prefix { $0 != "." })).map(ImageID.init)
    }
}
