import Foundation
import HTTP
import Testing

@testable import FastCGI

@Suite("FastCGI parameters")
struct RequestHeadTests {
    private func head(_ parameters: [String]) -> (Request, length: Int?)? {
        var bytes: [UInt8] = []
        for parameter in parameters {
            let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { Array($0.utf8) }
            bytes += parameterBytes(parts[0], parts.count > 1 ? parts[1] : [])
        }
        return head(bytes)
    }

    private func head(_ bytes: [UInt8]) -> (Request, length: Int?)? {
        bytes.withUnsafeBytes { requestHead(ParameterReader($0)) }
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

    @Test("an address with more marks on a letter than there can be makes none: a worker would compare it for long")
    func endlessMarks() throws {
        let marks = String(repeating: "\u{316}\u{301}", count: 200)
        for uri in ["/a\(marks)", "/a?b=c\(marks)", "/.well-known/\(marks)"] { #expect(head(usual + ["REQUEST_URI=\(uri)"]) == nil) }
        #expect(try #require(head(usual + ["REQUEST_URI=/e\u{301}"])).0.path == "/e\u{301}")
    }

    @Test("a prefetch or preview says so under any of four names", arguments: ["PURPOSE", "SEC_PURPOSE", "X_PURPOSE", "X_MOZ"])
    func purpose(name: String) throws {
        #expect(try #require(head(usual + ["HTTP_\(name)=preview"])).0.fields.purpose == "preview")
        #expect(try #require(head(usual + ["HTTP_\(name)="])).0.fields.purpose == nil)
    }

    @Test("a visitor who does not want to be tracked says 1", arguments: [
        ("HTTP_DNT=1", true), ("HTTP_SEC_GPC=1", true), ("HTTP_DNT=0", false), ("HTTP_SEC_GPC=", false), ("X=1", false),
    ])
    func tracking(parameter: String, optsOut: Bool) throws {
        #expect(try #require(head(usual + [parameter])).0.fields.optsOutOfTracking == optsOut)
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

    @Test("with an id that could not be logged and stored as it is are no request", arguments: [
        "REQUEST_ID=\u{FF}", "REQUEST_ID=a b", "REQUEST_ID=a\nb", "REQUEST_ID=\"", "REQUEST_ID=" + String(repeating: "a", count: 37),
    ])
    func badID(parameter: String) {
        #expect(head(usual.filter { !$0.hasPrefix("REQUEST_ID") } + [parameter]) == nil)
        #expect(head(usual.filter { !$0.hasPrefix("REQUEST_ID") } + ["REQUEST_ID=" + String(repeating: "a", count: 36)]) != nil)
    }

    @Test("that are too many are no request")
    func limits() {
        #expect(head(usual + (0..<100).map { "X\($0)=1" }) == nil)
    }

    @Test("are read in both lengths: in one byte, and in four")
    func lengths() throws {
        let agent = String(repeating: "x", count: 300)
        let (request, _) = try #require(head(usual.dropLast() + ["HTTP_USER_AGENT=" + agent]))
        #expect(request.fields.userAgent == agent)
        let wide: [UInt8] = [128, 0, 0, 10, 128, 0, 0, 1] + Array("REQUEST_IDx".utf8)
        #expect(head(parameterBytes(Array("REQUEST_URI".utf8), Array("/".utf8)) + wide)?.0.id == "x")
    }

    @Test("that promise more than there is are no request", arguments: [
        [5], [5, 5], [1, 200], [1, 1, 97], [255], [255, 255, 255], [255, 255, 255, 255], [0xC0, 0, 0, 0, 0xBF, 255, 255, 255, 97],
        [0xFF, 255, 255, 254, 0], [0xFF, 255, 255, 255, 0xFF, 255, 255, 255], [128, 0, 0],
    ])
    func promises(_ bytes: [UInt8]) {
        #expect(head(usual + ["X=1"]) != nil)
        let good = parameterBytes(Array("REQUEST_URI".utf8), [47]) + parameterBytes(Array("REQUEST_ID".utf8), [48])
        #expect(head(good) != nil)
        #expect(head(good + bytes) == nil)
    }

    @Test("a length that is no number is no length", arguments: ["-1", "x", "1e3", "99999999999999999999"])
    func length(text: String) throws {
        let (_, length) = try #require(head(usual + ["CONTENT_LENGTH=" + text]))
        #expect(length == nil)
    }

    // MARK: What nginx sends

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../.."

    private static func names(in file: String, between start: String, and end: Character) throws -> Set<String> {
        let text = try String(contentsOfFile: root + "/" + file, encoding: .utf8)
        return Set(text.split(separator: start, omittingEmptySubsequences: false).dropFirst().map { String($0.prefix { $0 != end }) })
    }

    private static func sent(_ snippet: String) throws -> Set<String> {
        try names(in: "nginx/snippets/\(snippet).conf", between: "fastcgi_param ", and: " ")
    }

    @Test("that nginx sends are read, and those that are read it sends")
    func parameters() throws {
        let read = try Self.names(in: "Sources/FastCGI/RequestHead.swift", between: "equals(\"", and: "\"").subtracting(["on"])
        let (api, visits, metrics) = (try Self.sent("mask-fastcgi"), try Self.sent("mask-redirect"), try Self.sent("mask-metrics"))
        let app = try Self.sent("mask-app-api")
        #expect(api.union(visits).union(metrics).union(app) == read)
        // A cookie counts on the app host alone.
        #expect(app == ["HTTP_COOKIE", "HTTP_SEC_FETCH_SITE", "HTTP_MASK_CLIENT", "HTTP_MASK_WORKSPACE", "COUNTRY"])
        #expect(!api.union(visits).contains("HTTP_COOKIE"))
        #expect(metrics == ["MASK_MONITORING"] && !api.union(visits).contains("MASK_MONITORING"))
    }

    @Test("of a visit are those that visits read")
    func visits() throws {
        let sources = try FileManager.default.contentsOfDirectory(atPath: Self.root + "/Sources/Visits")
        let fields = try sources.reduce(into: Set<String>()) {
            $0.formUnion(try Self.names(in: "Sources/Visits/\($1)", between: "request.fields.", and: "\n").map { line in
                String(line.prefix { $0.isLetter })
            })
        }
        // As RequestHead.swift has them.
        let parameters = [
            "accept": ["HTTP_ACCEPT"], "ifNoneMatch": ["HTTP_IF_NONE_MATCH"], "optsOutOfTracking": ["HTTP_DNT", "HTTP_SEC_GPC"],
            "purpose": ["HTTP_PURPOSE", "HTTP_SEC_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ"], "referer": ["HTTP_REFERER"],
            "userAgent": ["HTTP_USER_AGENT"],
        ]
        #expect(fields == Set(parameters.keys))
        #expect(try Self.sent("mask-redirect").filter { $0.hasPrefix("HTTP_") } == Set(parameters.values.joined()))
    }
}
