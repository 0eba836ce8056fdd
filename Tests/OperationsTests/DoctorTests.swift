import Bootstrap
import Crypto
import Foundation
import MariaDB
import Model
@testable import Operations
import LinkStore
import Store
import Support
import Testing

@Suite("The doctor and MariaDB", .serialized, .timeLimit(.minutes(2)))
struct DoctorTests {
    /// What the doctor complains of, as a host with these settings has it.
    private func complaints(_ options: [String], _ statement: String = "") throws -> [String] {
        let host = try BackupHost(isMigrated: true, options: options)
        try Connection(host.server.configuration).runScript("""
            SET GLOBAL innodb_flush_log_at_trx_commit = 1; SET GLOBAL innodb_buffer_pool_size = 134217728;
            \(statement.isEmpty ? "DO 0" : statement)
            """)
        return Doctor(host.installation).checks.filter { ["setting", "collation", "version", "time zones"].contains($0.name) }
            .compactMap { check in if case .bad(let advice) = check.look() { advice } else { nil } }
    }

    @Test("a server that keeps the promises is found well, with a binary log and without")
    func well() throws {
        #expect(try complaints(["--innodb-doublewrite=1"]).isEmpty)
        #expect(try complaints(["--innodb-doublewrite=1", "--log-bin"], "SET GLOBAL sync_binlog = 1").isEmpty)
    }

    @Test("each setting that breaks a promise is told with the line that mends it", arguments: [
        ("SET GLOBAL innodb_flush_log_at_trx_commit = 2", "Put innodb_flush_log_at_trx_commit = 1 below [mariadbd]"),
        ("SET GLOBAL local_infile = 0", "Put local_infile = 1 "), ("SET GLOBAL max_allowed_packet = 1048576", "Put max_allowed_packet = 16M"),
        ("SET GLOBAL max_connections = 79", "Put max_connections = 80"),
        ("ALTER TABLE mask.links CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "links."),
    ])
    func settings(statement: String, advice: String) throws {
        let found = try complaints(["--innodb-doublewrite=1"], statement)
        #expect(found.count == 1 && found[0].contains(advice), "\(found)")
    }

    @Test("a MariaDB that is away is one line, and what needs it is not looked at")
    func oneCause() throws {
        let spool = try TemporaryFolder("spool")
        let away = Doctor(try BackupHost.installation(socket: spool.path + "/none", spool: spool)).look()
        let wrong = away.findings.compactMap { name, finding in if case .bad = finding { name } else { nil } }
        #expect(wrong.contains("database") && Set(wrong).isDisjoint(with: ["schema", "clock", "setting", "journal", "webhooks", "endpoints", "answers"]))
        let skipped = try #require(away.skipped.first { $0.cause == "database" }).names
        #expect(Set(skipped).isSuperset(of: ["schema", "secret key", "setting", "journal", "answers", "webhooks", "endpoints"]), "\(skipped)")
        #expect(Set(skipped).count == skipped.count)
    }

    /// A web server that answers as MASK by one name, and as somebody else by all others.
    private func webServer(of name: String, others: String = "200 OK") throws -> Receiver {
        try Receiver { visitor in
            while let request = visitor.read() {
                let isOurs = request.lowercased().contains("host: " + name)
                let body = isOurs ? #"{"status":"pass","trusts_cache":true}"# : "<h1>The shop</h1>"
                visitor.send("HTTP/1.1 \(isOurs ? "200 OK" : others)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
    }

    @Test("a custom domain that another web site answers for is told, in one line, with the file to write it into")
    func domains() throws {
        let host = try BackupHost(isMigrated: true)
        let tenant = try host.database.makeTenant(host: "ours.example")
        let server = try webServer(of: "ours.example")
        var state = HostState()
        state.plainPorts = [server.port]
        func look() -> Doctor.Finding? { Doctor(host.installation, host: state).look(only: ["domains"]).findings.first?.finding }
        #expect(look() == .good("1 asked for by name"))
        for name in ["waits.example", "a.example", "b.example"] {
            usleep(2000)  // the newest is named first: each has a millisecond of its own
            var domain = Domain(id: .new(), workspace: tenant.workspace.id, host: name, createdAt: .now())
            if name.hasPrefix("waits") { domain.status = .pending }
            let made = domain
            try host.database.store.write { try Domains.create(made, on: $0) }
        }
        #expect(look() == .bad("b.example, a.example are answered by somebody else: add them to server_name in /etc/nginx/sites-available/mask"))
        // One that closes the connection is somebody else, too.
        let other = try Receiver { _ in }
        (state.plainPorts, state.isBehind) = ([server.port, other.port], true)
        guard case .bad(let advice)? = look() else { return #expect(Bool(false)) }
        #expect(advice.contains("ours.example") && advice.contains("as ServerAlias to /etc/apache2/sites-available/zz-mask.conf"))
    }

    @Test("a custom domain whose answer is a gateway's error is another site's: our workers were asked before, and answer", arguments: [
        "502 Bad Gateway", "504 Gateway Timeout",
    ])
    func gateway(status: String) throws {
        let host = try BackupHost(isMigrated: true)
        _ = try host.database.makeTenant(host: "theirs.example")
        let server = try webServer(of: "ours.example", others: status)
        var state = HostState()
        state.plainPorts = [server.port]
        let finding = Doctor(host.installation, host: state).look(only: ["domains"]).findings.first?.finding
        #expect(finding == .bad("theirs.example is answered by somebody else: add it to server_name in /etc/nginx/sites-available/mask"))
    }

    @Test("a secret key that does not read the endpoints' secrets is told")
    func key() throws {
        let host = try BackupHost(isMigrated: true)
        func look() -> Doctor.Finding? { Doctor(host.installation).look(only: ["secret key"]).findings.first?.finding }
        #expect(look() == .good("nothing is encrypted with it yet"))
        try host.database.makeWebhook(of: try host.database.makeTenant())
        for (key, isOurs) in [(BackupHost.secretKey, true), (String(BackupHost.secretKey.reversed()), false)] {
            let secret = try seal(Array("whsec".utf8), secret: key)
            try host.database.connect().execute("UPDATE webhooks SET secret = \(secret)")
            if case .good = look() { #expect(isOurs) } else { #expect(!isOurs) }
        }
    }

    @Test("with a binary log its settings count, and the doublewrite buffer always does")
    func binaryLog() throws {
        let found = try complaints(["--log-bin"], "SET GLOBAL binlog_format = 'STATEMENT'")
        #expect(["sync_binlog = 1", "binlog_format = ROW", "innodb_doublewrite = 1"].allSatisfy { line in found.contains { $0.contains(line) } }, "\(found)")
        #expect(found.count == 3)
    }
}
