@testable import Bootstrap
import Glibc
@testable import Operations
import POSIX
import Testing

@Suite("Another program") struct ProgramTests {
    @Test("of what certbot says the line counts that gives the reason")
    func certbot() {
        #expect(Certificates.reason("""
            An unexpected error occurred:
            requests.exceptions.ConnectionError: [Errno -2] Name or service not known.
            Ask for help or search for solutions at https://community.letsencrypt.org. See the logfile /x/letsencrypt.log or re-run Certbot with -v for more details.

            """) == "requests.exceptions.ConnectionError: [Errno -2] Name or service not known")
        #expect(Certificates.reason("") == "it says nothing")
    }

    @Test("a sender of a version that does not know SIGHUP is stopped by SIGTERM")
    func reload() {
        #expect(Pools.knowsReload("Name:\tmask-webhooks\nSigBlk:\t0000000000004003\nSigIgn:\t0"))
        #expect(!Pools.knowsReload("Name:\tmask-webhooks\nSigBlk:\t0000000000004002\n"))
        #expect(!Pools.knowsReload(""))
    }

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
