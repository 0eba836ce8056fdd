import CCurl
import Threads

/// Many POSTs at a time on one thread: libcurl's multi interface (`CURLM`).
///
/// ```swift
/// let multi = try Multi(isAllowed: policy.isAllowed)
/// try multi.start(Post(url: "https://example.com/hook", fields: [("Content-Type", "application/json")], body: body), tag: 7)
/// while multi.count > 0 {
///     for (tag, exchange) in multi.wait(milliseconds: 1000) { print(tag, exchange.result) }
/// }
/// ```
///
/// Not Sendable: it lives on one thread. What other threads have is its ``waker``. Connections are kept for the next post
/// to the same host; one that was allowed stays so. There are no redirects, proxies, cookies or credentials, and
/// certificates are always verified.
///
/// Writing to a connection that the receiver has closed raises SIGPIPE. The application has to ignore that signal.
public final class Multi {
    /// Ends ``wait(milliseconds:)`` early, from any thread.
    public let waker: Waker

    private let handle: UnsafeMutableRawPointer
    private let rules: Transfer.Rules
    private var running: [UnsafeMutableRawPointer: Transfer] = [:]
    private var idle: [Transfer] = []
    private var ended: [(tag: Int, exchange: Exchange)] = []

    /// Connections kept open; the one that was idle longest goes first. `CURLMOPT_MAXCONNECTS`.
    private static let connectionLimit = 100

    /// - Parameters:
    ///   - isAllowed: whether a connection may be opened to an address such as `203.0.113.7` or `2001:db8::1`, and a port. Asked
    ///     for each one, right before connect(2), on this thread.
    ///   - caFile: the certificates of the authorities to believe, in PEM, instead of the system's.
    ///   - limits: what one exchange may cost.
    /// - Throws: ``CurlError/failed(function:reason:)`` when there is no memory or no descriptor.
    public init(
        isAllowed: @escaping (_ address: String, _ port: Int) -> Bool, verifyingWith caFile: String? = nil,
        limits: Limits = Limits()
    ) throws(CurlError) {
        try CurlError.check(Self.isGlobalStateReady, in: "curl_global_init")
        guard let handle = curl_multi_init() else { throw .failed(function: "curl_multi_init", reason: "no handle") }
        self.handle = handle
        waker = Waker(handle)
        rules = Transfer.Rules(isAllowed: isAllowed, caFile: caFile, limits: limits)
        try CurlError.check(
            mask_curl_multi_set_long(handle, CURLMOPT_MAXCONNECTS, Self.connectionLimit), in: "curl_multi_setopt")
    }

    /// "1 - curl_multi_remove_handle before any easy handles are cleaned up. 2 - curl_easy_cleanup can now
    /// be called independently since the easy handle is no longer connected to the multi handle. 3 - curl_multi_cleanup
    /// should be called when all easy handles are removed." https://curl.se/libcurl/c/curl_multi_cleanup.html
    deinit {
        waker.forget()
        for transfer in running.values { curl_multi_remove_handle(handle, transfer.handle) }
        running = [:]
        idle = []
        curl_multi_cleanup(handle)
    }

    /// How many posts have been started, and not yet been returned by ``wait(milliseconds:)``.
    public var count: Int { running.count + ended.count }

    /// Takes a post on; it is sent while ``wait(milliseconds:)`` runs. Its end comes back under `tag`, which need not be
    /// unique. Of what concerns the receiver nothing is thrown here, an invalid URL neither.
    ///
    /// `curl_easy_setopt`, `curl_multi_add_handle`.
    ///
    /// - Throws: ``CurlError/field(name:)``, or ``CurlError/failed(function:reason:)`` when there is no memory.
    public func start(_ post: Post, tag: Int) throws(CurlError) {
        guard post.hasWholeURL else { return ended.append((tag, Exchange(result: .failed(.invalidURL)))) }
        let transfer = if let reused = idle.popLast() { reused } else { try Transfer(rules) }
        try transfer.prepare(post, tag: tag)
        try CurlError.check(curl_multi_add_handle(handle, transfer.handle), in: "curl_multi_add_handle")
        running[transfer.handle] = transfer
    }

    /// Sends and receives until at least one post has ended, the ``waker`` is called or the time is up, and returns those
    /// that have ended.
    ///
    /// `curl_multi_perform`, `curl_multi_info_read`, `curl_multi_poll`.
    public func wait(milliseconds: Int) -> [(tag: Int, exchange: Exchange)] {
        let deadline = Deadline.after(milliseconds: milliseconds)
        while true {
            advance()
            if !ended.isEmpty || waker.takeCall() || deadline.hasPassed { break }
            // "This function polls all file descriptors used by the curl easy handles contained in the given multi handle
            // set. ... The curl_multi_wakeup function can be used from another thread to wake up this function."
            // https://curl.se/libcurl/c/curl_multi_poll.html
            let code = curl_multi_poll(handle, nil, 0, Int32(clamping: deadline.remainingMilliseconds), nil)
            if code != CURLM_OK { giveUp() }
        }
        defer { ended = [] }
        return ended
    }

    /// Does what can be done without blocking.
    private func advance() {
        // "curl_multi_perform returns as soon as the reads/writes are done." Its code tells of the stack as a whole; how
        // single transfers ended is in the messages. https://curl.se/libcurl/c/curl_multi_perform.html
        var left: Int32 = 0
        guard curl_multi_perform(handle, &left) == CURLM_OK else { return giveUp() }
        // "The data the returned pointer points to will not survive calling curl_multi_cleanup, curl_multi_remove_handle or
        // curl_easy_cleanup." https://curl.se/libcurl/c/curl_multi_info_read.html
        while let message = curl_multi_info_read(handle, &left)?.pointee {
            guard message.msg == CURLMSG_DONE, let easy = message.easy_handle else { continue }
            finish(easy, message.data.result)
        }
    }

    private func finish(_ easy: UnsafeMutableRawPointer, _ code: CURLcode) {
        guard let transfer = running.removeValue(forKey: easy) else { return }
        ended.append((transfer.tag, transfer.exchange(code)))
        curl_multi_remove_handle(handle, easy)
        idle.append(transfer)
    }

    /// No memory, or a bug of libcurl: whatever is running ends here, so that nobody waits for it in vain.
    private func giveUp() {
        for easy in Array(running.keys) { finish(easy, CURLE_OUT_OF_MEMORY) }
    }

    /// "This function must be called at least once within a program ... before the program calls any other function in
    /// libcurl." A static value is made once, whichever thread asks first. https://curl.se/libcurl/c/curl_global_init.html
    static let isGlobalStateReady = curl_global_init(Int(CURL_GLOBAL_ALL))
}
