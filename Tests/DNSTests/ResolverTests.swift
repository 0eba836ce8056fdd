import DNS
import Support
import Testing

/// What the resolver makes of what name servers say.
@Suite("Name servers")
struct ResolverTests {
    let server: NameServer
    let resolver: Resolver

    init() throws {
        server = try NameServer()
        resolver = Resolver(servers: server.address, timeoutMilliseconds: 1000)
    }

    private func ask(_ type: RecordType, _ name: String) -> Result<[Record], DNSFailure> {
        resolver.ask([Question(type, name)])[0]
    }

    @Test("the strings of a TXT record are one text, and several records are several")
    func texts() {
        server.set("a.test", .txt("a.test", "mask-verification=", "0123"), .txt("a.test", "v=spf1 -all"))
        #expect(ask(.txt, "a.test") == .success([.text("mask-verification=0123"), .text("v=spf1 -all")]))
    }

    @Test("a chain of CNAMEs is given with the addresses at its end")
    func chain() {
        server.set(
            "go.test", .cname("go.test", "Edge.test"), .cname("edge.test", "mask.test"), .a("mask.test", 192, 0, 2, 7),
            .aaaa("mask.test", 7))
        let found: [Record] = [.alias("edge.test"), .alias("mask.test"), .address("192.0.2.7"), .address("2001:db8::7")]
        #expect(ask(.a, "go.test") == .success(found))
        #expect(ask(.cname, "go.test").map(\.count) == .success(4))
    }

    @Test("a name that does not exist, and one without the record, have an empty answer")
    func nothing() {
        server.answer("TXT", "empty.test", .records([]))
        #expect(ask(.txt, "unknown.test") == .success([]))
        #expect(ask(.txt, "empty.test") == .success([]))
    }

    @Test(
        "each failure has its name",
        arguments: [(NameServer.Answer.code(2), DNSFailure.serverFailure), (.code(5), .serverFailure), (.silence, .timeout)])
    func failures(answer: NameServer.Answer, failure: DNSFailure) {
        server.answer("TXT", "a.test", answer)
        #expect(ask(.txt, "a.test") == .failure(failure))
    }

    @Test("an answer that cannot be read is a failure")
    func garbage() {
        server.answer("A", "a.test", .garbage)
        #expect(ask(.a, "a.test") == .failure(.malformed))
    }

    @Test("a server that is not there is a failure")
    func unreachable() {
        let nobody = Resolver(servers: "127.0.0.1:1", timeoutMilliseconds: 1000)
        #expect(nobody.ask([Question(.a, "a.test")]) == [.failure(.serverFailure)])
        let unreadable = Resolver(servers: "nonsense!")
        #expect(unreadable.ask([Question(.a, "a.test")]) == [.failure(.local("ares_set_servers_ports_csv"))])
    }

    @Test("many questions are asked at once, and one without an answer does not spoil the others")
    func several() {
        server.set("a.test", .a("a.test", 192, 0, 2, 1))
        server.answer("A", "silent.test", .silence)
        let answers = resolver.ask([Question(.a, "silent.test"), Question(.a, "a.test"), Question(.txt, "a.test")])
        #expect(answers == [.failure(.timeout), .success([.address("192.0.2.1")]), .success([])])
    }
}
