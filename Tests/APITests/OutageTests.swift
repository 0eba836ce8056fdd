import Foundation
import HTTP
import MariaDB
import Metrics
import Model
import Signals
import Store
import Support
import Synchronization
import Testing
import Threads

@testable import API
@testable import Resources
@testable import Visits
import Work

/// A MariaDB that falls silent changes nothing for visitors of what is known, and holds nobody who cannot be helped.
@Suite("Outages of MariaDB", .serialized)
struct OutageTests {
    /// How MariaDB falls silent.
    enum Silence: CaseIterable, CustomTestStringConvertible {
        /// The process is stopped: the kernel still takes connections and bytes for it.
        case stopped
        /// The network carries nothing.
        case dropped

        var testDescription: String { self == .stopped ? "stopped" : "dropped network" }
    }

    /// MariaDB with what is between it and a stage.
    private final class Line: Sendable {
        let stage: Stage
        private let server: MariaDBServer
        private let proxy: Proxy
        private let silence: Silence

        /// Made once: a server takes seconds to begin.
        static let stopped = Result { try Line(.stopped, server.get()) }
        static let dropped = Result { try Line(.dropped, server.get()) }

        private static let server = Result {
            let server = try MariaDBServer()
            _ = try Database.migrated(server)
            return server
        }

        private init(_ silence: Silence, _ server: MariaDBServer) throws {
            self.silence = silence
            self.server = server
            proxy = try Proxy(to: server.configuration.socketPath)
            var configuration = server.configuration
            if silence == .dropped { configuration.address = .tcp(host: "127.0.0.1", port: UInt32(proxy.port)) }
            configuration.database = "mask"
            // A copy is old at once, and due before.
            stage = try Stage(
                store: Store(configuration, connections: 20, reserved: 4), terms: CacheTerms(trust: 100, refresh: 50))
        }

        func fallSilent() {
            if silence == .stopped { server.process.pause() } else { proxy.fallSilent() }
        }

        /// And waits until nothing is wrong any more.
        func speak() {
            if silence == .stopped { server.process.resume() } else { proxy.speak() }
            _ = stage.store.outage.waitForEnd(until: .after(milliseconds: 30_000))
        }

        /// A session of its own, which nothing lies between.
        func session() throws -> MariaDB.Connection {
            var configuration = server.configuration
            configuration.database = "mask"
            return try MariaDB.Connection(configuration)
        }

        var executions: Int {
            get throws {
                let row = try MariaDB.Connection(server.configuration).query("""
                    SELECT CAST(VARIABLE_VALUE AS SIGNED) FROM information_schema.GLOBAL_STATUS
                    WHERE VARIABLE_NAME = 'Com_stmt_execute'
                    """).first
                return try #require(try row?.integer(0))
            }
        }
    }

    private func line(_ silence: Silence) throws -> Line { try (silence == .stopped ? Line.stopped : Line.dropped).get() }

    /// Far above what a busy machine takes for an answer from memory, and far below MariaDB's thirty seconds.
    private static let bound = Duration.seconds(12)

