/// Formats of QR images.
public enum QRFormat: String, Sendable, CaseIterable {
    case png, svg

    public var mediaType: String { self == .png ? "image/png" : "image/svg+xml" }
}
