import CLinux
import Glibc

/// SVG from outside, drawn to pixels by librsvg's `rsvg-convert`.
///
/// What is in an SVG decides how much work it is to draw, so it is drawn by a process of its own, which the kernel ends at a bound
/// of time and memory, and which has no file, no network address and no other document at hand: librsvg loads nothing for a
/// document that comes on standard input, and it runs no script.
public enum SVG {
    /// Seconds of processor time. An honest logo takes a hundredth of this.
    private static let seconds = 2
    private static let memoryBytes = 512 * 1024 * 1024

    /// Draws a document so that its longer side has `side` pixels.
    public static func decoded(_ file: [UInt8], side: Int, limits: ImageLimits) throws(ImageError) -> Bitmap {
        try limits.check(file)
        guard isSVG(file) else { throw .unknownFormat }
        let input = try MemoryFile(file)
        let output = try MemoryFile([])
        let status = try run([
            "prlimit", "--cpu=\(seconds)", "--as=\(memoryBytes)", "--core=0", "--",
            "rsvg-convert", "--width", String(side), "--height", String(side), "--keep-aspect-ratio", "--format", "png",
        ], input, output)
        if status & 0x7F != 0 { throw .tooCostly }  // WTERMSIG: ended by a signal, which is the limit's
        switch status >> 8 & 0xFF {  // WEXITSTATUS
        case 0: break
        case 127: throw .failed("rsvg-convert and prlimit have to be installed")
        default: throw .unreadable("it is no SVG that librsvg can draw")
        }
        return try PNG.decoded(output.contents(), ImageLimits(bytes: .max, side: side))
    }

    /// UTF-8 text with the element somewhere: other encodings, and gzip, are refused unread.
    private static func isSVG(_ file: [UInt8]) -> Bool {
        guard let text = String(validating: file, as: UTF8.self) else { return false }
        return text.contains("<svg") || text.contains(":svg")
    }

    /// Runs a program to its end; the answer is `waitpid`'s status. It gets two descriptors and nothing else of this process.
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
        var status: Int32 = 0
        while waitpid(process, &status, 0) == -1 {
            guard errno == EINTR else { throw .failed("waitpid") }
        }
        return status
    }

    /// C strings, and NULL after the last; to be freed.
    private static func pointers(to words: [String]) -> [UnsafeMutablePointer<CChar>?] { words.map { strdup($0) } + [nil] }
}

/// A file without a name: unlike a pipe it holds all, so that neither side waits for the other.
private struct MemoryFile: ~Copyable {
    let descriptor: Int32

    init(_ bytes: [UInt8]) throws(ImageError) {
        descriptor = memfd_create("svg", mask_memfd_close_on_exec)
        guard descriptor != -1 else { throw .failed("memfd_create") }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw .failed("write to a memory file") }
            rest = rest.dropFirst(count)
        }
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit { close(descriptor) }

    func contents() throws(ImageError) -> [UInt8] {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw .failed("fstat of a memory file") }
        let size = Int(information.st_size)
        var bytes = [UInt8](repeating: 0, count: size)
        guard pread(descriptor, &bytes, size, 0) == size else { throw .failed("pread of a memory file") }
        return bytes
    }
}
