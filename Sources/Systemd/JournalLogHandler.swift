import CSystemd
import Glibc
import Logging

/// Writes log lines to systemd's journal with their fields (sd_journal_send(3)): `request_id` becomes `MASK_REQUEST_ID`, so
/// `journalctl MASK_REQUEST_ID=req_…` finds what the answer and nginx's log have under the same id.
public struct JournalLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var logLevel = Logger.Level.info
    private let identifier: String

    public init(identifier: String) {
        self.identifier = identifier
    }

    /// Whether standard error is the journal's: systemd.exec(5), `JOURNAL_STREAM`, has its device and inode.
    public static var isAvailable: Bool {
        guard let stream = getenv("JOURNAL_STREAM") else { return false }
        var status = stat()
        return fstat(STDERR_FILENO, &status) == 0 && String(cString: stream) == "\(status.st_dev):\(status.st_ino)"
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        let metadata = metadata.merging(event.metadata ?? [:]) { $1 }
        // What cannot be logged is lost: there is nobody left to tell.
        _ = Self.send(Self.fields(event.level, "\(event.message)", metadata, identifier: identifier))
    }

    /// `NAME=value` as the journal takes them: names in upper-case letters, digits and underscores (systemd.journal-fields(7)).
    static func fields(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, identifier: String) -> [String] {
        ["MESSAGE=\(message)", "PRIORITY=\(priority(level))", "SYSLOG_IDENTIFIER=\(identifier)"]
            + metadata.sorted { $0.key < $1.key }.map { "MASK_\(fieldName($0.key))=\($0.value)" }
    }

    private static func fieldName(_ key: String) -> String {
        String(key.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }).uppercased()
    }

    /// syslog(3).
    private static func priority(_ level: Logger.Level) -> Int32 {
        switch level {
        case .trace, .debug: LOG_DEBUG
        case .info: LOG_INFO
        case .notice: LOG_NOTICE
        case .warning: LOG_WARNING
        case .error: LOG_ERR
        case .critical: LOG_CRIT
        }
    }

    private static func send(_ fields: [String]) -> Int32 {
        var bytes = fields.flatMap { Array($0.utf8) }
        return bytes.withUnsafeMutableBytes { buffer in
            var start = 0
            let pieces = fields.map { field in
                defer { start += field.utf8.count }
                return iovec(iov_base: buffer.baseAddress.map { $0 + start }, iov_len: field.utf8.count)
            }
            return sd_journal_sendv(pieces, Int32(pieces.count))
        }
    }
}
