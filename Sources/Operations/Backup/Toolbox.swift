import Bootstrap
import Glibc
import POSIX

/// Programs that a backup is made and restored with. What they complain of goes into a file, so that a failure can be told in
/// one sentence.
struct Toolbox {
    /// A file that whatever the programs say is appended to.
    let log: String

    /// Runs one program to its end.
    func run(_ words: [String], input: Int32? = nil, output: Int32? = nil) throws(BackupError) {
        let errors = try openLog()
        defer { close(errors) }
        guard let process = Program.start(words, input: input, output: output ?? errors, errors: errors) else { throw .missing(words[0]) }
        try check(words[0], Program.wait(process))
    }

    /// Runs two programs of which the second reads what the first one writes.
    func run(_ first: [String], into second: [String], input: Int32? = nil, output: Int32? = nil) throws(BackupError) {
        let errors = try openLog()
        defer { close(errors) }
        guard let ends = Program.makePipe() else { throw BackupError("pipe: \(String(cString: strerror(errno)))") }
        let writer = Program.start(first, input: input, output: ends[1], errors: errors)
        let reader = Program.start(second, input: ends[0], output: output ?? errors, errors: errors)
        ends.forEach { close($0) }
        let outcomes = [writer, reader].map { $0.map(Program.wait) ?? 127 }
        guard writer != nil else { throw .missing(first[0]) }
        guard reader != nil else { throw .missing(second[0]) }
        // The reader first: one that has given up ends the writer with SIGPIPE.
        try check(second[0], outcomes[1])
        try check(first[0], outcomes[0])
    }

    private func openLog() throws(BackupError) -> Int32 {
        let descriptor = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw BackupError("open", log) }
        return descriptor
    }

    private func check(_ program: String, _ status: Int32) throws(BackupError) {
        guard status != 0 else { return }
        let lines = (File.text(of: log) ?? "").split(whereSeparator: \.isNewline).suffix(100)
        let word = lines.last { $0.contains("rror") || $0.contains("FATAL") } ?? lines.last ?? "it says nothing"
        throw BackupError("\(program) failed (\(status)): \(word)")
    }
}

/// Why there is no backup, or why it was not restored, in a sentence.
public struct BackupError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    init(_ call: String, _ path: String) {
        description = "\(path): \(call): \(String(cString: strerror(errno)))"
    }

    static func missing(_ program: String) -> BackupError {
        let package = ["mariadb-backup": "mariadb-backup", "mariadb-dump": "mariadb-client", "mariadb": "mariadb-client"][program]
        return BackupError("\(program) is missing\(package.map { "; install it with: apt-get install \($0)" } ?? "")")
    }
}
