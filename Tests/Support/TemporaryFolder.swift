import Foundation

/// A folder for one test, such as a spool; removed with this object.
public final class TemporaryFolder: Sendable {
    public let path: String

    public init(_ name: String = "spool") throws { path = try Self.make(name).path }

    deinit { remove() }

    /// For an object that lives as long as the process.
    public func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// The files in it, sorted.
    public var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }

    /// Short names: a Unix socket's path may have 107 bytes.
    public static func make(_ name: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mask-\(name)-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
