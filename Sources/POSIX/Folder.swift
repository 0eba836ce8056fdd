import Glibc

/// What is in a folder.
public enum Folder {
    /// The names that end in a suffix, sorted; `.` and `..` are none.
    public static func names(_ path: String, suffix: String = "") throws(SystemError) -> [String] {
        guard let stream = opendir(path) else { throw SystemError("opendir", path) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(suffix), name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The same without the suffix; names that begin with a dot are hidden, and none.
    public static func stems(_ path: String, suffix: String = "") throws(SystemError) -> [String] {
        try names(path, suffix: suffix).filter { $0.first != "." }.map { String($0.dropLast(suffix.count)) }
    }

    /// Makes a folder that everybody may read, and those above it.
    public static func make(_ path: String) throws(SystemError) {
        if mkdir(path, 0o755) == 0 {
            chmod(path, 0o755)  // whatever the umask says
            return
        }
        if errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw SystemError("mkdir", path)
        }
        try make(String(path[..<slash]))
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw SystemError("mkdir", path) }
        chmod(path, 0o755)
    }
}
