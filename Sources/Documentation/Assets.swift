import Crypto
import Model
import POSIX
import Pages
import Text

/// Styles, scripts and fonts, in a folder named by what is in them: browsers keep each as long as they like.
struct Assets {
    private let files: [(name: String, bytes: [UInt8])]
    /// Of names and contents.
    let digest: String

    /// - Parameter source: the folder of the documentation.
    init(source: String) throws {
        files = try Folder.names(source + "/assets").sorted().map { ($0, try File.contents(of: "\(source)/assets/\($0)")) }
        digest = String(hexadecimal(sha256(files.flatMap { Array($0.name.utf8) + [0] + $0.bytes })).prefix(12))
    }

    func write(to folder: String) throws {
        let place = "\(folder)/assets/\(digest)"
        for part in ["\(folder)/assets", place] { try Folder.make(part) }
        for file in files { try FileWriter.write(file.bytes, to: "\(place)/\(file.name)", isZipped: !file.name.hasSuffix(".woff2")) }
    }
}

/// Files that nginx may be reading: one that would stay as it is, is left.
enum FileWriter {
    /// - Parameter isZipped: whether `NAME.gz` stands beside it, for nginx's gzip_static.
    static func write(_ bytes: [UInt8], to path: String, isZipped: Bool = true) throws {
        let hasZipped = !isZipped || File.modified(path + ".gz") != nil
        if hasZipped, let old = try? File.contents(of: path), old == bytes { return }
        let now = Timestamp.now().seconds
        try isZipped ? ZippedFile.replace(path, with: bytes, modifiedAt: now) : File.replace(path, with: bytes, modifiedAt: now)
    }
}
