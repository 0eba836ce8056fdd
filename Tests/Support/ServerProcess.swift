import Foundation

/// A server in a temporary folder of its own, that a test may pause, resume and end.
///
/// A guardian shell starts it and waits for the end of its own input: so the server is ended and its folder removed when
/// this object goes or this process does, however it does.
public final class ServerProcess: @unchecked Sendable {  // nothing changes after init
    public let processID: pid_t
    private let guardian = Process()
    private let lifeline = Pipe()

    private static let guardianScript = """
        trap '' INT TERM HUP
        folder=$1; shift
        "$@" </dev/null >"$folder/log" 2>&1 &
        echo $!; exec >&-
        read -r _
        kill -9 $!; wait; rm -rf "$folder"
        """

    public init(_ program: String, _ arguments: [String], folder: URL) throws {
        let output = Pipe()
        // bash, which unblocks SIGCHLD: a test's thread may have it blocked, and then dash never returns from `wait`.
        guardian.executableURL = URL(filePath: "/bin/bash")
        guardian.arguments = ["-c", Self.guardianScript, "sh", folder.path, program] + arguments
        guardian.standardInput = lifeline
        guardian.standardOutput = output
        guardian.standardError = FileHandle.nullDevice  // a pipe that stays open would keep whoever reads it waiting
        try guardian.run()
        let line = output.fileHandleForReading.availableData
        guard let number = pid_t(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw TestFailure("\(program) did not start")
        }
        processID = number
    }

    deinit { end() }

    /// Ends the server as a crash would, and waits until it is gone.
    public func end() {
        try? lifeline.fileHandleForWriting.close()
        guardian.waitUntilExit()
    }

    /// Freezes the server: the kernel still takes connections for it, and nothing answers.
    public func pause() {
        kill(processID, SIGSTOP)
        // kill(2) returns before threads on other processors have stopped: one of them could still answer.
        let deadline = Date(timeIntervalSinceNow: 5)
        while !isStopped && Date() < deadline { usleep(1000) }
    }

    /// Whether all threads are: `T` in stat (proc(5)), behind the name in parentheses.
    private var isStopped: Bool {
        let tasks = "/proc/\(processID)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return threads.allSatisfy { thread in
            guard let stat = try? String(contentsOfFile: "\(tasks)/\(thread)/stat", encoding: .utf8) else { return true }
            return stat.split(separator: ") ").last?.first == "T"
        }
    }

    public func resume() { kill(processID, SIGCONT) }

    /// Asks `isReady` until it says so, for at most 30 seconds.
    public func wait(_ what: String, until isReady: () -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: 30)
        while !isReady() {
            guard Date() < deadline else { throw TestFailure("\(what) does not answer") }
            usleep(20_000)
        }
    }
}

/// Something that a test needs is not there.
public struct TestFailure: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
