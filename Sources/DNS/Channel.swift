import CAres
import Glibc
import Threads

/// One round of questions. Owns the `ares_channel`, and does not outlive its answers.
struct Channel: ~Copyable {
    private let channel: ares_channel

    init(servers: String?, timeoutMilliseconds: Int) throws(DNSFailure) {
        var options = ares_options()
        // Twice at each server: a packet may get lost.
        options.timeout = Int32(timeoutMilliseconds * 2 / 5)
        options.tries = 2
        var made: ares_channel?
        let status = ares_init_options(&made, &options, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES)
        guard status == mask_ares_success, let made else { throw .local("ares_init_options") }
        if let servers, ares_set_servers_ports_csv(made, servers) != mask_ares_success {
            ares_destroy(made)
            throw .local("ares_set_servers_ports_csv")
        }
        channel = made
    }

    deinit { ares_destroy(channel) }

    /// What a callback writes to, for as long as the channel may call it.
    private final class Answer {
        var result: Result<[Record], DNSFailure>?
    }

    func ask(_ questions: [Question], timeoutMilliseconds: Int) -> [Result<[Record], DNSFailure>] {
        let answers = questions.map { _ in Answer() }
        for (question, answer) in zip(questions, answers) {
            ares_query(
                channel, question.name, 1, Int32(question.type.rawValue),
                { context, status, _, bytes, count in
                    guard let context else { return }
                    let answer = Unmanaged<Answer>.fromOpaque(context).takeUnretainedValue()
                    answer.result = Channel.result(status, UnsafeBufferPointer(start: bytes, count: Int(count)))
                }, Unmanaged.passUnretained(answer).toOpaque())
        }
        let end = Deadline.after(milliseconds: timeoutMilliseconds)
        while answers.contains(where: { $0.result == nil }), !end.hasPassed, wait(until: end) {}
        // > "ares_cancel terminates all lookups": each callback is invoked with ARES_ECANCELLED.
        // > https://c-ares.org/docs/ares_cancel.html
        ares_cancel(channel)
        return withExtendedLifetime(answers) { answers.map { $0.result ?? .failure(.timeout) } }
    }

    private static func result(_ status: Int32, _ message: UnsafeBufferPointer<UInt8>) -> Result<[Record], DNSFailure> {
        switch status {
        case mask_ares_success: Result { () throws(DNSFailure) in try Message(message).records() }
        case mask_ares_nodata, mask_ares_notfound: .success([])
        default: .failure(DNSFailure(status: status))
        }
    }

    /// Waits for the sockets once, and lets c-ares work.
    /// - Returns: false where there is nothing to wait for.
    private func wait(until end: Deadline) -> Bool {
        var sockets = [ares_socket_t](repeating: 0, count: Self.socketLimit)
        let bits = ares_getsock(channel, &sockets, Int32(Self.socketLimit))
        // ARES_GETSOCK_READABLE and ARES_GETSOCK_WRITABLE: a bit for each socket, and one sixteen above it.
        var polled = sockets.enumerated().compactMap { index, socket -> pollfd? in
            let events = (bits >> index & 1 == 1 ? POLLIN : 0) | (bits >> (index + 16) & 1 == 1 ? POLLOUT : 0)
            return events == 0 ? nil : pollfd(fd: socket, events: Int16(events), revents: 0)
        }
        guard !polled.isEmpty else { return false }
        // Short, for c-ares has timeouts of its own that are looked at only when it is let work.
        _ = poll(&polled, nfds_t(polled.count), Int32(min(50, end.remainingMilliseconds)))
        for socket in polled {
            let isReadable = Int32(socket.revents) & (POLLIN | POLLERR | POLLHUP) != 0
            let isWritable = Int32(socket.revents) & POLLOUT != 0
            ares_process_fd(channel, isReadable ? socket.fd : -1, isWritable ? socket.fd : -1)
        }
        return true
    }

    /// ARES_GETSOCK_MAXNUM
    private static let socketLimit = 16
}
