import Glibc

/// Another program of this host, run to its end.
public enum Program {
    /// Runs a program that is looked for in PATH, with this one's environment and its output.
    /// - Parameter isSilent: what it says goes nowhere.
    /// - Returns: its exit status; 128 and the signal where one has ended it, 127 where there is no such program.
    public static func run(_ words: [String], isSilent: Bool = false) -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var process: pid_t = 0
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if isSilent {
            for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
                posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
            }
        }
        guard posix_spawnp(&process, words[0], &actions, nil, &arguments, environ) == 0 else { return 127 }
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1 { guard errno == EINTR else { return 127 } }
        let signal = status & 0x7F  // WTERMSIG
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal  // WEXITSTATUS
    }
}
