import Glibc

/// A sentence on standard error about an error, in one line: for cron to mail.
public func complain(_ what: String, _ error: any Error) {
    complain(what + ": " + "\(error)".split { $0.isNewline || $0 == " " }.joined(separator: " "))
}

/// A sentence on standard error, whole whatever other threads write.
public func complain(_ sentence: String) {
    let line = Array((sentence + "\n").utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
