import Bootstrap
import Glibc
import Testing

@Suite("Another program") struct ProgramTests {
    @Test("is ended by a pipe that nobody reads, though this process ignores that")
    func pipe() {
        signal(SIGPIPE, SIG_IGN)
        #expect(Program.run(["sh", "-c", "kill -PIPE $$"]) == 128 + SIGPIPE)
    }

    @Test("that is not there has the status that a shell gives it")
    func missing() {
        #expect(Program.run(["mask-no-such-program"]) == 127)
    }

    @Test("works in a folder that is its own, and gone afterwards")
    func scratch() throws {
        let path = try { () throws -> String in
            let folder = try ScratchFolder()
            var status = stat()
            #expect(stat(folder.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
            return folder.path
        }()
        #expect(access(path, F_OK) != 0)
    }
}
