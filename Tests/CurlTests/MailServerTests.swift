import Curl
import Foundation
import Support
import Testing

@Suite("Mail over TLS", .timeLimit(.minutes(2)))
struct MailServerTests {
    private let message = Array("Subject: x\r\n\r\nx\r\n".utf8)

    private func refusal(at port: Int, isTLS: Bool = true, _ authority: String?, host: String = "127.0.0.1") -> String {
        var server = MailServer(host: host, port: port, isTLS: isTLS, name: "app.mask.test")
        (server.caFile, server.milliseconds) = (authority, 1500)
        let refusal = #expect(throws: MailServer.Refusal.self) { try server.take(message, from: "a@example.com", to: "b@example.com") }
        return refusal?.description ?? ""
    }

    @Test("a server is believed whose certificate is good for its name, and no other")
    func certificates() throws {
        let site = try SecureSite.shared.get()
        // A web server, which waits for us as we for it.
        #expect(refusal(at: site.http1, site.authority).contains("Timeout"))
        for port in [site.selfSigned, site.expired, site.wrongHost, site.old] {
            #expect(refusal(at: port, site.authority).contains("SSL"), "\(port)")
        }
        #expect(refusal(at: site.http1, nil).contains("SSL"), "the system does not know this authority")
    }

    @Test("a mail arrives over TLS, with name and password")
    func arrives() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/socat") else { return notTested("mail over TLS: there is no socat") }
        let folder = try TemporaryFolder("certificates")
        try TestCertificates.make(in: folder.path)
        let receiver = try MailReceiver(offersSignIn: true)
        let port = try Receiver.freePorts(1)[0]
        let process = try ServerProcess(
            "socat",
            [
                "OPENSSL-LISTEN:\(port),bind=127.0.0.1,fork,verify=0,cert=\(folder.path)/good.pem,key=\(folder.path)/good.key",
                "TCP:127.0.0.1:\(receiver.port)",
            ], folder: URL(filePath: folder.path))
        defer { process.end() }
        var server = MailServer(host: "localhost", port: port, isTLS: true, name: "app.mask.test")
        (server.caFile, server.user, server.password) = (folder.path + "/authority.pem", "jo", "s3cret")
        server.milliseconds = 3000
        var last = ""
        for _ in 0..<10 where receiver.taken.isEmpty {
            do { try server.take(message, from: "a@example.com", to: "b@example.com") } catch { last = "\(error)" }
            if receiver.taken.isEmpty { usleep(100_000) }
        }
        #expect(last == "" || !receiver.taken.isEmpty, "\(last)")
        let taken = try #require(receiver.taken.first)
        #expect(taken.recipients == ["RCPT TO:<b@example.com>"] && taken.credentials == "AGpvAHMzY3JldA==")
    }
}
