import Bootstrap
import Foundation
import MariaDB
import Model
import Support
import Testing

private func configured(_ values: [String: String]) throws -> Configuration {
    try Configuration(Environment(["MASK_SECRET_KEY": "0123456789abcdef0123456789abcdef"].merging(values) { $1 }))
}

@Suite("The configuration of the database")
struct DatabaseConfigurationTests {
    private func configuration(_ values: [String: String]) throws -> MariaDBConfiguration { try configured(values).database }

    @Test("without MASK_MARIADB_USER the account is the user of the process")
    func user() throws {
        #expect(try configuration([:]).user == NSUserName())
        #expect(try configuration(["MASK_MARIADB_USER": "mask"]).user == "mask")
    }

    @Test("%u in the name of the password's file is the user of the process")
    func passwordFile() throws {
        let folder = try TemporaryFolder("passwords")
        try Data("mine\n".utf8).write(to: URL(filePath: "\(folder.path)/\(NSUserName()).password"))
        #expect(try configuration(["MASK_MARIADB_PASSWORD_FILE": folder.path + "/%u.password"]).password == "mine")
    }

    @Test("what leaves this host is encrypted unless that is refused in so many words", arguments: [
        ("db.example.com", "", true), ("10.0.0.1", "", true), ("db.example.com", "no", false), ("127.0.0.1", "", false),
        ("localhost", "", false), ("::1", "", false), ("127.0.0.1", "yes", true),
    ])
    func tls(host: String, word: String, isEncrypted: Bool) throws {
        let database = try configuration(["MASK_MARIADB_HOST": host, "MASK_MARIADB_TLS": word])
        #expect((database.tls != nil) == isEncrypted)
    }

    @Test("a mistake is told with the variable's name", arguments: [
        (["MASK_MARIADB_TLS": "yes"], "MASK_MARIADB_TLS"),
        (["MASK_MARIADB_HOST": "db.example.com", "MASK_MARIADB_TLS": "maybe"], "MASK_MARIADB_TLS is maybe"),
        (["MASK_MARIADB_HOST": "db.example.com", "MASK_MARIADB_TLS_CA": "/nonexistent"], "MASK_MARIADB_TLS_CA"),
        (["MASK_MARIADB_HOST": "db.example.com", "MASK_MARIADB_TLS_KEY": "/etc/passwd"], "MASK_MARIADB_TLS_CERTIFICATE"),
    ])
    func mistakes(values: [String: String], name: String) throws {
        let failure = #expect(throws: Environment.Failure.self) { _ = try configuration(values) }
        #expect(failure?.description.contains(name) == true)
    }
}

@Suite("The configuration of the hosts")
struct HostConfigurationTests {
    private func site(_ values: [String: String]) throws -> SiteConfiguration { try configured(values).site }

    @Test("they are names or addresses, in whatever case; there is no dashboard where its host is left out")
    func hosts() throws {
        let site = try site(["MASK_API_HOST": "API.Example.com", "MASK_LINK_HOST": "192.0.2.1"])
        #expect(site.apiHost == "api.example.com" && site.linkHost == "192.0.2.1" && site.appHost == nil)
        #expect(try self.site(["MASK_APP_HOST": "intranet"]).appHost == "intranet")
    }

    @Test("an address of a page, a port, a path, or what would be markup in a page is told with the variable's name", arguments: [
        "https://go.example.com", "go.example.com:8443", "go.example.com/x", "go.example.com.", "-go.example.com", "bücher.example",
        "x\"><script>alert(1)</script>", "{{api}}", "go.example.com go.example.org",
    ])
    func mistakes(host: String) {
        for name in ["MASK_API_HOST", "MASK_LINK_HOST", "MASK_APP_HOST"] {
            let failure = #expect(throws: Environment.Failure.self) { _ = try site([name: host]) }
            #expect(failure?.description.hasPrefix("\(name) is ") == true)
        }
    }
}
