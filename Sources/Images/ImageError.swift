/// An image that is refused, or could not be made.
public enum ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not the format that it was said to be, or none that is known.
    case unknownFormat
    /// A format that is known by name and not read.
    case otherFormat(ImageFormat)
    /// It moves: there is more than one picture in it.
    case animated
    /// More bytes than allowed.
    case tooManyBytes(most: Int)
    /// Wider or higher than allowed, in pixels.
    case tooLarge(width: Int, height: Int, most: Int)
    /// Broken, or not of the kind that the library reads: its own words.
    case unreadable(String)
    /// An SVG that refers to something outside of the document, or might.
    case notSelfContained
    /// A JPEG of so many pixels that is not stored from top to bottom: all of it would have to be in memory.
    case tooLargeForProgressive
    /// It took more time or memory than an honest image takes.
    case tooCostly
    /// Nobody could draw it at the moment.
    case busy
    /// The library or the system failed, through no fault of the image.
    case failed(String)

    public var description: String {
        switch self {
        case .unknownFormat: "the image has an unknown format"
        case .otherFormat(let format): "the image is a \(format.rawValue)"
        case .animated: "the image moves"
        case .tooLargeForProgressive: "the image is progressive and has too many pixels for that"
        case .tooManyBytes(let most): "the image has more than \(most) bytes"
        case .tooLarge(let width, let height, let most): "the image is \(width) by \(height) pixels, over \(most)"
        case .unreadable(let reason): "the image cannot be read: \(reason)"
        case .notSelfContained: "the image refers to something outside of it"
        case .tooCostly: "the image takes too long to draw"
        case .busy: "the image could not be drawn at the moment"
        case .failed(let reason): "the image could not be processed: \(reason)"
        }
    }
}
