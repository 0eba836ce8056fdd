import Application
import Foundation
import HTTP
import JSON
import MariaDB
import Metrics
import Model
import Redis
import Store
import Support
import Testing

@testable import API
@testable import Resources
@testable import Visits

/// A change that is made holds for visitors, whatever becomes of the one who made it.
@Suite("Changes whose answer is lost")
struct LostAnswerTests {
    private let stage: Stage
    private let proxy: Proxy

    init() throws {
        var configuration = try Database.shared.get().configuration
        guard case .socket(let path) = configuration.address else { throw TestFailure("the server has no socket") }
        proxy = try Proxy(to: path)
        configuration.address = .tcp(host: "127.0.0.1", port: UInt32(proxy.port))
        configuration.tls = nil
        stage = try Stage(store: Store(configuration, connections: 20, reserved: 4))
        // It trusts its memory.
        try stage.listen(stage.services)
    }

    /// A change that the server makes, and of which its caller never hears.
    private func lose(_ method: HTTP.Method, _ path: String, _ body: String? = nil) {
        proxy.loseAnswer(to: "COMMIT")
        let answer = stage.ask(method, path, body)
        #expect(answer.status == 503 && answer.code == "unavailable", "\(answer.text)")
    }

    /// A worker of another host that dies after its commit: nobody hears of what it does.
    private func mute() throws -> Application {
        try Application(Stage.worker(
            stage.services.site, Database.shared.get().store, RedisConfiguration(port: 1), stage.spool, nil, nil,
            HostMemory(path: nil)))
    }

    private func id(_ json: JSON) -> String { json["id"]?.stringValue ?? "" }

    // MARK: The connection is lost between COMMIT and its answer