    @Test("while MariaDB is silent known links lead on, and no visitor waits for it", arguments: Silence.allCases)
    func knownLinks(_ silence: Silence) throws {
        let line = try line(silence)
        let stage = line.stage
        for number in 0..<8 { try stage.create(["slug": .string("many\(number)")]) }
        for number in 0..<8 { #expect(stage.follow("/many\(number)").status == 302) }
        usleep(200_000)  // all of them are old
        line.fallSilent()
        defer { line.speak() }
        let longest = Mutex(Duration.zero)
        let statuses = try inParallel(64) { number in
            (0..<50).map { _ in
                let began = ContinuousClock.now
                let status = stage.follow("/many\(number % 8)").status
                longest.withLock { $0 = max($0, ContinuousClock.now - began) }
                return status
            }
        }
        #expect(Set(statuses.joined()) == [302])
        #expect(longest.withLock { $0 } < Self.bound)
    }

    @Test("while MariaDB is silent what is not known is refused soon, and all is well when it speaks again", arguments: Silence.allCases)
    func unknown(_ silence: Silence) throws {
        let line = try line(silence)
        let stage = line.stage
        try stage.create(["slug": "fresh"])
        try stage.create(["slug": "budget", "max_clicks": 1000])
        #expect(stage.follow("/budget").status == 302)
        line.fallSilent()
        let began = ContinuousClock.now
        let answers = try inParallel(64) { number in stage.follow(number % 2 == 0 ? "/fresh" : "/budget") }
        #expect(Set(answers.map(\.status)) == [503] && Set(answers.map { $0[.retryAfter] }) == ["1"])
        // Nor do calls of the API hold threads once it is known.
        #expect(eventually { stage.store.outage.reason != nil })
        let refused = stage.ask(.get, "/workspace")
        #expect(refused.status == 503 && refused.code == "unavailable")
        #expect(ContinuousClock.now - began < .seconds(20))
        line.speak()
        #expect(eventually { stage.follow("/fresh").status == 302 })
        #expect(eventually { stage.ask(.get, "/workspace").status == 200 })
        #expect(stage.follow("/budget").status == 302)
    }

    @Test("while MariaDB takes connections and its statements hang, only the first visitors of what is known wait for it")
    func hanging() throws {
        let line = try line(.stopped)
        let stage = line.stage
        for number in 0..<8 { try stage.create(["slug": .string("hang\(number)"), "url": "https://example.com/1"]) }
        for number in 0..<8 { #expect(stage.follow("/hang\(number)").status == 302) }
        usleep(200_000)  // all of them are old
        let session = try line.session()
        try session.run("LOCK TABLES links WRITE, domains READ")
        _ = try inParallel(64) { number in #expect(stage.follow("/hang\(number % 8)").status == 302) }  // these wait
        let began = ContinuousClock.now
        for number in 0..<20 {
            // In doubt nobody waits anyway; it ends with the next connection.
            #expect(stage.store.outage.waitForEnd(until: .after(milliseconds: 30_000)))
            #expect(stage.follow("/hang\(number % 8)").status == 302)
        }
        #expect(ContinuousClock.now - began < Self.bound)
        try session.run("UPDATE links SET url = 'https://example.com/2' WHERE slug LIKE 'hang%'")
        try session.run("UNLOCK TABLES")
        // What is known to have changed is not answered from memory.
        stage.services.office.effects.carryOut([.links([Place(host: stage.host, slug: "hang0")])])
        #expect(stage.follow("/hang0")[.location] == "https://example.com/2")
        for number in 1..<8 {
            #expect(eventually { stage.follow("/hang\(number)")[.location] == "https://example.com/2" })
        }
    }

    @Test("while answers are late few wait for one, and the others are refused at once")
    func fewWait() throws {
        let lookups = VisitorLookups(store: try line(.stopped).stage.store)
        let lateness = Lateness()
        lateness.begin()
        let counts = Monitor((waiting: 0, refused: 0))
        _ = try inParallel(100) { _ in
            var isWaiting = false
            #expect(throws: StoreSilent.self) {
                try lookups.insist(lateness) { () -> Lookup<Void>? in
                    if isWaiting { return nil }
                    isWaiting = true
                    counts.withLock { $0.waiting += 1 }
                    _ = counts.wait(until: .after(milliseconds: 30_000)) { $0.refused == 36 ? true : nil }
                    return nil
                }
            }
            if isWaiting { return }
            counts.withLock { $0.refused += 1 }
            counts.broadcast()
        }
        let (waiting, refused) = counts.withLock { $0 }
        #expect(waiting == 64 && refused == 36)
    }

    private final class Known: Sendable {}

    @Test("while answers are late few wait for what is known to have changed, and everybody else gets what it was at once")
    func fewWaitForChanges() throws {
        let lookups = VisitorLookups(store: try line(.stopped).stage.store)
        let changes = Changes(HostMemory(path: nil))
        let cache = ExactCache<Known>(lookups, changes, terms: CacheTerms(), bytes: 1 << 20) { _ in 8 }
        let place = Place(host: "go.test", slug: "changed")
        _ = try cache.load(place, nil) { _ in Known() }
        guard case .untrusted(let entry?) = cache.find(place) else { throw TestFailure("nothing is known") }
        changes.hear(place.key)
        cache.lateness.begin()
        let asked = Monitor(0)
        @Sendable func isFresh() throws -> Bool {
            let loaded = try cache.load(place, entry) { _ in
                asked.withLock { $0 += 1 }
                return Known()
            }
            if case .fresh = loaded { return true } else { return false }
        }
        let hold = Monitor((waiting: 0, isOver: false))
        _ = try inParallel(65) { number in
            if number == 0 {
                _ = hold.wait(until: .never) { $0.waiting == 64 ? true : nil }
                #expect(try !isFresh() && asked.withLock { $0 } == 0)
                hold.withLock { $0.isOver = true }
                return hold.broadcast()
            }
            try lookups.insist(cache.lateness) { () -> Lookup<Void>? in
                hold.withLock { $0.waiting += 1 }
                hold.broadcast()
                _ = hold.wait(until: .never) { $0.isOver ? true : nil }
                let lookup = Lookup<Void>()
                lookup.finish(.success(()))
                return lookup
            }
        }
        #expect(try isFresh() && asked.withLock { $0 } == 1)
    }

    @Test("a look that may have changed while MariaDB is silent is not shown, and is asked for again")
    func look() throws {
        let line = try line(.dropped)
        let (stage, changes) = (line.stage, Changes(HostMemory(path: nil)))
        let (owner, workspace) = (try stage.ownerKey(), stage.workspace.id)
        let directory = BrandDirectory(stage.services.visits.visitors, changes)
        func call(_ name: String) {
            #expect(stage.ask(.patch, "/workspace", #"{"brand": {"name": "\#(name)"}}"#, key: owner).status == 200)
        }
        call("Old")
        #expect(directory.look(of: workspace)?.name == "Old")
        call("New")
        changes.hear(Place.brand(of: workspace).key)
        line.fallSilent()
        let shown = directory.look(of: workspace)
        line.speak()
        #expect(shown == nil)
        #expect(eventually { directory.look(of: workspace)?.name == "New" })
    }

    @Test("a salt that a worker has made up while MariaDB was late is replaced by the one that all share")
    func salt() throws {
        let line = try line(.stopped)
        let day = Timestamp.now().day
        let session = try line.session()
        try session.run("DELETE FROM visitor_salts")
        let cache = SaltCache(line.stage.services.visits.visitors)
        try session.run("LOCK TABLES visitor_salts WRITE")
        let own = cache.salt(ofDay: day).bytes
        #expect(cache.salt(ofDay: day).bytes == own)
        try session.run("UNLOCK TABLES")
        let other = SaltCache(line.stage.services.visits.visitors)
        #expect(eventually { (try? other.refresh()) != nil && (try? cache.refresh()) != nil })
        #expect(cache.salt(ofDay: day).bytes == other.salt(ofDay: day).bytes && cache.salt(ofDay: day).bytes != own)
    }

    @Test("what a host shows its visitors is known as long as its links are")
    func domains() throws {
        let line = try line(.stopped)
        let stage = line.stage
        try stage.tamper("UPDATE domains SET not_found_url = 'https://example.com/404' WHERE host = \(stage.host)")
        try stage.create(["slug": "known"])
        #expect(stage.follow("/known").status == 302)
        #expect(stage.follow("/none")[.location] == "https://example.com/404")
        usleep(200_000)
        line.fallSilent()
        defer { line.speak() }
        #expect(try stage.services.domains.find(stage.host)?.settings.notFoundURL == "https://example.com/404")
        #expect(eventually { stage.store.outage.isSuspected })
        #expect(stage.follow("/known").status == 302)
        #expect(stage.services.visits.salts.salt(ofDay: 1).bytes.count == 32, "a day that nobody has asked for")
    }

    @Test("a silence is noticed by what is read again before its time is over, so that nobody waits for it", arguments: Silence.allCases)
    func noticed(_ silence: Silence) throws {
        let line = try line(silence)
        let stage = try Stage(store: line.stage.store, terms: CacheTerms(refresh: 50))
        try stage.listen(stage.services)
        try stage.create(["slug": "due"])
        usleep(200_000)  // until word of the new link is round
        #expect(stage.follow("/due").status == 302)
        line.fallSilent()
        defer { line.speak() }
        #expect(eventually { stage.follow("/due").status == 302 && stage.store.outage.isSuspected })
    }

    @Test("a restart of MariaDB is waited for by who asks for a link that is not known")
    func restart() throws {
        let line = try line(.dropped)
        let stage = line.stage
        try stage.create(["slug": "late"])
        line.fallSilent()
        let waiting = try inParallel(8) { number in
            if number == 0 { usleep(300_000); line.speak() }
            return stage.follow("/late").status
        }
        #expect(Set(waiting) == [302])
    }

    @Test("a link that everybody asks for is read once when its minute is over, and nobody waits for that")
    func singleFlight() throws {
        let line = try line(.dropped)
        let stage = line.stage
        try stage.create(["slug": "viral"])
        #expect(stage.follow("/viral").status == 302)
        usleep(150_000)
        let before = try line.executions
        // What is asked meanwhile is held back, so that all ask while the first one does.
        line.fallSilent()
        let statuses = try inParallel(64) { number in
            if number == 0 { usleep(300_000); line.speak() }
            return stage.follow("/viral").status
        }
        #expect(Set(statuses) == [302])
        // A look-up of a link is two statements, and whoever came late may have asked once more.
        #expect(try line.executions - before <= 4)
    }
}
