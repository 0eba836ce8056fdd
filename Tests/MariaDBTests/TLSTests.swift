import Foundation
import MariaDB
import Support
import Testing

@Suite("MariaDB over TLS", .timeLimit(.minutes(2)))
struct MariaDBTLSTests {
    private let servers: SecureServers

    init() throws { servers = try SecureServers.shared.get() }

    @Test("what is said is encrypted, and the server is known by its name or its address", arguments: ["localhost", "127.0.0.1"])
    func good(host: String) throws {
        let connection = try servers.connect("good", host: host)
        let cipher = try connection.query("SHOW STATUS LIKE 'Ssl_cipher'")[0].string(1)
        #expect(cipher.hasPrefix("TLS_") || cipher.contains("GCM"))
        #expect(try connection.query("SHOW STATUS LIKE 'Ssl_version'")[0].string(1).hasPrefix("TLSv1."))
    }

    @Test("another host's, an expired and a self-signed certificate are refused, with the variables to look at", arguments: [
        "wrong-host", "expired", "self-signed",
    ])
    func bad(certificate: String) throws {
        // Not 127.0.0.1, by which Connector/C 3.4 looks for no name: nobody else can be there.
        expectRefused { try servers.connect(certificate, host: "127.0.0.2") }
    }

    @Test("an authority that has not signed it is not believed, nor is the system's list of them")
    func wrongAuthority() throws {
        for authorities in [servers.folder.path + "/self-signed.pem", "/etc/ssl/certs/ca-certificates.crt"] {
            expectRefused { try servers.connect("good", authorities: authorities) }
        }
    }

    @Test("without the file of authorities nobody is believed")
    func noAuthorities() throws {
        expectRefused { try servers.connect("good", authorities: "/nonexistent.pem") }
    }

    @Test("a server that speaks no TLS is told neither password nor statement")
    func plain() throws {
        expectRefused { try servers.connect("plain") }
        // It would have let us in.
        var configuration = servers.configuration("plain")
        configuration.tls = nil
        #expect(try Connection(configuration).query("SELECT 1")[0].integer(0) == 1)
    }

    @Test("a server that asks for the client's certificate gets it")
    func clientCertificate() throws {
        var configuration = servers.configuration("good")
        (configuration.user, configuration.password) = ("certified", nil)
        #expect(throws: MariaDBError.self) { _ = try Connection(configuration) }
        configuration.tls?.client = (servers.folder.path + "/good.pem", servers.folder.path + "/good.key")
        #expect(try Connection(configuration).query("SELECT CURRENT_USER()")[0].string(0) == "certified@%")
    }

    @Test("a version of TLS before 1.2 is not spoken")
    func old() throws {
        expectRefused { try servers.connect("old") }
    }

    private func expectRefused(_ connect: () throws -> Connection, sourceLocation: SourceLocation = #_sourceLocation) {
        do {
            _ = try connect()
            Issue.record("it was let in", sourceLocation: sourceLocation)
        } catch {
            #expect("\(error)".contains(SecureServers.advice), "\(error)", sourceLocation: sourceLocation)
        }
    }
}

/// Servers on ports of their own, each with another certificate.
private final class SecureServers: Sendable {
    static let shared = Result { try SecureServers() }
    static let advice = "Set MASK_MARIADB_TLS_CA"

    let folder: TemporaryFolder
    private let ports: [String: Int]
    private let servers: [MariaDBServer]

    private init() throws {
        folder = try TemporaryFolder("mariadb-tls")
        try TestCertificates.make(in: folder.path)
        let path = folder.path
        let names = ["good", "wrong-host", "expired", "self-signed", "plain", "old"]
        let ports = Dictionary(uniqueKeysWithValues: zip(names, try Receiver.freePorts(names.count)))
        self.ports = ports
        servers = try names.map { name in
            let port = "--port=\(ports[name] ?? 0)"
            let certificate = ["plain": "", "old": "good"][name] ?? name
            let server = certificate.isEmpty
                ? try MariaDBServer(options: ["--skip-skip-networking", "--bind-address=127.0.0.1,127.0.0.2", port, "--skip-ssl"])
                : try MariaDBServer(options: [
                    "--skip-skip-networking", "--bind-address=127.0.0.1,127.0.0.2", port, "--ssl-cert=\(path)/\(certificate).pem",
                    "--ssl-key=\(path)/\(certificate).key", "--ssl-ca=\(path)/authority.pem",
                    "--tls-version=\(name == "old" ? "TLSv1.1" : "TLSv1.2,TLSv1.3")",
                ])
            try Connection(server.configuration).runScript("CREATE USER far IDENTIFIED BY 'away'; CREATE USER certified REQUIRE X509")
            return server
        }
    }

    func configuration(_ name: String) -> MariaDBConfiguration {
        var configuration = MariaDBConfiguration(
            address: .tcp(host: "127.0.0.1", port: UInt32(ports[name] ?? 0)), user: "far", password: "away")
        configuration.tls = .init(authorities: folder.path + "/authority.pem", advice: Self.advice)
        return configuration
    }

    func connect(_ name: String, host: String = "127.0.0.1", authorities: String? = nil) throws -> Connection {
        var configuration = configuration(name)
        configuration.address = .tcp(host: host, port: UInt32(ports[name] ?? 0))
        if let authorities { configuration.tls?.authorities = authorities }
        return try Connection(configuration)
    }
}
