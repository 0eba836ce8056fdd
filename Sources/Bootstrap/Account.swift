import Glibc

/// The users of the system that a packaged MASK works as. MariaDB knows its accounts by the same names (unix_socket).
public enum Account: String, Sendable {
    /// The workers, and what cron does for them.
    case mask
    /// Changes the schema.
    case administrator = "mask-admin"

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Makes root, for the rest of this process, this user: what it writes belongs to whom it should, and it may do no more
    /// than is needed. Only with the configuration of the Debian package; elsewhere, and for others than root, nothing happens.
    public func assume() throws(Failure) {
        guard geteuid() == 0, Environment.file == Environment.packagedFile else { return }
        guard let entry = getpwnam(rawValue) else {
            throw Failure(description: "There is no user \(rawValue). Run: systemd-sysusers")
        }
        let (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
        guard initgroups(rawValue, group) == 0, setgid(group) == 0, setuid(user) == 0 else {
            throw Failure(description: "cannot become \(rawValue): \(String(cString: strerror(errno)))")
        }
    }
}
