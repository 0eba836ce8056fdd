import Glibc

extension Program {
    /// Runs a program to its end, gives it bytes to read, and returns its exit status and what it wrote on both outputs. Both are
    /// files that have no name, so neither side waits for the other.
    /// - Parameter seconds: after which it is killed.
    /// - Returns: as ``run(_:isSilent:)``; 137 (SIGKILL) where it took too long.
    public static func feed(_ bytes: [UInt8], to words: [String], seconds: Int) throws(SystemError) -> (status: Int32, text: String) {
        let (input, output) = (try namelessFile(), try namelessFile())
        defer {
            fclose(input)
            fclose(output)
        }
        guard fwrite(bytes, 1, bytes.count, input) == bytes.count, fflush(input) == 0, lseek(fileno(input), 0, SEEK_SET) == 0 else {
            throw SystemError("write", "a temporary file")
        }
        guard let process = start(words, input: fileno(input), output: fileno(output), errors: fileno(output)) else { return (127, "") }
        let status = wait(process, seconds: seconds)
        rewind(output)
        var text = [UInt8](repeating: 0, count: outputLimit)
        text.removeLast(outputLimit - fread(&text, 1, outputLimit, output))
        return (status, String(decoding: text, as: UTF8.self))
    }

    private static let outputLimit = 4096

    private static func namelessFile() throws(SystemError) -> UnsafeMutablePointer<FILE> {
        guard let file = tmpfile() else { throw SystemError("tmpfile", "a temporary file") }
        _ = fcntl(fileno(file), F_SETFD, FD_CLOEXEC)
        return file
    }

    private static func wait(_ process: pid_t, seconds: Int) -> Int32 {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            var status = siginfo_t()
            // Looks without taking: ``wait(_:)`` takes it.
            if waitid(P_PID, id_t(process), &status, WEXITED | WNOHANG | WNOWAIT) != 0 || status.si_signo != 0 { return wait(process) }
            usleep(10_000)
        }
        kill(process, SIGKILL)
        return wait(process)
    }
}
