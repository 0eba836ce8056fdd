import Foundation
import Model
import Support
import Testing

@testable import Bootstrap

/// What cron runs on a host.
@Suite("A job of cron")
struct JobTests {
    private let folder: String
    private let parent: TemporaryFolder

    init() throws {
        parent = try TemporaryFolder("jobs")
        folder = parent.path + "/jobs"
    }

    @Test("it is noted when it has come to a good end, and only then")
    func noted() throws {
        struct Failure: Error {}
        let job = Job.maintain
        #expect(job.lastSuccess(in: folder) == nil)
        #expect(throws: Failure.self) { try job.run(in: folder) { throw Failure() } }
        #expect(job.lastSuccess(in: folder) == nil)
        let before = Timestamp.now()
        #expect(try job.run(in: folder) {})
        let noted = try #require(job.lastSuccess(in: folder))
        #expect(noted.milliseconds >= before.milliseconds - 1000 && noted <= .now())
        #expect(throws: Failure.self) { try job.run(in: folder) { throw Failure() } }
        #expect(job.lastSuccess(in: folder) == noted)
        #expect(Job.pageSync.lastSuccess(in: folder) == nil)
    }

    @Test("while it runs a second run ends well at once and does nothing; another job does not wait")
    func once() throws {
        var ran: [String] = []
        let first = try Job.pageSync.run(in: folder) {
            let second = try Job.pageSync.run(in: folder) { ran.append("second") }
            let other = try Job.maintain.run(in: folder) { ran.append("other") }
            #expect(!second && other)
            ran.append("first")
        }
        #expect(first)
        // A process that another test starts right now has the descriptor, and so the lock, until it is another program.
        for _ in 0..<500 {
            if try Job.pageSync.run(in: folder, { ran.append("third") }) { break }
            usleep(10_000)
        }
        #expect(ran == ["other", "first", "third"])
    }

    @Test("a run that was killed holds up nobody")
    func killed() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
            try Job.journalLoad.run(in: folder) { kill(getpid(), SIGKILL) }
        }
        #expect(Job.journalLoad.lastSuccess(in: folder) == nil)
        #expect(try Job.journalLoad.run(in: folder) {})
    }

    @Test("users of one group can share the notes, whatever the umask of whoever was first")
    func shared() throws {
        let mask = umask(0o077)
        defer { umask(mask) }
        try Job.maintain.run(in: folder) {}
        #expect(try FileManager.default.attributesOfItem(atPath: folder)[.posixPermissions] as? Int == 0o2770)
        #expect(try FileManager.default.attributesOfItem(atPath: folder + "/maintain")[.posixPermissions] as? Int == 0o660)
    }

    @Test("a folder that cannot be written is told of with its variable")
    func refused() throws {
        try Data().write(to: URL(fileURLWithPath: folder))
        let error = #expect(throws: JobError.self) { try Job.maintain.run(in: folder) {} }
        #expect(error?.description == "open \(folder)/maintain: Not a directory (MASK_JOBS)")
    }
}