    @Test("a link leads where it was sent, and nowhere once it is deleted, on the way of one or of many")
    func link() throws {
        let link = try stage.create(["slug": "to", "url": "https://example.com/1"])
        #expect(stage.follow("/to")[.location] == "https://example.com/1")
        lose(.patch, "/links/\(id(link))", #"{"url": "https://example.com/2"}"#)
        #expect(stage.follow("/to")[.location] == "https://example.com/2")
        lose(.patch, "/links/bulk", #"{"links": [{"id": "\#(id(link))", "url": "https://example.com/3"}]}"#)
        #expect(stage.follow("/to")[.location] == "https://example.com/3")
        lose(.delete, "/links/\(id(link))")
        #expect(stage.follow("/to").status == 404)
        let other = try stage.create(["slug": "other"])
        #expect(stage.follow("/other").status == 302)
        lose(.delete, "/links/bulk", #"{"ids": ["\#(id(other))"]}"#)
        #expect(stage.follow("/other").status == 404)
    }

    @Test("a domain shows what it was told to")
    func domain() throws {
        let domain = try #require(try stage.services.domains.find(stage.host))
        let key = try stage.newKey([.domainsWrite]).text
        #expect(stage.follow("/none").status == 404)
        proxy.loseAnswer(to: "COMMIT")
        let answer = stage.ask(.patch, "/domains/\(domain.id)", #"{"not_found_url": "https://example.com/404"}"#, key: key)
        #expect(answer.status == 503)
        #expect(stage.follow("/none")[.location] == "https://example.com/404")
    }

    @Test("a page that is no longer published is no longer seen")
    func page() throws {
        let (id, slug) = try stage.publishedPage()
        #expect(stage.file(slug) != nil)
        lose(.post, "/bio-pages/\(id)/unpublish")
        #expect(stage.file(slug) == nil)
        lose(.post, "/bio-pages/\(id)/publish")
        #expect(stage.file(slug) != nil)
        lose(.delete, "/bio-pages/\(id)")
        #expect(stage.file(slug) == nil)
    }

    @Test("what the sysadmin has done holds, too")
    func sysadmin() throws {
        let domain = try #require(try stage.services.domains.find(stage.host))
        proxy.loseAnswer(to: "COMMIT")
        #expect(throws: MariaDBError.self) { try stage.sysadmin.removeDomain(domain) }
        #expect(try stage.services.domains.find(stage.host) == nil)
    }

    @Test("what could not be begun is followed by nothing")
    func refused() throws {
        var followed = 0
        let store = Store(MariaDBConfiguration(address: .socket(path: "/nonexistent"), user: "nobody"), connections: 2)
        #expect(throws: MariaDBError.self) { try store.write({ _ in }, then: { followed += 1 }) }
        #expect(followed == 0)
        try stage.store.write({ _ in }, then: { followed += 1 })
        #expect(followed == 1)
    }

    // MARK: The worker dies between COMMIT and telling

    @Test("the same change sent again changes nothing, and is told")
    func again() throws {
        let worker = try mute()
        func change(_ path: String, _ body: String, key: String? = nil) {
            for who in [worker, stage.application] {
                var request = stage.request(.patch, "/v1" + path, body: body)
                if let key { request.fields.authorization = "Bearer " + key }
                let answer = who.respond(to: request)
                #expect(answer.status == 200, "\(answer.text)")
            }
        }
        let link = try stage.create(["slug": "to", "url": "https://example.com/1"])
        #expect(stage.follow("/to").status == 302)
        change("/links/\(id(link))", #"{"url": "https://example.com/2"}"#)
        #expect(stage.follow("/to")[.location] == "https://example.com/2")
        change("/links/bulk", #"{"links": [{"id": "\#(id(link))", "url": "https://example.com/3"}]}"#)
        #expect(stage.follow("/to")[.location] == "https://example.com/3")
        #expect(stage.follow("/none").status == 404)
        let domain = try #require(try stage.services.domains.find(stage.host))
        change(
            "/domains/\(domain.id)", #"{"not_found_url": "https://example.com/404"}"#,
            key: try stage.newKey([.domainsWrite]).text)
        #expect(stage.follow("/none")[.location] == "https://example.com/404")
    }

    @Test("a deletion that nginx repeats is told")
    func repeated() throws {
        let worker = try mute()
        func delete(_ path: String, body: String? = nil, key: String? = nil, status: Int = 204) {
            var request = stage.request(.delete, "/v1" + path, body: body)
            if let key { request.fields.authorization = "Bearer " + key }
            for who in [worker, stage.application] {
                let answer = who.respond(to: request)
                #expect(answer.status == status, "\(answer.text)")
            }
        }
        let links = try (1...2).map { try stage.create(["slug": .string("to\($0)")]) }
        for number in 1...2 { #expect(stage.follow("/to\(number)").status == 302) }
        delete("/links/\(id(links[0]))")
        #expect(stage.follow("/to1").status == 404)
        delete("/links/bulk", body: #"{"ids": ["\#(id(links[1]))"]}"#, status: 200)
        #expect(stage.follow("/to2").status == 404)

        let (page, slug) = try stage.publishedPage()
        let html = try #require(stage.file(slug))
        delete("/bio-pages/\(page)")
        #expect(!html.isEmpty && stage.file(slug) == nil)

        let host = try stage.sysadmin.addDomain(HostName(validating: "gone-\(randomHex(4)).test"), to: stage.workspace)
        #expect(try stage.services.domains.find(host.host) != nil)
        delete("/domains/\(host.id)", key: try stage.newKey([.domainsWrite]).text)
        #expect(try stage.services.domains.find(host.host) == nil)
    }

    @Test("the file of an image whose deletion nginx repeats goes")
    func image() throws {
        let image = try stage.newImage()
        let path = "_/images/\(id(image).dropFirst(4)).png"
        #expect(stage.follow("/" + path).status == 200)
        let bytes = try #require(stage.fileBytes(path))
        let request = stage.request(.delete, "/v1/images/\(id(image))")
        #expect(try mute().respond(to: request).status == 204)
        try Data(bytes).write(to: URL(filePath: stage.spool.path + "/pages/" + path))
        #expect(stage.application.respond(to: request).status == 204)
        #expect(stage.fileBytes(path) == nil)
    }

    @Test("an answer that is given again under its Idempotency-Key is told")
    func replayed() throws {
        let worker = try mute()
        #expect(stage.follow("/new").status == 404)
        var request = stage.request(
            .post, "/v1/links", body: #"{"url": "https://example.com/", "slug": "new", "domain": "\#(stage.host)"}"#)
        request.fields.idempotencyKey = randomHex(8)
        for who in [worker, stage.application] { #expect(who.respond(to: request).status == 201) }
        #expect(stage.follow("/new").status == 302)
    }
}
