import Foundation
import Testing
import Threads

@Suite("Thread")
struct ThreadTests {
    @Test("join returns after the body has run, however often it is called")
    func join() throws {
        let done = Monitor(false)
        let thread = try Threads.Thread.start(name: "work") {
            usleep(20_000)
            done.withLock { $0 = true }
        }
        thread.join()
        thread.join()
        #expect(done.withLock { $0 })
    }

    @Test(
        "the first 15 bytes of the name are the thread's name",
        arguments: [
            ("journal-loader", "journal-loader"), ("a-name-that-is-far-too-long", "a-name-that-is-"),
        ])
    func name(given: String, shown: String) throws {
        let seen = Monitor("")
        let thread = try Threads.Thread.start(name: given) {
            let name = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
            seen.withLock { $0 = name }
        }
        thread.join()
        #expect(seen.withLock { $0 } == shown + "\n")
    }

    @Test("a stack too small to run on is an error, not a crash")
    func smallStack() {
        let error = #expect(throws: ThreadError.self) {
            try Threads.Thread.start(name: "tiny", stackSize: 1) {}
        }
        #expect(error?.code == EINVAL)
    }

    @Test("a signal reaches the thread it is sent to, and cuts its system call short")
    func signal() throws {
        var action = sigaction()
        action.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGUSR2, &action, nil)
        let interrupted = Monitor(false)
        let thread = try Threads.Thread.start(name: "sleeper") {
            // The threads that run tests block signals, and a new thread inherits that.
            var mask = sigset_t()
            sigemptyset(&mask)
            sigaddset(&mask, SIGUSR2)
            pthread_sigmask(SIG_UNBLOCK, &mask, nil)
            let code = poll(nil, 0, 20_000)
            let error = errno
            interrupted.withLock { $0 = code == -1 && error == EINTR }
        }
        // The thread may not have reached its system call at the first attempt.
        let watcher = try Threads.Thread.start(name: "watcher") {
            for _ in 0..<20 {
                usleep(20_000)
                thread.signal(SIGUSR2)
            }
        }
        thread.join()
        watcher.join()
        #expect(interrupted.withLock { $0 })
    }

    @Test("a signal to a finished thread does nothing")
    func lateSignal() throws {
        let thread = try Threads.Thread.start(name: "brief") {}
        thread.join()
        thread.signal(SIGTERM)
    }
}
