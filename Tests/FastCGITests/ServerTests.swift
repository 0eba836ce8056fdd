import Text
import Glibc
import HTTP
import POSIX
import Logging
import Support
import Synchronization
import Testing
import Threads

@testable import FastCGI

/// A real server on a Unix socket, and a client that may be as bad as it likes. One server for all tests.
@Suite("The FastCGI server")
struct ServerTests {
    private static let shared: Result<Stage, any Error> = Result {
        atexit { try? ServerTests.shared.get().folder.remove() }
        return try Stage()
    }
    private let stage: Stage

    init() throws { stage = try Self.shared.get() }

    @Test("a long body that may not be read is left out, a short one is read all the same, and the connection goes on")
    func unreadBodies() throws {
        let (client, long) = (try connect(), String(repeating: "x", count: 100_000))
        for (query, body, size) in [("unread", long, 0), ("read", long, 100_000), ("unread", "short", 5), ("unread", long, 0)] {
            #expect(try exchange(on: client, "POST", "/size?" + query, body: body).body == String(size))
        }
        let id = uniqueID()
        #expect(try exchange("POST", "/size?unread", id: id, length: "100001", body: long).status.hasPrefix("400"))
        #expect(!isHandled(id))
    }

    private func connect() throws -> Client { try Client(path: stage.path) }

    /// Sends one request and returns its answer.
    private func exchange(
        on client: Client? = nil, _ method: String = "GET", _ target: String, id: String = uniqueID(), length: String? = nil,
        body: String = "", more: [(String, String)] = []
    ) throws -> Client.Answer {
        let client = try client ?? connect()
        client.begin()
        client.sendParameters(usual(method, target, id) + [("CONTENT_LENGTH", length ?? String(body.utf8.count))] + more)
        if !body.isEmpty { client.send(.standardInput, Array(body.utf8)) }
        client.send(.standardInput)
        guard let answer = client.receive() else { throw ClientFailure.noAnswer }
        return answer
    }

    private func usual(_ method: String, _ target: String, _ id: String) -> [(String, String)] {
        [("REQUEST_METHOD", method), ("REQUEST_URI", target), ("REQUEST_ID", id), ("REQUEST_MSEC", "1795000000.123"),
         ("REMOTE_ADDR", "192.0.2.1"), ("MASK_HOST", "go.example"), ("HTTPS", "on")]
    }

    // MARK: Answers

    @Test("answers what the handler says")
    func answer() throws {
        let answer = try exchange("POST", "/echo?a=b", body: "été 🦊\0\r\n")
        #expect(answer.status == "200 OK")
        #expect(answer.head.contains("Content-Length: 13") && answer.head.contains("Content-Type: text/plain"))
        #expect(answer.body == "été 🦊\0\r\n")
    }

    @Test("answers requests one after another on a kept connection")
    func kept() throws {
        let client = try connect()
        for number in 0..<100 {
            #expect(try exchange(on: client, "POST", "/echo", body: "\(number)").body == "\(number)")
        }
    }

    @Test("closes a connection that is not to be kept")
    func notKept() throws {
        let client = try connect()
        client.begin(keeping: false)
        client.sendParameters(usual("GET", "/echo", uniqueID()))
        client.send(.standardInput)
        #expect(client.receive()?.status == "200 OK")
        #expect(client.isClosed)
    }

    @Test("gives every client its own answer, many at a time")
    func parallel() throws {
        let answers = try inParallel(16) { [self] number in
            let client = try connect()
            return try (0..<50).map { try exchange(on: client, "POST", "/echo", body: "\(number)-\($0)").body == "\(number)-\($0)" }
        }
        #expect(answers.joined().filter { !$0 }.isEmpty)
    }

    @Test("takes bodies up to the limit, to the byte", arguments: [1, 65_535, 65_536, 1_048_576])
    func size(_ count: Int) throws {
        let answer = try exchange("POST", "/size", body: String(repeating: "x", count: count))
        #expect(answer.body == "\(count)")
    }

    @Test("sends no body in answer to HEAD, but its length")
    func head() throws {
        let answer = try exchange("HEAD", "/hello")
        #expect(answer.status == "200 OK" && answer.head.contains("Content-Length: 5") && answer.body.isEmpty)
    }

