import Glibc

/// The descriptor on which a worker accepts connections: passed in by systemd, or opened from a path.
public struct ListeningSocket: Sendable {
    public let descriptor: Int32

    /// Connections that wait in the kernel while every thread is busy. The kernel caps it at `net.core.somaxconn`.
    public static let backlog: Int32 = 4096

    public enum Failure: Error, CustomStringConvertible {
        case notPassed
        case pathTooLong(String)
        case system(call: String, path: String, errno: Int32)

        public var description: String {
            switch self {
            case .notPassed:
                "no socket: start this through its systemd socket unit, or say --listen PATH"
            case .pathTooLong(let path):
                "the socket path \(path) is longer than 107 bytes (unix(7)): choose a shorter one"
            case .system(let call, let path, let code):
                "\(call) \(path): \(String(cString: strerror(code)))"
            }
        }
    }

    /// The first descriptor of the socket activation protocol (sd_listen_fds(3)): 3, if `LISTEN_PID` is this process and
    /// `LISTEN_FDS` is at least 1.
    public static func passedBySystemd() throws(Failure) -> ListeningSocket {
        guard let process = getenv("LISTEN_PID"), let count = getenv("LISTEN_FDS"),
            atoi(process) == getpid(), atoi(count) >= 1
        else { throw .notPassed }
        return ListeningSocket(descriptor: 3)
    }

    /// Opens a Unix socket at a path, in place of whatever socket was left there, for the owner and the group (mode 0660).
    public static func open(path: String) throws(Failure) -> ListeningSocket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .pathTooLong(path) }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }

        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw .system(call: "socket", path: path, errno: errno) }
        unlink(path)
        let mask = umask(0o117)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        umask(mask)
        guard bound == 0, listen(descriptor, backlog) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(call: "bind", path: path, errno: code)
        }
        return ListeningSocket(descriptor: descriptor)
    }
}
