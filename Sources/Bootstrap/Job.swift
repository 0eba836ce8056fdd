import Glibc
import Model
import POSIX

/// What cron does on each host with `maskctl`. A job never runs twice at once on a host, and tells when it last came to a
/// good end: both by a file in the folder MASK_JOBS, which outlives a restart.
public enum Job: String, CaseIterable, Sendable {
    case journalLoad = "journal_load"
    case pageSync = "page_sync"
    case maintain
    case domainCertificate = "domain_certificate"
    case domainCheck = "domain_check"
    case mailSend = "mail_send"

    /// Does the work unless another process of this host is at it.
    /// - Returns: false where one is: that it works is as good.
    @discardableResult
    public func run(in folder: String, _ body: () throws -> Void) throws -> Bool {
        let path = file(in: folder)
        if mkdir(folder, 0o2770) == 0 { chmod(folder, 0o2770) }
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o660)
        guard descriptor >= 0 else { throw JobError("open", path) }
        defer { close(descriptor) }
        fchmod(descriptor, 0o660)  // the users that jobs run as are in one group
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            guard errno == EWOULDBLOCK else { throw JobError("flock", path) }
            return false
        }
        try body()
        // In place, and always as long: a full disk has room for it.
        let line = Array((Timestamp.now().rfc3339 + "\n").utf8)
        guard pwrite(descriptor, line, line.count, 0) == line.count else { throw JobError("write", path) }
        return true
    }

    /// Nil where it never did.
    public func lastSuccess(in folder: String) -> Timestamp? {
        guard let line = File.text(of: file(in: folder))?.split(separator: "\n").first else { return nil }
        return Timestamp(rfc3339: String(line))
    }

    /// Without a good end for so long something is wrong.
    public var patienceSeconds: Int {
        switch self {
        case .journalLoad, .pageSync, .mailSend: 600
        case .maintain: 3 * 3600
        case .domainCertificate, .domainCheck: 49 * 3600
        }
    }

    /// As the sysadmin types it.
    public var command: String {
        switch self {
        case .journalLoad: "maskctl journal load"
        case .pageSync: "maskctl page sync"
        case .maintain: "maskctl maintain"
        case .domainCertificate: "maskctl domain certificate --all"
        case .domainCheck: "maskctl domain check"
        case .mailSend: "maskctl mail send"
        }
    }

    private func file(in folder: String) -> String { "\(folder)/\(rawValue)" }
}

/// A system call on a job's file that failed.
struct JobError: Error, CustomStringConvertible {
    let description: String

    init(_ call: String, _ path: String) {
        description = "\(call) \(path): \(String(cString: strerror(errno))) (MASK_JOBS)"
    }
}
