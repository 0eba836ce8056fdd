import Foundation
import MariaDB
import Store
import Support
import Testing

@Suite struct ServersTests {
    private static let nowhere = MariaDBConfiguration.Address.socket(path: "/nonexistent/mariadb.sock")

    private static func list(_ addresses: MariaDBConfiguration.Address...) throws -> MariaDBConfiguration {
        var configuration = try TestServers.mariaDB()
        (configuration.address, configuration.others) = (addresses[0], Array(addresses.dropFirst()))
        return configuration
    }

    @Test("The first server that answers is used, in the order of the list")
    func order() throws {
        let here = try TestServers.mariaDB().address
        let servers = Servers(try Self.list(Self.nowhere, here))
        #expect(try servers.connect().query("SELECT 1").count == 1)
        #expect(servers.address == here)
        #expect(servers.moves == 1)
    }

    @Test("Where no server answers, the error says of each why")
    func none() throws {
        let servers = Servers(try Self.list(Self.nowhere, .tcp(host: "127.0.0.1", port: 1)))
        let error = #expect(throws: MariaDBError.self) { try servers.connect() }
        #expect(error?.isConnectionLost == true)
        let text = "\(try #require(error))"
        #expect(text.contains("none of 2 servers can be written to"))
        #expect(text.contains(Self.nowhere.description) && text.contains("127.0.0.1:1"))
    }

    @Test("One server alone is asked nothing: its own refusal is the error")
    func alone() throws {
        let error = #expect(throws: MariaDBError.self) { try Servers(try Self.list(Self.nowhere)).connect() }
        #expect(error?.message.contains("none of") == false)
    }

    @Test("A server that is read-only is passed over, and used again when it is not")
    func readOnly() throws {
        let (first, second) = (try MariaDBServer(), try MariaDBServer())
        let administrator = try Connection(first.configuration)
        try administrator.run("SET GLOBAL read_only = 1")
        var configuration = first.configuration
        configuration.others = [second.configuration.address]
        let servers = Servers(configuration)
        #expect(try servers.connect().address == second.configuration.address)
        try administrator.run("SET GLOBAL read_only = 0")
        let deadline = Date.now + 10
        while servers.address != first.configuration.address && Date.now < deadline { usleep(20_000) }
        #expect(servers.address == first.configuration.address)
        #expect(servers.moves == 2)
    }

    @Test("When its server dies, a store goes on with the next one at once")
    func store() throws {
        let (first, second) = (try MariaDBServer(), try MariaDBServer())
        var configuration = first.configuration
        configuration.others = [second.configuration.address]
        let store = Store(configuration, connections: 4)
        func socket() throws -> String? { try store.read { try $0.query("SELECT @@socket").first?.string(0) } }
        let (one, two) = ("\(first.configuration.address)", "\(second.configuration.address)")
        #expect(try socket() == one)
        first.process.end()
        #expect(try socket() == two)
    }

    @Test("Hosts are read from text, with ports of their own or the common one", arguments: [
        ("db1", ["db1:3306"]), ("db1,db2:3307", ["db1:3306", "db2:3307"]), (" 10.0.0.1 , 10.0.0.2", ["10.0.0.1:3306", "10.0.0.2:3306"]),
        ("[2001:db8::1]:3307,2001:db8::2", ["2001:db8::1:3307", "2001:db8::2:3306"]),
    ])
    func text(text: String, wanted: [String]) {
        #expect(MariaDBConfiguration.Address.list(text, port: 3306)?.map(\.description) == wanted)
    }

    @Test("Text that is no list of hosts is none", arguments: ["", "db1,", "db1:", "db1:0", "db1:65536", "db1:x", "[::1", "[::1]3306", ":3306"])
    func nonsense(text: String) {
        #expect(MariaDBConfiguration.Address.list(text, port: 3306) == nil)
    }
}
