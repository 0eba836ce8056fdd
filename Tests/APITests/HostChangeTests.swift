import Application
import Foundation
import HTTP
import Metrics
import Model
import Store
import Support
import Testing
import Threads

@testable import API
@testable import Resources
@testable import Visits

/// A change is right on its host when its answer is sent, whichever worker is asked next.
@Suite("Changes on one host")
struct HostChangeTests {
    private let folder: TemporaryFolder
    private let stage: Stage

    init() throws {
        let folder = try TemporaryFolder("host")
        self.folder = folder
        stage = try Stage(memory: HostMemory(path: folder.path + "/metrics"))
        try stage.listen(stage.services)
    }

    /// Another worker, which trusts its memory and hears nothing: it listens to another Redis.
    private func deaf(_ redis: RedisServer, memory: String?) throws -> Services {
        let worker = try stage.secondWorker(memory: HostMemory(path: memory))
        let listener = InvalidationListener(redis.configuration, services: worker.visits)
        _ = try Threads.Thread.start(name: "invalidation") { listener.run() }
        try #require(eventually { worker.visits.changes.isListening })
        return worker
    }

    @Test("every worker of the host answers right after a change, without a word from Redis")
    func links() throws {
        try withOwnRedis { redis in
            let other = Application(try deaf(redis, memory: folder.path + "/metrics"))
            let id = try stage.create(["slug": "to"])["id"]?.stringValue ?? ""
            for number in 1...50 {
                let url = "https://example.com/\(number)"
                #expect(stage.ask(.patch, "/links/\(id)", #"{"url": "\#(url)"}"#).status == 200)
                for worker in [other, stage.application, other] { #expect(worker.respond(to: stage.visit("/to"))[.location] == url) }
            }
            #expect(other.respond(to: stage.visit("/new")).status == 404)
            try stage.create(["slug": "new"])
            #expect(other.respond(to: stage.visit("/new")).status == 302)
            _ = stage.ask(.delete, "/links/\(id)")
            #expect(other.respond(to: stage.visit("/to")).status == 404)
        }
    }

    @Test("so do the settings of a domain, changed over the API or by the sysadmin")
    func domains() throws {
        try withOwnRedis { redis in
            let worker = try deaf(redis, memory: folder.path + "/metrics")
            let host = "host-\(randomHex(4)).test"
            #expect(try worker.domains.find(host) == nil)
            let domain = try stage.sysadmin.addDomain(HostName(validating: host), to: stage.workspace)
            #expect(try worker.domains.find(host)?.id == domain.id)
            try stage.sysadmin.removeDomain(domain)
            #expect(try worker.domains.find(host) == nil)
        }
    }

    @Test("a worker that shares no memory hears by Redis, and until then trusts what it has")
    func apart() throws {
        try withOwnRedis { redis in
            let other = Application(try deaf(redis, memory: nil))
            let id = try stage.create(["slug": "to", "url": "https://example.com/1"])["id"]?.stringValue ?? ""
            #expect(other.respond(to: stage.visit("/to"))[.location] == "https://example.com/1")
            _ = stage.ask(.patch, "/links/\(id)", #"{"url": "https://example.com/2"}"#)
            #expect(other.respond(to: stage.visit("/to"))[.location] == "https://example.com/1")
        }
    }
}
