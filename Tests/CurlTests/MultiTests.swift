import Curl
import Glibc
import Support
import Testing
import Threads

@Suite("Multi")
struct MultiTests {
    @Test("a post arrives as it was written, and nothing is added that says who we are but the user agent")
    func request() throws {
        let receiver = try Receiver.answering("HTTP/1.1 204 No Content\r\n\r\n")
        let exchange = try Multi.free().post(
            receiver.url + "?a=%20b", fields: [("Content-Type", "application/json"), ("webhook-id", "evt_1"), ("X-Empty", "")],
            body: Array(#"{"größe":1}"#.utf8))
        #expect(exchange.result == .answered(status: 204))
        #expect(
            receiver.requests == [
                """
                POST /hook?a=%20b HTTP/1.1\r
                Host: 127.0.0.1:\(receiver.port)\r
                Accept: */*\r
                User-Agent: MASK-Webhooks\r
                Content-Type: application/json\r
                webhook-id: evt_1\r
                X-Empty:\r
                Content-Length: 13\r
                \r
                {"größe":1}
                """
            ])
    }

    @Test("a body of no bytes, of NULs or of 2 MB arrives whole", arguments: [0, 3, 2_000_000])
    func bodies(length: Int) throws {
        let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let exchange = try Multi.free().post(receiver.url, body: [UInt8](repeating: 0, count: length))
        #expect(exchange.result == .answered(status: 200))
        let request = try #require(receiver.requests.first)
        #expect(request.hasSuffix("Content-Length: \(length)\r\n\r\n" + String(repeating: "\0", count: length)))
        #expect(!request.contains("Expect") && !request.contains("Content-Type"))
    }

    @Test("an exchange tells the status, the address, the version, the time and the body")
    func exchange() throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            usleep(50_000)
            visitor.send("HTTP/1.0 410 Gone\r\nServer: x\r\n\r\nno such hook")
        }
        let exchange = try Multi.free().post(receiver.url)
        #expect(exchange.result == .answered(status: 410))
        #expect(exchange.address == "127.0.0.1")
        #expect(exchange.httpVersion == "1.0")
        #expect(exchange.milliseconds >= 50 && exchange.milliseconds < 5_000)
        #expect(exchange.body == Array("no such hook".utf8))
        #expect(exchange.retryAfter == nil)
    }

    @Test(
        "Retry-After is handed on as it was sent",
        arguments: [
            ("Retry-After: 120", "120"), ("retry-after:999999999999 \t", "999999999999"), ("RETRY-AFTER:  -5", "-5"),
            ("Retry-After: Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"), ("Retry-After: soon: ish", "soon: ish"),
            ("Retry-After: 1\r\nRetry-After: 2", "1"), ("Retry-After:", ""), ("X-Retry-After: 1", nil),
            // Of what a receiver writes at length nothing is compared with anything.
            ("Retry-After: Sun, 06 \(String(repeating: "\u{316}\u{301}", count: 100)) 1994 08:49:37 GMT", nil),
            ("Retry-Afte\(String(repeating: "\u{316}\u{301}", count: 3000)): 1", nil),
        ])
    func retryAfter(field: String, value: String?) throws {
        let receiver = try Receiver.answering("HTTP/1.1 429 Slow\r\n\(field)\r\nContent-Length: 0\r\n\r\n")
        let exchange = try Multi.free().post(receiver.url)
        #expect(exchange.result == .answered(status: 429))
        #expect(exchange.retryAfter == value)
    }

    @Test("Retry-After of an interim answer or of the trailers is not the answer's")
    func foreignRetryAfter() throws {
        let receiver = try Receiver.answering(
            "HTTP/1.1 103 Early Hints\r\nRetry-After: 1\r\n\r\nHTTP/1.1 503 Later\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nok\r\n0\r\nRetry-After: 2\r\n\r\n")
        let exchange = try Multi.free().post(receiver.url)
        #expect(exchange.result == .answered(status: 503))
        #expect(exchange.retryAfter == nil)
        #expect(exchange.body == Array("ok".utf8))
    }

    @Test("64 posts go at the same time, and each end comes back under its tag")
    func parallel() throws {
        let receiver = try Receiver { visitor in
            guard let request = visitor.read() else { return }
            usleep(300_000)
            visitor.send("HTTP/1.1 200 OK\r\n\r\n" + request.suffix(3))
        }
        let multi = try Multi.free()
        for tag in 100..<164 { try multi.start(Post(url: receiver.url, fields: [], body: Array("\(tag)".utf8)), tag: tag) }
        #expect(multi.count == 64)
        let elapsed = try ContinuousClock().measure {
            let ended = try multi.all()
            #expect(ended.map(\.tag).sorted() == Array(100..<164))
            for (tag, exchange) in ended {
                #expect(exchange.result == .answered(status: 200))
                #expect(exchange.body == Array("\(tag)".utf8))
            }
        }
        #expect(elapsed < .seconds(8), "one after another they would take 19 s")
        #expect(multi.count == 0)
        #expect(receiver.connections == 64)
    }

    @Test("a slow receiver holds up no other")
    func slowNeighbour() throws {
        let slow = try Receiver { $0.waitForEnd() }
        let quick = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let multi = try Multi.free(whole: 3_000)
        for _ in 0..<20 { try multi.start(Post(url: slow.url, fields: [], body: []), tag: 1) }
        try multi.start(Post(url: quick.url, fields: [], body: []), tag: 2)
        let first = try #require(multi.wait(milliseconds: 30_000).first)
        #expect(first.tag == 2 && first.exchange.milliseconds < 2_500)
        #expect(try multi.all().allSatisfy { $0.exchange.result == .failed(.timeout) })
    }

    @Test("a connection is kept for the next post")
    func reuse() throws {
        let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        let multi = try Multi.free()
        for number in 0..<5 {
            let exchange = try multi.post(receiver.url, fields: number == 2 ? [("X-Once", "1")] : [])
            #expect(exchange.result == .answered(status: 200))
            #expect(exchange.address == "127.0.0.1")
            #expect(exchange.body == Array("ok".utf8))
        }
        #expect(receiver.connections == 1)
        #expect(receiver.requests.count == 5)
        #expect(receiver.requests.map { $0.contains("X-Once") } == [false, false, true, false, false])
    }

    @Test("a kept connection that the receiver has closed meanwhile fails no post")
    func staleConnection() throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        let multi = try Multi.free()
        for _ in 0..<3 { #expect(try multi.post(receiver.url).result == .answered(status: 200)) }
        #expect(receiver.requests.count == 3)
    }

    @Test("nothing of one post is left in the next")
    func noLeftovers() throws {
        let receiver = try Receiver.answering("HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 5\r\n\r\nlater")
        let multi = try Multi(isAllowed: { address, _ in address != "127.0.0.2" })
        #expect(try multi.post(receiver.url).retryAfter == "7")
        let blocked = try multi.post("http://127.0.0.2:\(receiver.port)/")
        #expect(blocked.result == .failed(.blockedAddress))
        #expect(blocked.address == "" && blocked.httpVersion == "" && blocked.body == [] && blocked.retryAfter == nil)
    }

    @Test("a URL that is none, or not for the web, or with a user in it, ends as invalid_url", arguments: [
        "", "/hook", "127.0.0.1", "//127.0.0.1/", "127.0.0.1:%PORT%/hook", "http://", "http://a b/", "http://[::1/",
        "http://127.0.0.1:99999/", "http://127.0.0.1:%PORT%/\u{0}", "http://127.0.0.1\u{0}:%PORT%/", "http://127.0.0.1:%PORT%/\r\nX: y",
        "http://user@127.0.0.1:%PORT%/", "http://user:secret@127.0.0.1:%PORT%/", "ftp://127.0.0.1:%PORT%/", "ftp.127.0.0.1:%PORT%/",
        "file:///etc/passwd", "gopher://127.0.0.1:%PORT%/", "telnet://127.0.0.1:%PORT%/", "javascript:alert(1)",
    ])
    func invalidURLs(pattern: String) throws {
        let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\n\r\n")
        let parts = pattern.split(separator: "%PORT%", omittingEmptySubsequences: false)
        #expect(try Multi.free().post(parts.joined(separator: "\(receiver.port)")).result == .failed(.invalidURL))
        #expect(receiver.connections == 0)
    }

    @Test(
        "a field that would be two, or that libcurl writes, is not sent",
        arguments: [
            ("X", "a\r\nY: b"), ("X", "a\nb"), ("X", "a\0b"), ("X", "\u{7F}"), ("X\r\nY", "b"), ("X:", "b"), ("", "b"), ("X Y", "b"),
            ("größe", "1"), ("Host", "internal"), ("content-length", "0"), ("Transfer-Encoding", "chunked"), ("Expect", "100-continue"),
            ("Connection", "close"), ("X;", "b"),
        ])
    func fields(name: String, value: String) throws {
        let multi = try Multi.free()
        #expect(throws: CurlError.field(name: name)) {
            try multi.start(Post(url: "http://127.0.0.1:1/", fields: [(name, value)], body: []), tag: 0)
        }
        #expect(multi.count == 0)
    }

    // MARK: Waiting

    @Test("waiting with nothing to wait for takes the time that it is given")
    func idle() throws {
        let multi = try Multi.free()
        let elapsed = ContinuousClock().measure { #expect(multi.wait(milliseconds: 200).isEmpty) }
        #expect(elapsed >= .milliseconds(200) && elapsed < .seconds(5))
    }

    @Test("a waker ends the waiting from another thread, and an early call is not lost")
    func waker() throws {
        let multi = try Multi.free()
        let waker = multi.waker
        let thread = try Thread.start(name: "waker") {
            usleep(100_000)
            waker.wake()
        }
        let elapsed = ContinuousClock().measure { #expect(multi.wait(milliseconds: 20_000).isEmpty) }
        #expect(elapsed >= .milliseconds(50) && elapsed < .seconds(10))
        thread.join()

        waker.wake()
        waker.wake()
        #expect(ContinuousClock().measure { _ = multi.wait(milliseconds: 20_000) } < .seconds(10))
        #expect(ContinuousClock().measure { _ = multi.wait(milliseconds: 150) } >= .milliseconds(150), "two calls wake once")
    }

    @Test("a waker may be called while its Multi goes, and long after")
    func lateWaker() throws {
        for _ in 0..<50 {
            var multi: Multi? = try Multi.free()
            let waker = try #require(multi).waker
            let isOver = Monitor(false)
            let thread = try Thread.start(name: "waker") { while !isOver.withLock({ $0 }) { waker.wake() } }
            _ = multi?.wait(milliseconds: 0)
            multi = nil
            isOver.withLock { $0 = true }
            thread.join()
            waker.wake()
        }
    }

    @Test("a Multi may go while posts are under way, also in the middle of a name's resolution")
    func abandoned() throws {
        let receiver = try Receiver { $0.waitForEnd() }
        for _ in 0..<20 {
            let multi = try Multi.free()
            for url in [receiver.url, "http://localhost:\(receiver.port)/", "http://mask-test.invalid/"] {
                try multi.start(Post(url: url, fields: [], body: [1]), tag: 0)
            }
            _ = multi.wait(milliseconds: 5)
        }
    }

    @Test("every word for a failure is in snake case")
    func words() {
        for failure in Failure.allCases {
            #expect(failure.rawValue.allSatisfy { $0.isLowercase || $0 == "_" }, "\(failure)")
        }
    }
}
