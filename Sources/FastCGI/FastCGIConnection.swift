import CLinux
import Glibc
import HTTP

/// One thread's connection: accepts, reads, answers, again and again. Lives and dies on its thread, in the hands of one function
/// at a time.
struct FastCGIConnection: ~Copyable {
    private let listener: ListeningSocket
    private var reader = RecordReader(Peer(descriptor: -1))
    private var writer = RecordWriter()
    private var descriptor: Int32 = -1
    /// What was sent did not arrive.
    private var isBroken = false

    /// Bodies over this are refused; nginx refuses them before (`client_max_body_size`).
    static let bodyLimit = 1_048_576
    /// Of an image. nginx lets it through to one address only.
    static let imageBodyLimit = 8 * bodyLimit

    /// A body up to this is read whoever sends it.
    static let freeBodyLimit = 65_536

    /// Of the parameters of one request. nginx's own limits (`large_client_header_buffers 4 8k`) allow half of it.
    static let parameterBytesLimit = 65_536

    init(_ listener: ListeningSocket) {
        self.listener = listener
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    // MARK: Reading

    enum Arrival {
        /// There is a request to be read.
        case request
        /// A request that is not one: there is a peer to be told so.
        case refused
        /// Nothing has come: the connection has ended, or a signal has ended the wait.
        case nothing
        /// accept(2) failed with this errno.
        case failed(Int32)
    }

    /// Waits for the next request, on the kept connection or a new one, and reads it up to its body.
    mutating func accept() -> Arrival {
        if descriptor < 0 {
            let accepted = mask_accept(listener.descriptor)
            guard accepted >= 0 else { return .failed(errno) }
            descriptor = accepted
            reader.restart(Peer(descriptor: accepted))
        }
        do throws(RecordFailure) {
            try reader.readHead(limit: Self.parameterBytesLimit)
            return .request
        } catch .interrupted {
            return .nothing
        } catch .tooLong {
            return .refused
        } catch {
            disconnect()
            return .nothing
        }
    }

    /// Whether a request has begun to come on a kept connection.
    var hasArrived: Bool { descriptor >= 0 && (reader.hasBytes || reader.source.isReadable(within: 0)) }

    /// Why a request cannot be handed on.
    struct Refusal: Error { let status: Int }

    /// A body that is short, or longer than announced, has no effect.
    /// - Parameter mayRead: asked before a long body takes memory. Where it says no, the request comes without its body.
    mutating func readRequest(mayRead: Server.BodyPolicy) throws(Refusal) -> Request {
        guard case (var made, let length?)? = reader.parameters.withUnsafeBytes({ requestHead(ParameterReader($0)) }) else {
            throw Refusal(status: 400)
        }
        let isImage = made.fields.contentType?.hasPrefix("image/") == true
        if length > (isImage ? Self.imageBodyLimit : Self.bodyLimit) { throw Refusal(status: 413) }
        if length > Self.freeBodyLimit, !mayRead(made) {
            // Read all the same: nginx looks at the answer when it has sent everything.
            guard (try? reader.skipBody(length)) == true else { throw Refusal(status: 400) }
            made.isBodyUnread = true
            return made
        }
        guard let body = try? reader.readBody(length) else { throw Refusal(status: 400) }
        made.body = body
        return made
    }

    // MARK: Answering

    /// Writes the answer, in one piece unless it is made while it is sent. A field that is not safe turns the answer into
    /// a bare 500.
    /// - Returns: whether the answer is whole.
    mutating func send(_ response: Response, bodyAllowed: Bool) -> Bool {
        guard response.fields.allSatisfy(\.isSafe) else {
            return send(Response(status: 500), bodyAllowed: false)
        }
        writer.put(of: reader.request) { response.appendHead(to: &$0) }
        if bodyAllowed { writer.put(response.body[...], of: reader.request) }
        guard bodyAllowed, let stream = response.stream else { return true }
        do {
            try stream { piece in
                writer.put(piece[...], of: reader.request)
                flush()
                guard !isBroken else { throw Response.ClientGone() }
            }
            return true
        } catch {
            return false  // whoever made the stream has noted why
        }
    }

    /// Sends what is collected, all of it or as much as the peer takes.
    private mutating func flush() {
        if !isBroken { isBroken = !reader.source.send(writer.bytes) }
        writer.removeAll()
    }

    /// Sends the end of the request.
    /// - Parameter keeping: the connection is kept if nginx asked for it.
    mutating func finish(keeping: Bool = true) {
        writer.end(reader.request)
        flush()
        if isBroken || !keeping || !reader.keepsConnection { leave() }
    }

    /// Breaks the connection off in the middle of an answer: without the end of the request it is not whole.
    mutating func breakOff() {
        flush()
        disconnect()
    }

    /// Ends the connection after the peer has its answer: closed with bytes unread, it would answer the peer's next write with
    /// an error, and nginx would not look at the answer.
    private mutating func leave() {
        shutdown(descriptor, Int32(SHUT_WR))
        reader.source.drain()
        disconnect()
    }

    private mutating func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        (descriptor, isBroken) = (-1, false)
        writer.removeAll()
    }
}

extension Response {
    /// Appends status and fields as CGI has them (RFC 3875, section 6.2).
    fileprivate func appendHead(to output: inout [UInt8]) {
        output += "Status: ".utf8
        output += statusLine.utf8
        for field in fields {
            output += "\r\n".utf8
            output += field.name.rawValue.utf8
            output += ": ".utf8
            output += field.value.utf8
        }
        if status != 204 && status != 304 && stream == nil {
            output += "\r\nContent-Length: ".utf8
            output += String(body.count).utf8
        }
        output += "\r\n\r\n".utf8
    }
}
