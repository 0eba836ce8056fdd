/// How the pages look that visitors of a workspace's links get from MASK itself: password, not found, expired.
public struct Brand: Sendable, Equatable {
    public var name: String?
    public var color: Color?
    public var logo: ImageID?

    public init(name: String? = nil, color: Color? = nil, logo: ImageID? = nil) {
        self.name = name
        self.color = color
        self.logo = logo
    }

    /// Unicode scalars of the name.
    public static let maximumName = 100
}
