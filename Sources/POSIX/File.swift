import Glibc

/// A file as a whole.
public enum File {
    public static func contents(of path: String) throws(SystemError) -> [UInt8] {
        guard let file = fopen(path, "re") else { throw SystemError("open", path) }
        defer { fclose(file) }
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        guard ferror(file) == 0 else { throw SystemError("read", path) }
        return bytes
    }

    /// As a text; nil (and errno) where it cannot be read.
    public static func text(of path: String) -> String? {
        (try? contents(of: path)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Puts a file in place of another at once: readers see the old one or the new one, whole, also after a power cut.
    /// - Parameter seconds: its time of modification.
    public static func replace(_ path: String, with bytes: [UInt8], modifiedAt seconds: Int) throws(SystemError) {
        var template = Array((path + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&template)
        let temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard descriptor >= 0 else { throw SystemError("create", path) }
        let isWritten =
            write(bytes, to: descriptor) && fchmod(descriptor, 0o644) == 0 && setTime(seconds, of: descriptor)
            && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(temporary, path) == 0 else {
            let error = SystemError("write", path)
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
    public static func replace(_ path: String, withLinkTo target: String) throws(SystemError) {
        let temporary = "\(path).\(getpid())"
        unlink(temporary)
        guard symlink(target, temporary) == 0, rename(temporary, path) == 0 else { throw SystemError("link", path) }
    }

    /// Whether it is long since a file was touched in any way: its time of modification may be anything.
    public static func isOlder(_ path: String, than seconds: Int) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && time(nil) - status.st_ctim.tv_sec > seconds
    }

    /// When a file was modified, in seconds; nil where there is none.
    public static func modified(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mtim.tv_sec : nil
    }
}
