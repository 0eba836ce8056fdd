import Glibc

/// Files of this host that a sysadmin's command looks after.
public enum HostFile {
    public static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

    public static func read(_ path: String) throws(SystemError) -> String {
        guard let text = File.text(of: path) else { throw SystemError("read", path) }
        return text
    }

    /// Puts a file in the place of whatever is there: at any moment the old or the new one is there, whole.
    /// - Parameters: user and group whose it is; nil for the process's own.
    public static func write(
        _ text: String, to path: String, mode: mode_t, user: String? = nil, group: String? = nil
    ) throws(SystemError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError("open", temporary) }
        defer {
            close(descriptor)
            unlink(temporary)  // nothing is there any more where all went well
        }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fchmod(descriptor, mode) == 0, fsync(descriptor) == 0
        else { throw SystemError("write", temporary) }
        if let group { try own(descriptor, temporary, user: user, group: group, mode: mode) }
        guard rename(temporary, path) == 0 else { throw SystemError("rename", path) }
    }

    /// A symbolic link is refused: it may lead to a file of somebody else's.
    /// - Parameter user: nil leaves the owner as it is.
    public static func own(_ path: String, user: String?, group: String, mode: mode_t) throws(SystemError) {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        defer { close(descriptor) }
        try own(descriptor, path, user: user, group: group, mode: mode)
    }

    private static func own(_ descriptor: Int32, _ path: String, user: String?, group: String, mode: mode_t) throws(SystemError) {
        errno = ENOENT
        guard let groupEntry = getgrnam(group) else { throw SystemError("group \(group)", path) }
        let groupNumber = groupEntry.pointee.gr_gid
        var userNumber = uid_t.max  // chown(2): unchanged
        if let user {
            guard let entry = getpwnam(user) else { throw SystemError("user \(user)", path) }
            userNumber = entry.pointee.pw_uid
        }
        guard fchown(descriptor, userNumber, groupNumber) == 0, fchmod(descriptor, mode) == 0 else { throw SystemError("chown", path) }
    }

    public static func makeFolder(_ path: String, mode: mode_t) throws(SystemError) {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("mkdir", path) }
    }

    public static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink", path) }
    }

    public static func link(_ path: String, to target: String) throws(SystemError) {
        guard symlink(target, path) == 0 else { throw SystemError("symlink", path) }
    }

    /// Where a symbolic link leads; nil for all else.
    public static func target(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, Int(PATH_MAX))
        return count > 0 ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
    }
}
