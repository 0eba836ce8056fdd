import CLinux
import Glibc
import Model
import POSIX

/// The files that nginx serves: `HOST/SLUG.html`, and the same in gzip beside it. The time of a file is the page's stamp,
/// which makes entity tags equal on every host.
struct PageDirectory: Sendable {
    let path: String

    /// Nil where the page has no file, or not both.
    func stamp(host: String, slug: String) -> Int? {
        let file = file(host, slug)
        guard let stamp = File.modified(file), File.modified(file + ".gz") == stamp else { return nil }
        return stamp
    }

    func html(host: String, slug: String) throws(SystemError) -> [UInt8] { try File.contents(of: file(host, slug)) }

    func write(_ html: [UInt8], host: String, slug: String, stamp: Int) throws {
        try Folder.make("\(path)/\(host)")
        try ZippedFile.replace(file(host, slug), with: html, modifiedAt: stamp)
    }

    /// - Returns: whether there was one.
    @discardableResult
    func remove(host: String, slug: String) throws(SystemError) -> Bool {
        try ZippedFile.remove(file(host, slug))
    }

    /// Every place that has a file.
    func list() -> [Place] {
        guard File.modified(path) != nil else { return [] }
        var pages: [Place] = []
        for host in hosts {
            for slug in (try? Folder.stems("\(path)/\(host)", suffix: ".html")) ?? [] { pages.append(Place(host: host, slug: slug)) }
        }
        return pages
    }

    /// Removes what processes that were killed have begun to write.
    func removeLeftovers() {
        for folder in hosts.map({ "\(path)/\($0)" }) {
            for name in (try? Folder.stems(folder)) ?? []
            where !name.hasSuffix(".html") && !name.hasSuffix(".html.gz") && ![Self.root, Self.root + ".gz"].contains(name) {
                let file = "\(folder)/\(name)"
                if File.isOlder(file, than: Self.leftoverSeconds) { unlink(file) }
            }
        }
    }

    /// Nobody writes one file for so long.
    private static let leftoverSeconds = 600

    private var hosts: [String] {
        ((try? Folder.stems(path)) ?? []).filter { $0 != "_" && !$0.hasSuffix(".lock") }
    }

    // MARK: The bare host

    /// What nginx serves at `/`: a link to the file of the page that a host shows there, and `_root.gz` beside it. No slug
    /// begins with `_`, and no address leads to a name without `.html`.
    private static let root = "_root"

    /// The slug of the page that is shown at the bare host; nil where there is none.
    func root(ofHost host: String) -> String? {
        var target = [CChar](repeating: 0, count: 4096)
        let length = readlink("\(path)/\(host)/\(Self.root)", &target, target.count)
        let name = String(decoding: target.prefix(max(length, 0)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return name.hasSuffix(".html") ? String(name.dropLast(5)) : nil
    }

    /// Shows a page at the bare host, whether it has a file yet or not; none where the slug is nil.
    func showRoot(ofHost host: String, slug: String?) throws(SystemError) {
        guard root(ofHost: host) != slug else { return }
        for suffix in ["", ".gz"] {
            let link = "\(path)/\(host)/\(Self.root)\(suffix)"
            guard let slug else {
                unlink(link)
                continue
            }
            try Folder.make("\(path)/\(host)")
            try File.replace(link, withLinkTo: "\(slug).html\(suffix)")
        }
    }

    /// The hosts that show a page at `/`.
    var hostsWithRoot: [String] { hosts.filter { root(ofHost: $0) != nil } }

    // MARK: Images

    func write(_ bytes: [UInt8], _ image: Image) throws(SystemError) {
        try Folder.make(path + Image.folder.dropLast())
        try File.replace(path + image.path, with: bytes, modifiedAt: Int(image.createdAt.milliseconds / 1000))
    }

    func remove(image name: String) { unlink(path + Image.folder + name) }

    /// The names of the images' files.
    func images() -> [String] { (try? Folder.stems(path + Image.folder.dropLast())) ?? [] }

    private func file(_ host: String, _ slug: String) -> String { "\(path)/\(host)/\(slug).html" }

    /// Runs `body` while no other process or thread of this host works on the files of the page: whoever has read the newest
    /// state of a page also writes it last. Other pages do not wait, but for one in thousands that has the same byte.
    func locked<Result>(host: String, slug: String, _ body: () throws -> Result) throws -> Result {
        try Folder.make(path)
        let lock = path + "/pages.lock"
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", lock) }
        defer { close(descriptor) }
        let byte = Self.lockByte(host, slug)
        while mask_wait_for_byte(descriptor, byte) != 0 { guard errno == EINTR else { throw SystemError("lock", lock) } }
        return try body()
    }

    /// The same in every process.
    private static func lockByte(_ host: String, _ slug: String) -> Int {
        var hash: UInt32 = 0x811c_9dc5
        for byte in "\(host)/\(slug)".utf8 { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return Int(hash % 65_536)
    }
}
