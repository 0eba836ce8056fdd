import Foundation
import Support
import Testing

extension EndToEndTests {
    /// A host of a workspace's own, from the DNS records to the certificate, through nginx. The name server is this test's,
    /// the certificate authority is Pebble.
    @Suite("Custom domains")
    struct Domains {
        let stack = Stack.shared
        let names: NameServer

        init() throws { self.init(try Self.server.get()) }

        init(_ names: NameServer) { self.names = names }

        /// One for all tests, on the port at which the stack asks.
        static let server: Result<NameServer, any Error> = Result {
            let servers = ProcessInfo.processInfo.environment["MASK_DNS_SERVERS"] ?? ""
            let port = try #require(servers.split(separator: ":").last.flatMap { UInt16($0) }, "set MASK_DNS_SERVERS")
            return try NameServer(port: port)
        }

        private func json(_ fields: [String: String]) -> String {
            String(decoding: (try? JSONSerialization.data(withJSONObject: fields)) ?? Data(), as: UTF8.self)
        }

        /// A domain that its records have proved.
        func verified() throws -> (id: String, host: String) {
            let host = "go-\(UInt32.random(in: .min ... .max)).example"
            let made = stack.call("POST", "/domains", body: json(["host": host, "root_url": "https://example.com/root"]))
            let id = try #require(made.json["id"] as? String, "\(made.body)")
            let records = try #require(made.json["records"] as? [[String: String]])
            names.set("_mask." + host, .txt("_mask." + host, records[0]["value"] ?? ""))
            names.set(host, .cname(host, records[1]["value"] ?? ""), .a(records[1]["value"] ?? "", 127, 0, 0, 1))
            let checked = stack.call("POST", "/domains/\(id)/verify")
            try #require(checked.json["status"] as? String == "verified", "\(checked.body)")
            return (id, host)
        }

        @Test("a verified host serves its links and its root over HTTP, before it has a certificate")
        func plainHTTP() throws {
            let domain = try verified()
            let fields = ["url": "https://example.com/to", "slug": "a", "domain": domain.host]
            let link = stack.call("POST", "/links", body: json(fields))
            #expect(link.status == 201, "\(link.body)")
            #expect(stack.answer("http://\(domain.host)/a").fields["location"] == "https://example.com/to")
            #expect(stack.answer("http://\(domain.host)/").fields["location"] == "https://example.com/root")
            #expect(stack.answer("http://\(domain.host)/none").status == 404)
            let refused = stack.answer("https://\(domain.host)/a")
            #expect(refused.status == 0)
            #expect(stack.call("DELETE", "/domains/\(domain.id)").json["code"] as? String == "domain_in_use")
        }

        @Test("both worker pools follow a PATCH at once, and the sysadmin's command sees and frees the host")
        func changes() throws {
            let domain = try verified()
            let change = json(["not_found_url": "https://example.com/404"])
            #expect(stack.call("PATCH", "/domains/\(domain.id)", body: change).status == 200)
            usleep(300_000)
            for _ in 0..<20 {
                #expect(stack.answer("http://\(domain.host)/none").fields["location"] == "https://example.com/404")
            }
            #expect(stack.maskctl("domain", "verify", domain.host).status == 0)
            #expect(stack.maskctl("domain", "list").text.contains(domain.host))
            #expect(stack.maskctl("domain", "remove", domain.host).status == 0)
            #expect(stack.call("GET", "/domains/\(domain.id)").status == 404)
            usleep(300_000)
            #expect(stack.answer("http://\(domain.host)/").status == 404)
        }

