import Glibc
import HTTP
import Testing

@testable import FastCGI

@Suite("FastCGI parameters")
struct RequestHeadTests {
    /// Runs `body` with parameters as libfcgi holds them.
    private func head(_ parameters: [String]) -> (Request, length: Int?)? {
        let array = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: parameters.count + 1)
        for (index, parameter) in parameters.enumerated() { array[index] = strdup(parameter) }
        array[parameters.count] = nil
        defer {
            for index in parameters.indices { free(array[index]) }
            array.deallocate()
        }
        return requestHead(array)
    }

    private let usual = [
        "REQUEST_METHOD=GET", "REQUEST_URI=/a?b=c?d", "REQUEST_ID=0123", "REQUEST_MSEC=1795000000.123", "REMOTE_ADDR=192.0.2.1",
        "MASK_HOST=go.example", "HTTPS=on", "HTTP_USER_AGENT=x",
    ]

    @Test("make a request, the target divided at its first question mark")
    func request() throws {
        let (request, length) = try #require(head(usual))
        #expect(length == 0)
        #expect(request.method == .get)
        #expect(request.path == "/a")
        #expect(request.query == "b=c?d")
        #expect(request.id == "0123")
        #expect(request.receivedMilliseconds == 1_795_000_000_123)
        #expect(request.remoteAddress == "192.0.2.1")
        #expect(request.host == "go.example")
        #expect(request.isSecure)
        #expect(request.fields.userAgent == "x")
    }

    @Test("that are unknown are ignored, also headers that pretend to be ours", arguments: [
        "HTTP_X_FORWARDED_FOR=203.0.113.1", "HTTP_REMOTE_ADDR=203.0.113.1", "HTTP_PROXY=http://evil", "REMOTE_ADDRESS=1", "=", "",
    ])
    func unknown(parameter: String) throws {
        let (request, _) = try #require(head(usual + [parameter]))
        #expect(request.remoteAddress == "192.0.2.1")
    }

    @Test("without a path or an id are no request", arguments: [
        ["REQUEST_ID=1"], ["REQUEST_URI=/"], ["REQUEST_URI=", "REQUEST_ID=1"], ["REQUEST_URI=http://x/", "REQUEST_ID=1"], [],
    ])
    func missing(parameters: [String]) {
        #expect(head(parameters) == nil)
    }

    @Test("that are too many or too long are no request")
    func limits() {
        #expect(head(usual + (0..<100).map { "X\($0)=1" }) == nil)
        #expect(head(usual + ["HTTP_COOKIE=" + String(repeating: "x", count: 70_000)]) == nil)
    }

    @Test("a length that is no number is no length", arguments: ["-1", "x", "1e3", "99999999999999999999"])
    func length(text: String) throws {
        let (_, length) = try #require(head(usual + ["CONTENT_LENGTH=" + text]))
        #expect(length == nil)
    }
}
