import Glibc

/// Files, read and written whole.
enum Folder {
    /// The names in a folder that end in a suffix, without it, sorted.
    static func names(_ path: String, suffix: String) throws(PageError) -> [String] {
        guard let stream = opendir(path) else { throw PageError("opendir", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(suffix), name.first != "." { names.append(String(name.dropLast(suffix.count))) }
        }
        return names.sorted()
    }

    static func contents(of path: String) throws(PageError) -> [UInt8] {
        guard let file = fopen(path, "re") else { throw PageError("open", path) }
        defer { fclose(file) }
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        guard ferror(file) == 0 else { throw PageError("read", path) }
        return bytes
    }

    /// Makes a folder that everybody may read, and those above it.
    static func make(_ path: String) throws(PageError) {
        if mkdir(path, 0o755) == 0 {
            chmod(path, 0o755)  // whatever the umask says
            return
        }
        if errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw PageError("mkdir", path)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw PageError("mkdir", path) }
        chmod(path, 0o755)
    }

    /// Puts a file in place of another at once: readers see the old one or the new one, whole, also after a power cut.
    /// - Parameter seconds: its time of modification.
    static func replace(_ path: String, with bytes: [UInt8], modifiedAt seconds: Int) throws(PageError) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        let temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard descriptor >= 0 else { throw PageError("create", path) }
        let isWritten =
            write(bytes, to: descriptor) && fchmod(descriptor, 0o644) == 0 && setTime(seconds, of: descriptor)
            && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            let error = PageError("write", path)
            unlink(temporary)
            throw error
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func setTime(_ seconds: Int, of descriptor: Int32) -> Bool {
        let time = timespec(tv_sec: seconds, tv_nsec: 0)
        return futimens(descriptor, [time, time]) == 0
    }

    /// Puts a symbolic link in place of whatever is there, at once.
    static func replace(_ path: String, withLinkTo target: String) throws(PageError) {
        let temporary = "\(path).\(getpid())"
        unlink(temporary)
        guard symlink(target, temporary) == 0, rename(temporary, path) == 0 else { throw PageError("link", path) }
    }

    /// Whether it is long since a file was touched in any way: its time of modification may be anything.
    static func isOlder(_ path: String, than seconds: Int) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && time(nil) - status.st_ctim.tv_sec > seconds
    }

    /// When a file was modified, in seconds; nil where there is none.
    static func modified(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mtim.tv_sec : nil
    }
}
