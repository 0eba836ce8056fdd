/// What a file is, by its first bytes. PNG, JPEG and WebP are read; the others are known so that a refusal can name them.
public enum ImageFormat: String, Sendable, CaseIterable {
    case png = "PNG"
    case jpeg = "JPEG"
    case webp = "WebP"
    case avif = "AVIF"
    case heic = "HEIC"
    case gif = "GIF"
    case tiff = "TIFF"
    case bmp = "BMP"

    public init?(of file: [UInt8]) {
        func has(_ text: String, at place: Int = 0) -> Bool { file.dropFirst(place).starts(with: text.utf8) }
        if file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {  // PNG (ISO/IEC 15948), section 5.2
            self = .png
        } else if file.starts(with: [0xFF, 0xD8, 0xFF]) {  // SOI and the next marker: ITU-T T.81, annex B
            self = .jpeg
        } else if has("RIFF"), has("WEBP", at: 8) {  // RFC 9649, section 2.4
            self = .webp
        } else if has("ftyp", at: 4) {  // ISO/IEC 14496-12, 4.3: the brand says what a file of boxes is
            guard let format = Self(brand: file.dropFirst(8).prefix(4)) else { return nil }
            self = format
        } else if has("GIF87a") || has("GIF89a") {
            self = .gif
        } else if file.starts(with: [0x49, 0x49, 42, 0]) || file.starts(with: [0x4D, 0x4D, 0, 42]) {
            self = .tiff
        } else if has("BM"), file.count > 14, file[6..<10].allSatisfy({ $0 == 0 }) {
            self = .bmp
        } else {
            return nil
        }
    }

    private init?(brand: ArraySlice<UInt8>) {
        switch String(decoding: brand, as: UTF8.self) {
        case "avif", "avis": self = .avif
        case "heic", "heix", "hevc", "heim", "heis", "mif1", "msf1": self = .heic
        default: return nil
        }
    }

    /// By its media type.
    public init?(mediaType: String) {
        let type = mediaType == "image/heif" ? "image/heic" : mediaType
        guard let format = Self.allCases.first(where: { $0.mediaType == type }) else { return nil }
        self = format
    }

    /// The media type under which it is sent.
    public var mediaType: String { "image/" + rawValue.lowercased() }
}
