import Curl
import Glibc
import Support
import Testing

@Suite("What receivers do")
struct MisbehaviourTests {
    @Test("an endless body is read to 16 KiB, and the status counts", arguments: [200, 500])
    func endlessBody(status: Int) throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.send("HTTP/1.1 \(status) Word\r\n\r\n")
            visitor.sendForever(String(repeating: "0123456789abcdef", count: 512))
        }
        let exchange = try Multi.free().post(receiver.url)
        #expect(exchange.result == .answered(status: status))
        #expect(exchange.body.count == 16_384)
        #expect(exchange.body.prefix(18) == Array("0123456789abcdef01".utf8)[...])
        #expect(exchange.milliseconds < 5_000)
    }

    @Test("a body of exactly 16 KiB is kept whole, and so is its connection", arguments: [16_383, 16_384])
    func fullBody(length: Int) throws {
        let receiver = try Receiver.answering(
            "HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\n" + String(repeating: "x", count: length))
        let multi = try Multi.free()
        for _ in 0..<2 { #expect(try multi.post(receiver.url).body.count == length) }
        #expect(receiver.connections == 1)
    }

    @Test("a body that drips holds its place only until the time is up, and the status counts")
    func drippingBody() throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.send("HTTP/1.1 202 Accepted\r\nContent-Length: 1000000\r\n\r\n")
            visitor.sendForever("x", pause: 100_000)
        }
        let exchange = try Multi.free(whole: 1_000).post(receiver.url)
        #expect(exchange.result == .answered(status: 202))
        #expect(exchange.milliseconds >= 900 && exchange.milliseconds < 5_000)
        #expect(exchange.body.count > 1 && exchange.body.count < 20)
    }

    @Test(
        "a body that ends in the wrong way takes nothing from the status",
        arguments: [
            "Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
            "Transfer-Encoding: chunked\r\n\r\nnot a number\r\n", "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhalf",
        ])
    func brokenBody(rest: String) throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.send("HTTP/1.1 200 OK\r\n" + rest)
        }
        #expect(try Multi.free().post(receiver.url).result == .answered(status: 200))
    }

    @Test("what is compressed is neither unpacked nor asked for")
    func compressed() throws {
        let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nGZIP")
        #expect(try Multi.free().post(receiver.url).body == Array("GZIP".utf8))
        #expect(receiver.requests.first?.lowercased().contains("accept-encoding") == false)
    }

    @Test(
        "a head that drips is a timeout",
        arguments: ["HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 ", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 "])
    func drippingHead(start: String) throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.send(start)
            visitor.sendForever("2", pause: 400_000)
        }
        let exchange = try Multi.free(whole: 700).post(receiver.url)
        #expect(exchange.result == .failed(.timeout))
        #expect(exchange.milliseconds < 5_000)
    }

    @Test(
        "a head that never ends is cut off at 16 KiB",
        arguments: [
            "X-More: and more\r\n", "HTTP/1.1 100 Continue\r\n\r\n", String(repeating: "x", count: 1_000),
            String(repeating: "x", count: 20_000) + "\r\n",
        ])
    func endlessHead(piece: String) throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.send("HTTP/1.1 \(piece.hasPrefix("HTTP") ? 100 : 200) Word\r\n\(piece.hasPrefix("HTTP") ? "\r\n" : "X: ")")
            visitor.sendForever(piece)
        }
        let exchange = try Multi.free().post(receiver.url)
        #expect(exchange.result == .failed(.tooLongHeader))
        #expect(exchange.milliseconds < 5_000)
    }

    @Test("a head of almost 16 KiB is read, and its end counts")
    func longHead() throws {
        let receiver = try Receiver.answering(
            "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 16_000))\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n")
        let exchange = try Multi.free().post(receiver.url)
        #expect(exchange.result == .answered(status: 200) && exchange.retryAfter == "9")
    }

    @Test("a redirect is an answer like another and is not followed", arguments: [301, 302, 303, 307, 308])
    func redirect(status: Int) throws {
        let other = try Receiver.answering("HTTP/1.1 200 OK\r\n\r\n")
        let receiver = try Receiver.answering(
            "HTTP/1.1 \(status) There\r\nLocation: \(other.url)\r\nRefresh: 0; url=\(other.url)\r\nContent-Length: 0\r\n\r\n")
        let exchange = try Multi.free().post(receiver.url)
        #expect(exchange.result == .answered(status: status))
        #expect(other.connections == 0)
    }

    @Test("what a receiver says of other places is not remembered")
    func alternativeServices() throws {
        let other = try Receiver.answering("HTTP/1.1 200 OK\r\n\r\n")
        let receiver = try Receiver.answering(
            """
            HTTP/1.1 200 OK\r
            Alt-Svc: http/1.1="127.0.0.1:\(other.port)"; ma=86400\r
            Strict-Transport-Security: max-age=1000\r
            Set-Cookie: a=b\r
            Connection: close\r
            Content-Length: 0\r
            \r

            """)
        let multi = try Multi.free()
        for _ in 0..<2 { #expect(try multi.post(receiver.url).result == .answered(status: 200)) }
        #expect(other.connections == 0)
        #expect(receiver.requests.allSatisfy { !$0.contains("Cookie") })
    }

    @Test("a connection that ends without an answer is a reset", arguments: [true, false], [true, false])
    func noAnswer(afterReading: Bool, withReset: Bool) throws {
        let receiver = try Receiver { visitor in
            if withReset { visitor.resetAtEnd() }
            if afterReading { visitor.read() }
        }
        let exchange = try Multi.free().post(receiver.url)
        // One that comes at once may come while the connection is being made.
        #expect(exchange.result == .failed(.reset) || withReset && !afterReading && exchange.result == .failed(.refused))
        #expect(exchange.httpVersion == "")
    }

    @Test("a receiver that vanishes after reading is a timeout, with its address")
    func halfOpen() throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.waitForEnd()
        }
        let exchange = try Multi.free(whole: 400).post(receiver.url)
        #expect(exchange.result == .failed(.timeout))
        #expect(exchange.address == "127.0.0.1")
        #expect(exchange.milliseconds >= 350 && exchange.milliseconds < 5_000)
    }

    @Test("a receiver that does not read a long body is a timeout")
    func unread() throws {
        let receiver = try Receiver { _ in sleep(3) }
        let exchange = try Multi.free(whole: 500).post(receiver.url, body: [UInt8](repeating: 7, count: 20_000_000))
        #expect(exchange.result == .failed(.timeout))
        #expect(exchange.milliseconds < 2_500)
    }

    @Test("a port that swallows connections costs the time for connecting, not all of it")
    func silentConnect() throws {
        let silent = try SilentPort()
        let exchange = try Multi.free(connect: 400).post("http://127.0.0.1:\(silent.port)/")
        #expect(exchange.result == .failed(.timeout))
        #expect(exchange.address == "")
        #expect(exchange.milliseconds >= 350 && exchange.milliseconds < 5_000)
    }

    @Test("a port that nobody listens on refuses")
    func refused() throws {
        let listener = try Receiver.listen(backlog: 1)
        let port = Receiver.port(of: listener)
        close(listener)
        let exchange = try Multi.free().post("http://127.0.0.1:\(port)/")
        #expect(exchange.result == .failed(.refused))
        #expect(exchange.address == "")
    }

    @Test("a name that cannot be is an unresolved host")
    func unresolved() throws {
        // Longer than a label may be, so that no name server is asked.
        let name = String(repeating: "x", count: 64) + ".invalid"
        #expect(try Multi.free().post("http://\(name)/").result == .failed(.unresolvedHost))
    }

    @Test(
        "what is no HTTP is a protocol failure",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "hello\r\n\r\n", "HTTP/1.1 huh\r\n\r\n", "HTTP/7.0 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0",
        ])
    func noHTTP(answer: String) throws {
        let receiver = try Receiver { visitor in
            visitor.read()
            visitor.send(answer)
        }
        #expect(try Multi.free().post(receiver.url).result == .failed(.protocol))
    }
}
