import CLinux
import Glibc

/// `rsvg-convert` as a child of this process, within bounds that the kernel keeps.
enum SVGChild {
    /// Seconds of processor time. An honest logo takes a hundredth of this.
    private static let seconds = 2
    /// Seconds by the clock, for a machine that has much else to do.
    private static let patience = 10
    /// What librsvg's libraries take is a hundred of these.
    private static let memoryBytes = 160 * 1024 * 1024
    private static let outputBytes = 4 * 1024 * 1024

    static func drawn(_ file: [UInt8], _ side: Int) throws(ImageError) -> [UInt8] {
        let input = try MemoryFile(file)
        let output = try MemoryFile([])
        let status = try run([
            "prlimit", "--cpu=\(seconds)", "--as=\(memoryBytes)", "--fsize=\(outputBytes)", "--nofile=64", "--core=0", "--",
            "rsvg-convert", "--width", String(side), "--height", String(side), "--keep-aspect-ratio", "--format", "png",
        ], input, output)
        if status & 0x7F != 0 { throw .tooCostly }  // WTERMSIG: ended by a signal, which is the limit's
        switch status >> 8 & 0xFF {  // WEXITSTATUS
        case 0: return try output.contents()
        case 127: throw .failed("rsvg-convert and prlimit have to be installed")
        default: throw .unreadable("it is no SVG that librsvg can draw")
        }
    }

    /// Runs a program to its end; the answer is `waitpid`'s status. It gets two descriptors and nothing else of this one.
    private static func run(
        _ words: [String], _ input: borrowing MemoryFile, _ output: borrowing MemoryFile
    ) throws(ImageError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0)
        posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads of a worker block the signals that end it; a program that inherited that could not be ended.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var arguments = pointers(to: words)
        var environment = pointers(to: ["PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent"])
        defer { (arguments + environment).forEach { free($0) } }
        var process: pid_t = 0
        guard posix_spawn(&process, "/usr/bin/prlimit", &actions, &attributes, &arguments, &environment) == 0 else {
            throw .failed("posix_spawn of /usr/bin/prlimit")
        }
        return try wait(for: process)
    }

    /// Ends the process where it has not ended by itself in time: --cpu says nothing of one that sleeps.
    private static func wait(for process: pid_t) throws(ImageError) -> Int32 {
        var status: Int32 = 0
        for _ in 0..<(patience * 1000 / pause) {
            switch waitpid(process, &status, WNOHANG) {
            case process: return status
            case 0: usleep(UInt32(pause * 1000))
            default: guard errno == EINTR else { throw .failed("waitpid") }
            }
        }
        kill(process, SIGKILL)
        while waitpid(process, &status, 0) == -1 { guard errno == EINTR else { throw .failed("waitpid") } }
        return status
    }

    /// Milliseconds between two looks.
    private static let pause = 5

    /// C strings, and NULL after the last; to be freed.
    private static func pointers(to words: [String]) -> [UnsafeMutablePointer<CChar>?] { words.map { strdup($0) } + [nil] }
}