    @Test("sends neither body nor length with 204")
    func noContent() throws {
        let answer = try exchange("DELETE", "/nothing")
        #expect(answer.status == "204 No Content" && answer.body.isEmpty)
        #expect(!answer.head.contains { $0.hasPrefix("Content-Length") })
    }

    @Test("a header with a control byte becomes a bare 500, and nothing of it gets out", arguments: [
        "%0D%0ASet-Cookie:x", "%0A", "%0D", "%00", "%7F", "%1F", "%09",
    ])
    func controlByte(_ encoded: String) throws {
        let answer = try exchange("GET", "/header?" + encoded)
        #expect(answer.status == "500 Internal Server Error")
        #expect(!answer.text.contains("Set-Cookie") && !answer.text.contains("example.com") && answer.body.isEmpty)
    }

    @Test("a header of any other bytes arrives to the byte")
    func header() throws {
        #expect(try exchange("GET", "/header?%C3%A9%20~").head.contains("Location: https://example.com/é ~"))
    }

    // MARK: Answers that are made while they are sent

    @Test("a streamed answer arrives whole, without a length, and the connection is kept")
    func stream() throws {
        let client = try connect()
        let whole = (0..<200).map { String(repeating: "\($0 % 10)", count: $0 * 37) }.joined()
        for _ in 0..<3 {
            let answer = try exchange(on: client, "GET", "/stream")
            #expect(answer.status == "200 OK" && answer.body == whole)
            #expect(!answer.head.contains { $0.hasPrefix("Content-Length") })
        }
        #expect(try exchange(on: client, "GET", "/hello").body == "hello")
    }

    @Test("the body of a streamed answer is not even made for HEAD")
    func streamHead() throws {
        let client = try connect()
        for path in ["/stream", "/broken-stream?10"] {
            let answer = try exchange(on: client, "HEAD", path)
            #expect(answer.status == "200 OK" && answer.body.isEmpty && !answer.head.contains { $0.hasPrefix("Content-Length") })
        }
    }

    @Test("an answer that fails midway breaks the connection off without the end of the request", arguments: [0, 10, 1_000_000])
    func brokenStream(_ sent: Int) throws {
        let client = try connect()
        client.begin()
        client.sendParameters(usual("GET", "/broken-stream?\(sent)", uniqueID()) + [("CONTENT_LENGTH", "0")])
        client.send(.standardInput)
        #expect(client.receive() == nil)
        #expect(client.isClosed)
        #expect(try exchange("GET", "/hello").body == "hello", "the thread serves on")
    }

    @Test("nothing more is made for a client that has gone away")
    func streamToNobody() throws {
        for _ in 0..<3 {
            let client = try connect()
            client.begin()
            client.sendParameters(usual("GET", "/endless-stream", uniqueID()) + [("CONTENT_LENGTH", "0")])
            client.send(.standardInput)
        }
        for _ in 0..<500 where endedStreams.load(ordering: .relaxed) < 3 { usleep(10_000) }
        #expect(endedStreams.load(ordering: .relaxed) == 3)
        #expect(try exchange("GET", "/hello").body == "hello")
    }

    // MARK: Refusals, of which the handler never hears

    private func isHandled(_ id: String) -> Bool { stage.handled.withLock { $0.contains(id) } }

    @Test("a body that is not as long as announced is refused", arguments: [
        ("10", "short"), ("10", ""), ("4", "too long"), ("0", "x"), ("", "x"), ("-1", "x"), ("x", "x"), ("1e1", "0123456789"), ("0x5", "12345"),
    ])
    func wrongLength(_ length: String, _ body: String) throws {
        let id = uniqueID()
        #expect(try exchange("POST", "/echo", id: id, length: length, body: body).status == "400 Bad Request")
        #expect(!isHandled(id))
    }

    @Test("a body over the limit is refused", arguments: ["1048577", "99999999999999"])
    func tooLarge(_ length: String) throws {
        let id = uniqueID()
        #expect(try exchange("POST", "/echo", id: id, length: length).status.hasPrefix("413"))
        #expect(!isHandled(id))
    }

