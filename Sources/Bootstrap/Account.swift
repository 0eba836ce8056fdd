import Glibc
import POSIX

/// The users of the system that a packaged MASK works as. MariaDB knows its accounts by the same names (unix_socket).
public enum Account: String, Sendable {
    /// The workers, and what cron does for them.
    case mask
    /// Changes the schema.
    case administrator = "mask-admin"

    /// Who types the command, for the audit log: whoever called sudo, else the user of this process. Nil for MASK's own users,
    /// which cron works as.
    public static let person: String? = {
        let caller = getenv("SUDO_USER").map { String(cString: $0) } ?? getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) }
        return caller.flatMap(person(named:))
    }()

    /// A name as the log can have it: ASCII, and not too long.
    static func person(named name: String) -> String? {
        guard Account(rawValue: name) == nil, name != "mask-webhooks" else { return nil }
        let kept = name.unicodeScalars.map { $0.isASCII && $0.value > 0x20 && $0.value != 0x7F ? Character($0) : "?" }
        return kept.isEmpty ? nil : String(kept.prefix(32))
    }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Makes a file or a folder this user's alone.
    public func own(_ path: String, mode: mode_t = 0o600) throws(SystemError) {
        try HostFile.own(path, user: rawValue, group: rawValue, mode: mode)
    }

    /// Makes root, for the rest of this process, this user: what it writes belongs to whom it should, and it may do no more
    /// than is needed. Only with the configuration of the Debian package; elsewhere, and for others than root, nothing happens.
    public func assume() throws(Failure) {
        _ = Self.person  // who it was before
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
