import Bootstrap
import Foundation
import MariaDB
import Support
import Testing

@Suite("The configuration of the database")
struct DatabaseConfigurationTests {
    private func configuration(_ values: [String: String]) throws -> MariaDBConfiguration {
        try Configuration(Environment(["MASK_SECRET_KEY": "0123456789abcdef0123456789abcdef"].merging(values) { $1 })).database
    }

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