    @Test("a request without an id or a path is refused", arguments: [("REQUEST_ID", ""), ("REQUEST_URI", ""), ("REQUEST_URI", "*")])
    func incomplete(_ name: String, _ value: String) throws {
        let client = try connect()
        client.begin()
        let id = uniqueID()
        client.sendParameters(usual("GET", "/echo", id).map { $0.0 == name ? (name, value) : $0 })
        client.send(.standardInput)
        #expect(client.receive()?.status == "400 Bad Request")
        #expect(!isHandled(id) && !isHandled(""))
    }

    @Test("too many parameters, or too long ones, are refused")
    func tooMany() throws {
        #expect(try exchange("GET", "/echo", more: (0..<100).map { ("X_\($0)", "1") }).status == "400 Bad Request")
        #expect(try exchange("GET", "/echo", more: [("HTTP_COOKIE", String(repeating: "x", count: 70_000))]).status == "400 Bad Request")
    }

    @Test("a client that goes away in the middle of its body has no effect")
    func gone() throws {
        let id = uniqueID()
        do {
            let client = try connect()
            client.begin()
            client.sendParameters(usual("POST", "/echo", id) + [("CONTENT_LENGTH", "100")])
            client.send(.standardInput, Array("half".utf8))
        }
        usleep(200_000)
        #expect(!isHandled(id))
        #expect(try exchange("GET", "/hello").body == "hello")
    }

