import CCurl
import Threads

/// Ends the waiting of a ``Multi`` from any thread. It may outlive the Multi, and then does nothing.
public struct Waker: Sendable {
    private struct State {
        /// Where the multi handle is; 0 once it is gone. A number, because only this lock makes it safe to go there.
        var address: UInt
        var isCalled = false
    }

    private let state: Monitor<State>

    init(_ multi: UnsafeMutableRawPointer) {
        state = Monitor(State(address: UInt(bitPattern: multi)))
    }

    /// Makes the present call of ``Multi/wait(milliseconds:)`` return, or else the next one.
    ///
    /// > "This function can be called from any thread and it wakes up a sleeping curl_multi_poll call that is currently (or
    /// > will be) waiting for activity or a timeout." https://curl.se/libcurl/c/curl_multi_wakeup.html
    ///
    /// It writes to a socket that never blocks. The lock keeps the handle alive meanwhile.
    public func wake() {
        state.withLock { state in
            state.isCalled = true
            if let multi = UnsafeMutableRawPointer(bitPattern: state.address) { curl_multi_wakeup(multi) }
        }
    }

    /// Whether it was called since the last time this was asked.
    func takeCall() -> Bool {
        state.withLock { state in
            defer { state.isCalled = false }
            return state.isCalled
        }
    }

    /// To be called before the handle goes.
    func forget() {
        state.withLock { $0.address = 0 }
    }
}
