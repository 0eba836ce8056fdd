import Curl
import Foundation
import Support
import Testing

@Suite("TLS", .timeLimit(.minutes(2)))
struct TLSTests {
    private let site: SecureSite

    init() throws { site = try SecureSite.shared.get() }

    @Test("a certificate of an authority that we believe is good, and HTTP/2 is spoken where it is offered")
    func good() throws {
        let multi = try Multi.free(verifyingWith: site.authority)
        for host in ["127.0.0.1", "localhost"] {
            for (port, version) in [(site.http2, "2"), (site.http1, "1.1")] {
                let exchange = try multi.post("https://\(host):\(port)/hook")
                #expect(exchange.result == .answered(status: 200))
                #expect(exchange.httpVersion == version)
                #expect(exchange.body == Array("POST".utf8))
            }
        }
    }

    @Test("over HTTP/2 too, a long body is cut and the status counts")
    func longBody() throws {
        let multi = try Multi.free(verifyingWith: site.authority)
        for _ in 0..<2 {
            let exchange = try multi.post("https://127.0.0.1:\(site.http2)/long")
            #expect(exchange.result == .answered(status: 200))
            #expect(exchange.body.count == 16_384)
        }
        #expect(try multi.post("https://127.0.0.1:\(site.http2)/").result == .answered(status: 200))
    }

    @Test("64 posts over HTTP/2 at the same time all end")
    func parallel() throws {
        let multi = try Multi.free(verifyingWith: site.authority)
        for tag in 0..<64 {
            let path = tag % 2 == 0 ? "" : "long"
            try multi.start(Post(url: "https://127.0.0.1:\(site.http2)/\(path)", fields: [], body: [1, 2, 3]), tag: tag)
        }
        let ended = try multi.all()
        #expect(ended.map(\.tag).sorted() == Array(0..<64))
        #expect(ended.allSatisfy { $0.exchange.result == .answered(status: 200) })
    }

    @Test("a self-signed, an expired and another host's certificate are refused, and so is a version before 1.2")
    func bad() throws {
        let multi = try Multi.free(verifyingWith: site.authority)
        for port in [site.selfSigned, site.expired, site.wrongHost, site.old] {
            let exchange = try multi.post("https://127.0.0.1:\(port)/hook")
            #expect(exchange.result == .failed(.tls), "\(port)")
            #expect(exchange.address == "127.0.0.1")
            #expect(exchange.body == [] && exchange.httpVersion == "")
        }
    }

    @Test("an authority that the system does not know is not believed")
    func unknownAuthority() throws {
        #expect(try Multi.free().post("https://127.0.0.1:\(site.http1)/").result == .failed(.tls))
    }

    @Test("without the file of authorities nothing is sent, and the receiver is not blamed")
    func noAuthorities() throws {
        let multi = try Multi.free(verifyingWith: "/nonexistent/ca.pem")
        #expect(try multi.post("https://127.0.0.1:\(site.http1)/").result == .failed(.local))
    }

    @Test("a port that speaks no TLS, or nothing at all, is told as such")
    func noTLS() throws {
        let plain = try Receiver { visitor in
            visitor.send("HTTP/1.1 400 Speak plainly\r\n\r\n")
            visitor.waitForEnd()
        }
        #expect(try Multi.free().post("https://127.0.0.1:\(plain.port)/").result == .failed(.tls))
        let mute = try Receiver { $0.waitForEnd() }
        let exchange = try Multi.free(connect: 400).post("https://127.0.0.1:\(mute.port)/")
        #expect(exchange.result == .failed(.timeout) && exchange.milliseconds < 5_000)
    }
}

/// nginx on ports with good and bad certificates, made by the openssl command.
final class SecureSite: Sendable {
    static let shared = Result { try SecureSite() }

    let authority: String
    let http2, http1, selfSigned, expired, wrongHost, old: Int
    private let server: ServerProcess
    private let folder: TemporaryFolder

    private init() throws {
        folder = try TemporaryFolder("tls")
        let path = folder.path
        authority = path + "/authority.pem"
        try TestCertificates.make(in: path)
        let ports = try Receiver.freePorts(6)
        (http2, http1, selfSigned, expired, wrongHost, old) = (ports[0], ports[1], ports[2], ports[3], ports[4], ports[5])
        try Self.configuration(folder: path, servers: [
            (http2, "good", "http2", ""), (http1, "good", "", ""), (selfSigned, "self-signed", "", ""),
            (expired, "expired", "", ""), (wrongHost, "wrong-host", "", ""),
            (old, "good", "", "ssl_protocols TLSv1 TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;"),
        ]).write(toFile: path + "/nginx.conf", atomically: true, encoding: .utf8)
        server = try ServerProcess(
            "/usr/bin/env", ["PATH=/usr/sbin:/usr/bin:/bin", "nginx", "-p", path, "-e", path + "/error.log", "-c", path + "/nginx.conf"],
            folder: URL(filePath: path))
        try server.wait("nginx") { (try? Multi.free().post("https://127.0.0.1:\(http1)/").result) == .failed(.tls) }
    }

    private static func configuration(
        folder: String, servers: [(port: Int, certificate: String, protocol: String, extra: String)]
    ) -> String {
        let blocks = servers.map { server in
            """
            server {
              listen 127.0.0.1:\(server.port) ssl \(server.protocol);
              ssl_certificate \(folder)/\(server.certificate).pem;
              ssl_certificate_key \(folder)/\(server.certificate).key;
              \(server.extra)
              location / { return 200 $request_method; }
              location /long { set $k \(String(repeating: "0123456789", count: 300)); return 200 $k$k$k$k$k$k$k$k$k$k; }
            }
            """
        }
        return """
            daemon off; master_process off; pid \(folder)/pid; error_log \(folder)/error.log;
            events { worker_connections 512; }
            http { access_log off; client_body_temp_path \(folder); proxy_temp_path \(folder); fastcgi_temp_path \(folder);
              uwsgi_temp_path \(folder); scgi_temp_path \(folder); ssl_session_cache none;
              \(blocks.joined(separator: "\n"))
            }
            """
    }
}