    @Test("bytes that are no FastCGI do no harm", arguments: [
        Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8), [UInt8](repeating: 255, count: 1000), [1, 1, 0, 1, 255, 255, 0, 0], [0],
    ])
    func garbage(_ bytes: [UInt8]) throws {
        for _ in 0..<3 { try connect().write(bytes) }
        #expect(try exchange("GET", "/hello").body == "hello")
    }

    /// A record of any kind and request, as large as it is.
    private func record(_ kind: UInt8, _ content: [UInt8], request: UInt8 = 1) -> [UInt8] {
        [1, kind, 0, request, UInt8(content.count >> 8), UInt8(content.count & 255), 0, 0] + content
    }

    @Test("pairs whose lengths overflow 32 bits end a connection, not the server", arguments: [
        [0xC0, 0, 0, 0, 0xBF, 255, 255, 255], [0xFF, 255, 255, 254, 0], [0xFF, 255, 255, 255, 0xFF, 255, 255, 255], [255],
    ])
    func overflow(_ pair: [UInt8]) throws {
        let begin = record(1, [0, 1, 1, 0, 0, 0, 0, 0])
        // As parameters; and as FCGI_GET_VALUES, before a request and within one.
        for bytes in [begin + record(4, pair) + record(4, []), record(9, pair, request: 0), begin + record(9, pair, request: 0)] {
            let client = try connect()
            client.write(bytes + record(5, []))
            client.finishSending()
            _ = client.receive()
            #expect(client.isClosed)
        }
        #expect(try exchange("GET", "/hello").body == "hello")
    }

    @Test("records that are no request of a web server's end their connection", arguments: [
        (9, [], 0), (1, [0, 2, 1, 0, 0, 0, 0, 0], 1), (1, [0, 1, 1, 0, 0, 0, 0, 0], 0), (1, [0, 1], 1), (4, [], 1), (5, [], 1), (2, [], 1), (77, [1], 1),
    ] as [(UInt8, [UInt8], UInt8)])
    func unexpected(_ kind: UInt8, _ content: [UInt8], _ request: UInt8) throws {
        let client = try connect()
        client.write(record(kind, content, request: request))
        #expect(client.isClosed)
    }

    @Test("random records, whole and broken, leave the server as it was")
    func random() throws {
        var seed: UInt64 = 2_468_013_579
        func next(_ limit: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % limit
        }
        func randomBytes(_ limit: Int) -> [UInt8] { (0..<next(limit)).map { _ in UInt8(next(256)) } }
        for _ in 0..<400 {
            var bytes: [UInt8] = next(3) > 0 ? record(1, [0, 1, UInt8(next(2)), 0, 0, 0, 0, 0]) : []
            for _ in 0..<next(6) {
                bytes += record([1, 2, 4, 4, 4, 5, 9, 200][next(8)], randomBytes(40), request: UInt8(next(2)))
            }
            if next(4) == 0 { bytes += randomBytes(12) }
            let client = try connect()
            client.write(bytes)
            client.finishSending()
        }
        #expect(try exchange("GET", "/hello").body == "hello")
    }

    @Test("a request that comes byte by byte, with padding, is a request")
    func slow() throws {
        let client = try connect()
        let parameters = usual("GET", "/hello", uniqueID()).reduce([]) { $0 + parameterBytes(Array($1.0.utf8), Array($1.1.utf8)) }
        var padded = record(4, parameters) + [1, 2, 3, 4, 5]
        padded[6] = 5
        for byte in record(1, [0, 1, 1, 0, 0, 0, 0, 0]) + padded + record(4, []) + record(5, []) { client.write([byte]) }
        #expect(client.receive()?.body == "hello")
        #expect(try exchange(on: client, "GET", "/hello").body == "hello", "the connection is kept")
    }

    @Test("a request without a body, or with an unsafe answer, does not spoil the next on its connection")
    func afterEmptyBody() throws {
        let client = try connect()
        for _ in 0..<3 {
            #expect(try exchange(on: client, "GET", "/hello").body == "hello")
            #expect(try exchange(on: client, "GET", "/header?%0D").status == "500 Internal Server Error")
            #expect(try exchange(on: client, "POST", "/echo", body: "next").body == "next")
        }
    }

    @Test("the connection of a refused request is closed after the answer: what is left of its body is no request", arguments: [
        "2", "x", "2000000",
    ])
    func afterRefusal(_ length: String) throws {
        let client = try connect()
        #expect(try exchange(on: client, "POST", "/echo", length: length, body: "hidden").status.hasPrefix("4"))
        #expect(client.isClosed)
    }

    // MARK: Stopping and starting

    @Test("a server told to stop finishes what it has begun and says so")
    func drain() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let stage = try Stage()
            let client = try Client(path: stage.path)
            _ = try Client(path: stage.path)  // idle: must not be waited for
            client.begin()
            client.sendParameters([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/slow"), ("REQUEST_ID", "slow")])
            client.send(.standardInput)
            while !stage.handled.withLock({ $0.contains("slow") }) { usleep(1000) }
            stage.stop()
            let isAnswered = client.receive()?.body == "hello"
            stage.join()
            stage.folder.remove()
            exit(isAnswered && stage.isDrained.load(ordering: .acquiring) ? 7 : 1)
        }
    }

    @Test("a worker without descriptors says so once a minute, however many threads meet it")
    func noDescriptors() async {
        await #expect(processExitsWith: .exitCode(7)) {
            let folder = try TemporaryFolder("fcgi")
            let lines = Lines()
            let server = Server(
                socket: try ListeningSocket.open(path: folder.path + "/s"), threads: 64, logger: Logger(label: "test") { _ in lines }
            ) { _ in Response(status: 204) }
            // Each thread takes one before it waits (accept(2)): there are not enough for all.
            var limit = rlimit(rlim_cur: 40, rlim_max: 4096)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            _ = try Thread.start(name: "server") { _ = try? server.run() }
            // Those that wait already have theirs, so somebody has to come.
            _ = try? (0..<40).map { _ in try Client(path: folder.path + "/s") }
            for _ in 0..<500 where lines.count.load(ordering: .relaxed) == 0 { usleep(10_000) }
            usleep(500_000)
            let count = lines.count.load(ordering: .relaxed)
            folder.remove()
            exit(count == 1 ? 7 : Int32(min(count, 2)))
        }
    }

    @Test("a connection is not inherited by the programs that a worker starts")
    func notInherited() async {
        await #expect(processExitsWith: .exitCode(7)) {
            func inherited() -> Int {
                (Int32(0)..<256).count { descriptor in
                    let flags = fcntl(descriptor, F_GETFD)
                    return flags >= 0 && flags & FD_CLOEXEC == 0
                }
            }
            let folder = try TemporaryFolder("fcgi")
            var connection = FastCGIConnection(try ListeningSocket.open(path: folder.path + "/s"))
            let client = try Client(path: folder.path + "/s")
            client.begin()
            client.sendParameters([("REQUEST_METHOD", "GET"), ("REQUEST_URI", "/"), ("REQUEST_ID", "x")])
            client.send(.standardInput)
            let before = inherited()
            guard case .request = connection.accept() else { exit(1) }
            folder.remove()
            exit(inherited() == before ? 7 : 2)
        }
    }

    @Test("a path that is too long for a socket is refused with a sentence")
    func longPath() {
        #expect(throws: ListeningSocket.Failure.self) { try ListeningSocket.open(path: "/tmp/" + String(repeating: "x", count: 110)) }
    }

    @Test("a path that another process left a socket at is taken over, for owner and group")
    func takenPath() throws {
        let folder = try TemporaryFolder("socket")
        for _ in 0..<2 {
            let socket = try ListeningSocket.open(path: folder.path + "/s")
            var status = stat()
            #expect(lstat(folder.path + "/s", &status) == 0 && status.st_mode & 0o777 == 0o660)
            _ = try Client(path: folder.path + "/s")
            close(socket.descriptor)
        }
    }
}