        @Test("the sysadmin says where the link host itself leads that all workspaces share")
        func sharedHost() {
            func set(_ url: String) -> Int32 { stack.maskctl("domain", "set", "mask.localhost", "--root-url", url).status }
            #expect(set("https://example.com/home") == 0)
            for _ in 0..<6 { #expect(stack.answer("https://mask.localhost/").fields["location"] == "https://example.com/home") }
            #expect(set("") == 0)
            for _ in 0..<6 { #expect(stack.answer("https://mask.localhost/").status == 200) }
            #expect(stack.maskctl("domain", "remove", "mask.localhost", "--yes").status != 0)
        }

        @Test("certbot gets the certificate of a host by way of nginx, and nginx serves it without a reload")
        func certificate() throws {
            let authority = try Pebble(stack, names)
            defer { authority.stop() }
            let domain = try verified()
            let environment = [
                "MASK_CONFIG": stack["MASK_CONFIG"], "MASK_ACME_SERVER": authority.directory,
                "REQUESTS_CA_BUNDLE": stack["MASK_CACERT"],
            ]
            let command = stack["MASK_BIN"] + "/maskctl"
            let got = Stack.run(command, ["domain", "certificate", domain.host], environment: environment)
            #expect(got.status == 0 && got.text == "", "\(got.errors)\(got.text)")
            let root = try authority.root()
            let answer = stack.answer("https://\(domain.host)/", "--cacert", root)
            #expect(answer.fields["location"] == "https://example.com/root", "\(answer.body)")
            let folder = URL(fileURLWithPath: stack["MASK_CACERT"]).deletingLastPathComponent().path
            let key = folder + "/" + domain.host + ".key"
            let mode = try FileManager.default.attributesOfItem(atPath: key)[.posixPermissions] as? Int
            #expect(mode == 0o640)

            // A host that nobody serves here gets none.
            let stray = "stray-\(UInt32.random(in: .min ... .max)).example"
            #expect(Stack.run(command, ["domain", "certificate", stray], environment: environment).status != 0)

            // What belongs to nobody any more goes with the daily run.
            #expect(stack.call("DELETE", "/domains/\(domain.id)").status == 204)
            let kept = Stack.run(command, ["domain", "certificate", "--all"], environment: environment)
            #expect(kept.status == 0, "\(kept.errors)")
            #expect(!FileManager.default.fileExists(atPath: key))
            #expect(stack.answer("https://\(domain.host)/", "--cacert", root).status == 0)
        }
    }
}

/// Pebble, a certificate authority for tests: it looks for its challenges at the stack's HTTP port.
private final class Pebble {
    let directory: String
    private let process = Process()
    private let management: Int
    private let stack: Stack

    init(_ stack: Stack, _ names: NameServer) throws {
        self.stack = stack
        let port = Int.random(in: 20_000...30_000)
        management = port + 1
        directory = "https://localhost:\(port)/dir"
        let tls = URL(fileURLWithPath: stack["MASK_CACERT"]).deletingLastPathComponent().path
        let settings: [String: Any] = ["pebble": [
            "listenAddress": "127.0.0.1:\(port)", "managementListenAddress": "127.0.0.1:\(management)",
            "certificate": tls + "/localhost.crt", "privateKey": tls + "/localhost.key", "httpPort": stack.httpPort,
            "tlsPort": stack.httpsPort, "ocspResponderURL": "", "externalAccountBindingRequired": false,
        ]]
        let file = stack.folder + "/pebble.json"
        try JSONSerialization.data(withJSONObject: settings).write(to: URL(fileURLWithPath: file))
        process.executableURL = URL(fileURLWithPath: "/usr/bin/pebble")
        process.arguments = ["-config", file, "-dnsserver", names.address]
        process.environment = ["PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        try #require(stack.eventually { fetchRoot().status == 0 })
    }

    func stop() { process.terminate() }

    /// The file of the certificate that all others come from; a new one each time that Pebble starts.
    func root() throws -> String {
        let output = fetchRoot()
        try #require(output.status == 0, "\(output.errors)")
        return rootFile
    }

    private var rootFile: String { stack.folder + "/pebble-root.pem" }

    private func fetchRoot() -> Stack.Output {
        Stack.run("curl", [
            "-sf", "--cacert", stack["MASK_CACERT"], "--noproxy", "*", "-o", rootFile, "https://localhost:\(management)/roots/0",
        ])
    }
}
