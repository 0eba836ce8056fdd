import CFastCGI
import Glibc
import HTTP

/// One thread's `FCGX_Request`: accepts, reads, answers, again and again. Not Sendable; lives and dies on its thread.
final class FastCGIConnection {
    private let request: UnsafeMutablePointer<FCGX_Request>
    private let socket: ListeningSocket
    private var output: [UInt8] = []

    /// Bodies over this are refused; nginx refuses them before (`client_max_body_size`).
    static let bodyLimit = 1_048_576
    /// Of an image. nginx lets it through to one address only.
    static let imageBodyLimit = 8 * bodyLimit

    /// A new connection of nginx brings its request at once. One that does not is closed.
    private static let silenceMilliseconds: Int32 = 2000

    /// libfcgi gets no listening socket (`FCGX_InitRequest`): it would take a signal that comes just after a connection was
    /// accepted for the end of that connection, and the request on it would be lost. ``accept(arrived:)`` accepts instead.
    /// FCGI_FAIL_ACCEPT_ON_INTR: a signal ends the wait on a kept connection, which is how an idle thread is stopped.
    init(_ socket: ListeningSocket) throws(ServerError) {
        self.socket = socket
        request = .allocate(capacity: 1)
        request.initialize(to: FCGX_Request())
        guard FCGX_InitRequest(request, -1, FCGI_FAIL_ACCEPT_ON_INTR) == 0 else { throw .noMemory }
    }

    deinit {
        FCGX_Free(request, 1)
        request.deallocate()
    }

    /// Waits for the next request, on the kept connection or a new one. 0, or the negated errno.
    /// - Parameter arrived: called once there is a new connection. From then on no signal must be sent to this thread.
    func accept(arrived: () -> Void) -> Int32 {
        if request.pointee.ipcFd >= 0 { return outcome(FCGX_Accept_r(request)) }
        let connection = Glibc.accept(socket.descriptor, nil, nil)
        guard connection >= 0 else { return -errno }
        arrived()
        var awaited = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        var isThere = poll(&awaited, 1, Self.silenceMilliseconds)
        while isThere < 0 && errno == EINTR { isThere = poll(&awaited, 1, Self.silenceMilliseconds) }
        guard isThere > 0 else {
            close(connection)
            return -ECONNABORTED
        }
        request.pointee.ipcFd = connection
        request.pointee.keepConnection = 1  // or FCGX_Accept_r would begin with closing it
        return outcome(FCGX_Accept_r(request))
    }

    /// A connection that has ended makes libfcgi accept the next one on no socket: EBADF.
    private func outcome(_ code: Int32) -> Int32 {
        switch code {
        case 0...: 0
        case -EBADF, -9999: -EINTR
        default: code
        }
    }

    /// Why a request cannot be handed on.
    struct Refusal: Error { let status: Int }

    /// Copies everything out of libfcgi's memory: its strings die with the request.
    func readRequest() -> Result<Request, Refusal> {
        guard let parameters = request.pointee.envp, case (var made, let length?)? = requestHead(parameters) else {
            return .failure(Refusal(status: 400))
        }
        let isImage = made.fields.contentType?.hasPrefix("image/") == true
        if length > (isImage ? Self.imageBodyLimit : Self.bodyLimit) { return .failure(Refusal(status: 413)) }
        guard let body = readBody(length) else { return .failure(Refusal(status: 400)) }
        made.body = body
        return .success(made)
    }

    /// A short body, or one longer than announced, has no effect (`FCGX_GetStr` ends early when the client is gone).
    ///
    /// Also reads the end of a body that is empty: left in the socket, libfcgi would take it for the next request's beginning.
    private func readBody(_ length: Int) -> [UInt8]? {
        var received = 0
        let body = [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                while received < length {
                    let read = FCGX_GetStr(characters.baseAddress.map { $0 + received }, Int32(length - received), request.pointee.in)
                    if read <= 0 { break }
                    received += Int(read)
                }
            }
            count = received
        }
        guard received == length, FCGX_GetError(request.pointee.in) == 0, FCGX_GetChar(request.pointee.in) == EOF
        else { return nil }
        return body
    }

    /// Writes the answer, in one piece unless it is made while it is sent. A field that is not safe turns the answer into
    /// a bare 500.
    /// - Returns: whether the answer is whole.
    func send(_ response: Response, bodyAllowed: Bool) -> Bool {
        guard response.fields.allSatisfy(\.isSafe) else {
            return send(Response(status: 500), bodyAllowed: false)
        }
        output.removeAll(keepingCapacity: true)
        output.append(contentsOf: "Status: ".utf8)
        output.append(contentsOf: response.statusLine.utf8)
        for field in response.fields {
            output.append(contentsOf: "\r\n".utf8)
            output.append(contentsOf: field.name.rawValue.utf8)
            output.append(contentsOf: ": ".utf8)
            output.append(contentsOf: field.value.utf8)
        }
        if response.status != 204 && response.status != 304 && response.stream == nil {
            output.append(contentsOf: "\r\nContent-Length: ".utf8)
            output.append(contentsOf: String(response.body.count).utf8)
        }
        output.append(contentsOf: "\r\n\r\n".utf8)
        if bodyAllowed { output.append(contentsOf: response.body) }
        put(output)
        guard bodyAllowed, let stream = response.stream else { return true }
        do {
            try stream { piece in
                put(piece)
                guard FCGX_GetError(request.pointee.out) == 0 else { throw ClientGone() }
            }
            return true
        } catch {
            return false
        }
    }

    /// There is nobody to send the rest to.
    private struct ClientGone: Error {}

    /// `FCGX_PutStr`; what a client that has gone does not take is dropped.
    private func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes {
            _ = FCGX_PutStr($0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count), request.pointee.out)
        }
    }

    /// Sends what is buffered and the end of the request (`FCGX_Finish_r`); the connection is kept if nginx asked for it.
    func finish() {
        FCGX_Finish_r(request)
    }

    /// As ``finish()``, but ends the connection: what is left of a refused body must not be read as a request.
    func finishAndClose() {
        request.pointee.keepConnection = 0
        FCGX_Finish_r(request)
    }

    /// Breaks the connection off in the middle of an answer. `FCGX_Finish_r` alone would end it as if it were whole.
    func breakOff() {
        shutdown(request.pointee.ipcFd, Int32(SHUT_RDWR))
        finishAndClose()
    }
}