/// Counts what is logged.
private struct Lines: LogHandler {
    final class Count: Sendable {
        let value = Atomic(0)
        func load(ordering: AtomicLoadOrdering) -> Int { value.load(ordering: .relaxed) }
    }

    let count = Count()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { count.value.add(1, ordering: .relaxed) }
}

/// A server and the thread that runs it.
private final class Stage: Sendable {
    let path: String
    /// The ids of the requests that the handler was called with.
    let handled: Monitor<Set<String>>
    let isDrained = Atomic(false)
    let folder: TemporaryFolder
    private let thread: Mutex<Thread?> = Mutex(nil)

    init() throws {
        folder = try TemporaryFolder("fcgi")
        path = folder.path + "/s"
        handled = Monitor([])
        let server = Server(
            socket: try ListeningSocket.open(path: path), threads: 64, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            mayRead: { $0.query != "unread" },
            handler: { [handled] request in
                handled.withLock { _ = $0.insert(request.id) }
                return answer(request)
            })
        let running = try Thread.start(name: "server") { [self] in
            unblockSignals()
            StopSignals.block()
            isDrained.store((try? server.run()) == true, ordering: .releasing)
        }
        thread.withLock { $0 = running }
    }

    /// SIGTERM for the one thread that waits for it: the tests' own process goes on.
    func stop() { thread.withLock { $0?.signal(SIGTERM) } }

    func join() { thread.withLock { $0 }?.join() }
}

/// Tests run on threads that block every signal; a program's main thread does not.
private func unblockSignals() {
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
}

/// Answers without an end that have ended nevertheless.
private let endedStreams = Atomic(0)

private func answer(_ request: Request) -> Response {
    let text = Response.Field(.contentType, "text/plain")
    switch request.path {
    case "/echo": return Response(status: 200, fields: [text], body: request.body)
    case "/size": return Response(status: 200, fields: [text], body: Array(String(request.body.count).utf8))
    case "/nothing": return Response(status: 204)
    case "/header":
        let decoded = PercentEncoding.decode(request.query) ?? ""
        return Response(status: 302, fields: [.init(.location, "https://example.com/" + decoded)])
    case "/stream":
        var response = Response(status: 200, fields: [text])
        response.stream = { send in
            for piece in 0..<200 { try send(Array(String(repeating: "\(piece % 10)", count: piece * 37).utf8)) }
        }
        return response
    case "/endless-stream":
        var response = Response(status: 200, fields: [text])
        response.stream = { send in
            defer { endedStreams.add(1, ordering: .relaxed) }
            while true { try send([UInt8](repeating: 0x78, count: 100_000)) }
        }
        return response
    case "/broken-stream":
        var response = Response(status: 200, fields: [text])
        response.stream = { send in
            try send(Array(String(repeating: "x", count: Int(request.query) ?? 0).utf8))
            throw CancellationError()
        }
        return response
    case "/slow":
        usleep(300_000)
        fallthrough
    default: return Response(status: 200, fields: [text], body: Array("hello".utf8))
    }
}

private let requests = Atomic(0)

private func uniqueID() -> String { "test-\(requests.add(1, ordering: .relaxed).newValue)" }
