import Glibc

/// Another program of this host.
public enum Program {
    /// Runs a program that is looked for in PATH to its end, with this one's environment and its output.
    /// - Parameter isSilent: what it says goes nowhere.
    /// - Returns: its exit status; 128 and the signal where one has ended it, 127 where there is no such program.
    public static func run(_ words: [String], isSilent: Bool = false) -> Int32 {
        let nowhere = isSilent ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1
        defer { if nowhere >= 0 { close(nowhere) } }
        let output = nowhere >= 0 ? nowhere : nil
        return start(words, output: output, errors: output).map(wait) ?? 127
    }

    /// Runs a program to its end, and returns its exit status and what it wrote on both outputs.
    public static func output(_ words: [String]) -> (status: Int32, text: String) {
        guard let ends = makePipe() else { return (127, "") }
        let process = start(words, output: ends[1], errors: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        var (bytes, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = Glibc.read(ends[0], &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            bytes += chunk.prefix(count)
        }
        return (process.map(wait) ?? 127, String(decoding: bytes, as: UTF8.self))
    }

    /// The end that is read and the end that is written, neither of which a program inherits; nil (and errno) where there is none.
    public static func makePipe() -> [Int32]? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return ends
    }

    /// Starts a program that is looked for in PATH, with this one's environment.
    /// - Parameters: descriptors that take the place of this process's own, which the program gets otherwise.
    /// - Returns: nil where there is no such program.
    public static func start(_ words: [String], input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (from, to) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
            if let from { posix_spawn_file_actions_adddup2(&actions, from, to) }
        }
        // What this process ignores a program would ignore, too: a pipe that nobody reads has to end it.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process: pid_t = 0
        return posix_spawnp(&process, words[0], &actions, &attributes, &arguments, environ) == 0 ? process : nil
    }

    /// Its exit status; 128 and the signal where one has ended it.
    public static func wait(_ process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1 { guard errno == EINTR else { return 127 } }
        let signal = status & 0x7F  // WTERMSIG
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal  // WEXITSTATUS
    }
}
