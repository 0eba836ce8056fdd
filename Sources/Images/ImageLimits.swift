/// What an image from outside may be. Its size is read from its head, before room is made for its pixels.
public struct ImageLimits: Sendable {
    /// Of the file.
    public var bytes: Int
    /// Of the longer side, in pixels.
    public var side: Int

    public init(bytes: Int, side: Int) {
        self.bytes = bytes
        self.side = side
    }

    func check(_ file: [UInt8]) throws(ImageError) {
        guard file.count <= bytes else { throw .tooManyBytes(most: bytes) }
    }

    func check(width: Int, height: Int) throws(ImageError) {
        guard width > 0, height > 0 else { throw .unreadable("it has no pixels") }
        guard max(width, height) <= side else { throw .tooLarge(width: width, height: height, most: side) }
    }
}
