import CLinux
import Glibc
import HTTP

/// One thread's connection: accepts, reads, answers, again and again. Not Sendable; lives and dies on its thread.
final class FastCGIConnection {
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

    /// A new connection of nginx brings its request at once. One that does not is closed.
    private static let silenceMilliseconds: Int32 = 2000

    init(_ listener: ListeningSocket) {
        self.listener = listener
    }

    deinit { disconnect() }

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
    func accept() -> Arrival {
        if descriptor < 0 {
            let accepted = mask_accept(listener.descriptor)
            guard accepted >= 0 else { return .failed(errno) }
            descriptor = accepted
            reader = RecordReader(Peer(descriptor: accepted))
            guard reader.source.isReadable(within: Self.silenceMilliseconds) else {
                disconnect()
                return .nothing
            }
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
    func readRequest(mayRead: Server.BodyPolicy) -> Result<Request, Refusal> {
        guard case (var made, let length?)? = reader.parameters.withUnsafeBytes({ requestHead(ParameterReader($0)) }) else {
            return .failure(Refusal(status: 400))
        }
        let isImage = made.fields.contentType?.hasPrefix("image/") == true
        if length > (isImage ? Self.imageBodyLimit : Self.bodyLimit) { return .failure(Refusal(status: 413)) }
        if length > Self.freeBodyLimit, !mayRead(made) {
            // Read all the same: nginx looks at the answer when it has sent everything.
            guard (try? reader.skipBody(length)) == true else { return .failure(Refusal(status: 400)) }
            made.isBodyUnread = true
            return .success(made)
        }
        guard let body = try? reader.readBody(length) else { return .failure(Refusal(status: 400)) }
        made.body = body
        return .success(made)
    }

    // MARK: Answering

    /// Writes the answer, in one piece unless it is made while it is sent. A field that is not safe turns the answer into
    /// a bare 500.
    /// - Returns: whether the answer is whole.
    func send(_ response: Response, bodyAllowed: Bool) -> Bool {
        guard response.fields.allSatisfy(\.isSafe) else {
            return send(Response(status: 500), bodyAllowed: false)
        }
        var output: [UInt8] = []
        output.reserveCapacity(512)
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
        writer.put(output[...], of: reader.request)
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
    private func flush() {
        if !isBroken { isBroken = !reader.source.send(writer.bytes) }
        writer.removeAll()
    }

    /// Sends the end of the request.
    /// - Parameter keeping: the connection is kept if nginx asked for it.
    func finish(keeping: Bool = true) {
        writer.end(reader.request)
        flush()
        if isBroken || !keeping || !reader.keepsConnection { leave() }
    }

    /// Breaks the connection off in the middle of an answer: without the end of the request it is not whole.
    func breakOff() {
        flush()
        disconnect()
    }

    /// Ends the connection after the peer has its answer: closed with bytes unread, it would answer the peer's next write with
    /// an error, and nginx would not look at the answer.
    private func leave() {
        shutdown(descriptor, Int32(SHUT_WR))
        reader.source.drain()
        disconnect()
    }

    private func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        (descriptor, isBroken) = (-1, false)
        writer.removeAll()
    }
}
