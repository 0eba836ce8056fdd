/// What an image from outside may be. Its size is read from its head, before room is made for its pixels.
public struct ImageLimits: Sendable {
    /// Of the file.
    public var bytes: Int
    /// Of the longer side, in pixels.
    public var side: Int
    /// Pixels of a photo whose longer side is over ``side``: of a file that can be made smaller while it is read, so that
    /// all its pixels are never in memory. 0 where no such photo is taken.
    public var photoPixels: Int

    public init(bytes: Int, side: Int, photoPixels: Int = 0) {
        self.bytes = bytes
        self.side = side
        self.photoPixels = photoPixels
    }

    func check(_ file: [UInt8]) throws(ImageError) {
        guard file.count <= bytes else { throw .tooManyBytes(most: bytes) }
    }

    func check(width: Int, height: Int, isPhoto: Bool = false) throws(ImageError) {
        guard width > 0, height > 0 else { throw .unreadable("it has no pixels") }
        if max(width, height) <= side || isPhoto && width * height <= photoPixels { return }
        throw .tooLarge(width: width, height: height, most: side)
    }
}
