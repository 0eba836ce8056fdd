import Glibc

/// Another program of this host, run to its end.
public enum Program {
    /// Runs a program that is looked for in PATH, with this one's environment and its output.
    /// - Returns: its exit status; 128 and the signal where one has ended it, 127 where there is no such program.
    public static func run(_ words: [String]) -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process: pid_t = 0
        guard posix_spawnp(&process, words[0], nil, nil, &arguments, environ) == 0 else { return 127 }
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1 { guard errno == EINTR else { return 127 } }
        let signal = status & 0x7F  // WTERMSIG
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal  // WEXITSTATUS
    }
}
