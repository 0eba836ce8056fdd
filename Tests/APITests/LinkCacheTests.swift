import Application
import Foundation
import HTTP
import Model
import Signals
import Support
import Synchronization
import Testing

@testable import API
@testable import Resources
@testable import Visits

/// The cache of links is exact: nobody is sent where a link no longer leads.
@Suite("The cache of links")
struct LinkCacheTests {
    private func url(_ number: Int) -> String { "https://example.com/\(number)" }

    @Test("a change is seen by the next request of the same worker, with the channel open and without")
    func sameWorker() throws {
        let stage = try Stage()
        for isListening in [false, true] {
            if isListening { try stage.listen(stage.services) }
            let link = try stage.create(["slug": .string("same\(isListening)"), "url": .string(url(0))])
            for number in 1...20 {
                #expect(stage.follow("/same\(isListening)")[.location] == url(number - 1))
                _ = stage.ask(.patch, "/links/" + (link["id"]?.stringValue ?? ""), #"{"url": "\#(url(number))"}"#)
                #expect(stage.follow("/same\(isListening)")[.location] == url(number))
            }
        }
    }

    @Test("a change is seen by another worker within a moment, and by one that has no channel at once")
    func otherWorker() throws {
        let stage = try Stage()
        let (listening, deaf) = (try stage.secondWorker(), Application(try stage.secondWorker()))
        try stage.listen(listening)
        let other = Application(listening)
        let link = try stage.create(["slug": "to", "url": .string(url(0))])
        let path = "/links/" + (link["id"]?.stringValue ?? "")
        for number in 1...20 {
            for worker in [other, deaf] { #expect(worker.respond(to: stage.visit("/to")).status == 302) }
            _ = stage.ask(.patch, path, #"{"url": "\#(url(number))"}"#)
            #expect(deaf.respond(to: stage.visit("/to"))[.location] == url(number))
            #expect(eventually { other.respond(to: stage.visit("/to"))[.location] == url(number) })
        }
        _ = stage.ask(.delete, path)
        #expect(deaf.respond(to: stage.visit("/to")).status == 404)
        #expect(eventually { other.respond(to: stage.visit("/to")).status == 404 })
    }

    @Test("a slug that was asked for in vain leads on as soon as there is a link, on every worker")
    func unknownBefore() throws {
        let stage = try Stage()
        let listening = try stage.secondWorker()
        try stage.listen(listening)
        try stage.listen(stage.services)
        let other = Application(listening)
        #expect(stage.follow("/new").status == 404)
        #expect(other.respond(to: stage.visit("/new")).status == 404)
        try stage.create(["slug": "new"])
        #expect(stage.follow("/new").status == 302)
        #expect(eventually { other.respond(to: stage.visit("/new")).status == 302 })
    }

    @Test("a link that moves to another slug is at the new one only")
    func moved() throws {
        let stage = try Stage()
        let listening = try stage.secondWorker()
        try stage.listen(listening)
        let other = Application(listening)
        let link = try stage.create(["slug": "old"])
        #expect(other.respond(to: stage.visit("/old")).status == 302)
        #expect(other.respond(to: stage.visit("/fresh")).status == 404)
        _ = stage.ask(.patch, "/links/" + (link["id"]?.stringValue ?? ""), #"{"slug": "fresh"}"#)
        #expect(eventually { other.respond(to: stage.visit("/old")).status == 404 })
        #expect(eventually { other.respond(to: stage.visit("/fresh")).status == 302 })
    }

    @Test(
        "a worker that has the channel answers from memory; one that has lost it asks the database again",
        arguments: [false, true])
    func lostChannel(isFrozen: Bool) throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            try stage.listen(stage.services)
            try stage.create(["slug": "to", "url": .string(url(1))])
            usleep(200_000)  // until word of the new link is round, and not a reason to load it again
            #expect(stage.follow("/to")[.location] == url(1))
            // Behind the API's back, so that nothing is published.
            try stage.tamper("UPDATE links SET url = \(url(2)) WHERE workspace_id = \(stage.workspace.id)")
            #expect(stage.follow("/to")[.location] == url(1))
            if isFrozen { redis.process.pause() } else { try redis.restart() }
            #expect(eventually { stage.follow("/to")[.location] == url(2) })
            if isFrozen { redis.process.resume() }
            #expect(eventually { stage.services.visits.changes.isListening })
            // What was loaded while there was no channel is not trusted now either.
            try stage.tamper("UPDATE links SET url = \(url(3)) WHERE workspace_id = \(stage.workspace.id)")
            #expect(stage.follow("/to")[.location] == url(3))
        }
    }

    @Test("without Redis changes are made, and seen at once by everyone")
    func withoutRedis() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            let listening = try stage.secondWorker()
            try stage.listen(listening)
            let other = Application(listening)
            let link = try stage.create(["slug": "to", "url": .string(url(1))])
            #expect(other.respond(to: stage.visit("/to"))[.location] == url(1))
            redis.process.end()
            #expect(eventually { !listening.visits.changes.isListening })
            let response = stage.ask(.patch, "/links/" + (link["id"]?.stringValue ?? ""), #"{"url": "\#(url(2))"}"#)
            #expect(response.status == 200)
            for worker in [stage.application, other] {
                #expect(worker.respond(to: stage.visit("/to"))[.location] == url(2))
            }
        }
    }

    @Test("while links are changed under load, no answer is older than the change before it")
    func underLoad() throws {
        let stage = try Stage()
        try stage.listen(stage.services)
        let link = try stage.create(["slug": "to", "url": .string(url(0))])
        let path = "/links/" + (link["id"]?.stringValue ?? "")
        let done = Mutex(0)
        let stale = try inParallel(9) { number in
            if number == 0 {
                for version in 1...100 {
                    _ = stage.ask(.patch, path, #"{"url": "\#(url(version))"}"#)
                    done.withLock { $0 = version }
                }
                return 0
            }
            var stale = 0
            while true {
                let least = done.withLock { $0 }
                let got =
                    stage.follow("/to")[.location].flatMap { Int($0.dropFirst("https://example.com/".count)) } ?? -1
                if got < least { stale += 1 }
                if least == 100 { return stale }
            }
        }
        #expect(stale.reduce(0, +) == 0)
    }

    @Test("the cache keeps to its size, and forgets nobody who is used")
    func capacity() throws {
        let stage = try Stage { $0.cachedLinks = 64 }
        try stage.listen(stage.services)
        try stage.create(["slug": "hot"])
        for number in 0..<400 {
            _ = stage.follow("/missing\(number)")
            #expect(stage.follow("/hot").status == 302)
        }
        #expect(stage.services.visits.links.count <= 64)
    }

    @Test("long links count for several, and the cache keeps to its bytes")
    func bytes() throws {
        let stage = try Stage { $0.cachedLinks = 1600 }
        try stage.listen(stage.services)
        try stage.create(["slug": "hot", "url": .string(url(1))])
        let long = "https://example.com/" + String(repeating: "x", count: 8000)
        for number in 0..<200 {
            try stage.create(["slug": .string("long\(number)"), "url": .string(long), "expired_url": .string(long)])
            #expect(stage.follow("/long\(number)").status == 302)
            #expect(stage.follow("/hot").status == 302)
        }
        #expect(stage.services.visits.links.bytes <= 1600 * CacheTerms().leastBytes && stage.services.visits.links.count < 60)
        // Behind the API's back: what is answered comes from memory.
        try stage.tamper("UPDATE links SET url = \(url(2)) WHERE slug = 'hot' AND workspace_id = \(stage.workspace.id)")
        #expect(stage.follow("/hot")[.location] == url(1))
    }

    @Test("a scan of slugs that are not there pushes out no link that is used")
    func scan() throws {
        let stage = try Stage { $0.cachedLinks = 320 }
        try stage.listen(stage.services)
        for number in 0..<32 { try stage.create(["slug": .string("warm\(number)"), "url": .string(url(1))]) }
        usleep(200_000)  // until word of the new links is round
        for _ in 0..<2 { for number in 0..<32 { #expect(stage.follow("/warm\(number)").status == 302) } }
        for number in 0..<400 { _ = stage.follow("/none\(number)") }
        try stage.tamper("UPDATE links SET url = \(url(2)) WHERE workspace_id = \(stage.workspace.id)")
        let fromMemory = (0..<32).count { stage.follow("/warm\($0)")[.location] == url(1) }
        #expect(fromMemory >= 24, "shards are not filled evenly: \(fromMemory)")
    }

    @Test("nothing is remembered of hosts that are nobody's, names that no host has, and slugs that no link has")
    func strangers() throws {
        let stage = try Stage()
        try stage.listen(stage.services)
        func visit(_ host: String, _ path: String) -> Int {
            var visit = stage.visit(path)
            visit.host = host
            return stage.application.respond(to: visit).status
        }
        #expect(visit(stage.host, "/") == 404)  // the domain is known from now on
        let (links, domains) = (stage.services.visits.links.count, stage.services.domains.count)
        for number in 0..<20 {
            #expect(visit(String(repeating: "a", count: 7600) + "\(number)", "/x") == 404)
            #expect(visit("a_\(number).test", "/x") == 404)
            #expect(visit("192.0.2.\(number)", "/x") == 404)
            for path in ["/.qr", "/_x\(number)", "/.x\(number)"] { #expect(visit(stage.host, path) == 404) }
        }
        #expect(stage.services.visits.links.count == links && stage.services.domains.count == domains)
        for number in 0..<20 { #expect(visit("host\(number).test", "/x") == 404) }
        #expect(stage.services.visits.links.count == links)
    }

    @Test("a link that is known leads on while MariaDB is away; one that is not gets a page that says later")
    func withoutDatabase() throws {
        let server = try MariaDBServer()
        let stage = try Stage(store: Database.migrated(server))
        try stage.create(["slug": "known"])
        #expect(stage.follow("/known").status == 302)
        server.process.end()
        #expect(stage.follow("/known").status == 302)
        let unknown = stage.follow("/unknown")
        #expect(unknown.status == 503)
        #expect(unknown[.retryAfter] == "1")
        let response = stage.ask(.post, "/links", #"{"url": "https://example.com/"}"#)
        #expect(response.status == 503)
        #expect(response.code == "unavailable")
        #expect(response[.retryAfter] == "1")
    }
}
