import Glibc
import Model

/// The files that nginx serves: `HOST/SLUG.html`, and the same in gzip beside it. The time of a file is the page's stamp,
/// which makes entity tags equal on every host.
struct PageDirectory: Sendable {
    let path: String

    /// Nil where the page has no file, or not both.
    func stamp(host: String, slug: String) -> Int? {
        let file = file(host, slug)
        guard let stamp = Folder.modified(file), Folder.modified(file + ".gz") == stamp else { return nil }
        return stamp
    }

    func html(host: String, slug: String) throws(PageError) -> [UInt8] { try Folder.contents(of: file(host, slug)) }

    func write(_ html: [UInt8], host: String, slug: String, stamp: Int) throws(PageError) {
        guard let zipped = gzip(html) else { throw PageError("zlib has no memory for a page of \(html.count) bytes") }
        try Folder.make("\(path)/\(host)")
        try Folder.replace(file(host, slug) + ".gz", with: zipped, modifiedAt: stamp)
        try Folder.replace(file(host, slug), with: html, modifiedAt: stamp)
    }

    /// - Returns: whether there was one.
    @discardableResult
    func remove(host: String, slug: String) throws(PageError) -> Bool {
        var found = false
        for file in [file(host, slug), file(host, slug) + ".gz"] {
            if unlink(file) == 0 {
                found = true
            } else if errno != ENOENT && errno != ENOTDIR {
                throw PageError("unlink", file)
            }
        }
        return found
    }

    /// Every host and slug that has a file.
    func list() throws(PageError) -> [(host: String, slug: String)] {
        guard Folder.modified(path) != nil else { return [] }
        var pages: [(host: String, slug: String)] = []
        for host in try Folder.names(path, suffix: "") where host != "_" && !host.hasSuffix(".lock") {
            for slug in (try? Folder.names("\(path)/\(host)", suffix: ".html")) ?? [] { pages.append((host, slug)) }
        }
        return pages
    }

    /// Removes what processes that were killed have begun to write. Under the lock nobody else writes pages.
    func removeLeftovers() {
        let hosts = ((try? Folder.names(path, suffix: "")) ?? []).filter { $0 != "_" && !$0.hasSuffix(".lock") }
        for folder in hosts.map({ "\(path)/\($0)" }) {
            for name in (try? Folder.names(folder, suffix: "")) ?? []
            where !name.hasSuffix(".html") && !name.hasSuffix(".html.gz") { unlink("\(folder)/\(name)") }
        }
    }

    // MARK: Images

    func write(_ bytes: [UInt8], _ image: Image) throws(PageError) {
        try Folder.make(path + Image.folder.dropLast())
        try Folder.replace(path + image.path, with: bytes, modifiedAt: Int(image.createdAt.milliseconds / 1000))
    }

    func remove(image name: String) { unlink(path + Image.folder + name) }

    /// The names of the images' files.
    func images() -> [String] { (try? Folder.names(path + Image.folder.dropLast(), suffix: "")) ?? [] }

    private func file(_ host: String, _ slug: String) -> String { "\(path)/\(host)/\(slug).html" }

    /// Runs `body` while no other process or thread of this host works on the files: whoever has read the newest state of
    /// a page also writes it last.
    func locked<Result>(_ body: () throws -> Result) throws -> Result {
        try Folder.make(path)
        let lock = path + "/pages.lock"
        let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PageError("open", lock) }
        defer { close(descriptor) }
        while flock(descriptor, LOCK_EX) != 0 { guard errno == EINTR else { throw PageError("flock", lock) } }
        return try body()
    }
}
