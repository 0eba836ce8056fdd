import Application
import Crypto
import HTTP
import Model
import Support
import Synchronization
import Testing
import Threads

@testable import API
@testable import Resources
@testable import Visits

/// Passwords of links: what cannot be hashed is not stored, what cannot be checked is not wrong, and tries are bounded.
@Suite("Passwords of links")
struct PasswordTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    private struct Broken: Error {}

    /// A worker whose scrypt is as told.
    private func worker(
        places: Int = 2, queue: Int = 4, make: @escaping PasswordGate.Make = { _ in throw Broken() },
        verify: @escaping PasswordGate.Verify = { _, _ in throw Broken() }
    ) throws -> Application {
        let gate = Gate<WorkspaceID>("with other passwords", places: places, queue: queue, retryAfter: 2)
        return Application(try Stage.worker(
            stage.services.site, stage.store, stage.redis, stage.spool, passwords: PasswordGate(gate, make: make, verify: verify)))
    }

    /// A try from an address of its own.
    private func visit(_ password: String, from address: String, _ slug: String = "secret") -> Request {
        var visit = stage.visit("/" + slug, .post, body: "password=" + password)
        visit.remoteAddress = address
        return visit
    }

    @Test("a password that cannot be hashed stores nothing: there is no link without it, and the old protection stays")
    func cannotBeMade() throws {
        let (broken, external) = (try worker(), "e-" + randomHex(4))
        let before = try stage.effects()
        let protected = #"{"url": "https://example.com/", "password": "new"}"#
        #expect(stage.send(.post, "/links", protected, to: broken).status == 500)
        #expect(stage.send(.put, "/links/by-external-id/" + external, protected, to: broken).status == 500)
        #expect(try stage.effects() == before)

        let link = try stage.create(["slug": "secret", "password": "old", "external_id": .string(external)])
        let path = "/links/" + (link["id"]?.stringValue ?? "")
        for answer in [
            stage.send(.patch, path, #"{"password": "new", "title": "changed"}"#, to: broken),
            stage.send(.put, "/links/by-external-id/" + external, protected, to: broken),
        ] { #expect(answer.status == 500 && answer.code == "internal_error") }
        let after = stage.ask(.get, path).json
        #expect(after["password_protected"] == true && after["title"] == .null)
        #expect(stage.follow("/secret").status == 200, "the form")
        #expect(stage.follow("/secret", .post, body: "password=old").status == 303)
        // What needs no hash goes on.
        #expect(stage.send(.patch, path, #"{"password": null}"#, to: broken).json["password_protected"] == false)
    }

    @Test("a password that cannot be checked is neither right nor wrong", arguments: [true, false])
    func cannotBeChecked(isBroken: Bool) throws {
        let link = try stage.create(["slug": "secret", "password": "old"])
        var broken = stage.application
        if isBroken {
            broken = try worker()
        } else {
            // A hash that takes more memory than scrypt may have.
            try stage.tamper("""
                UPDATE links SET password_hash = '$scrypt$ln=20,r=32,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA'
                WHERE workspace_id = \(stage.workspace.id) AND slug = \(link["slug"]?.stringValue)
                """)
        }
        let answer = broken.respond(to: visit("old", from: stage.address))
        #expect(answer.status == 503 && answer[.retryAfter] != nil && !answer.text.contains("not the password"))
    }

    @Test("a password is hashed once, however often its change is tried again")
    func once() throws {
        let made = Atomic(0)
        let count: @Sendable () -> Int = { made.add(1, ordering: .relaxed).newValue }
        let counting = try worker(make: { _ in
            // Somebody else changes the link whenever this change is about to be written.
            if count() == 1 { try stage.tamper("UPDATE links SET version = version + 1 WHERE workspace_id = \(stage.workspace.id)") }
            return "$scrypt$ln=14,r=8,p=1$c2FsdA$AAAAAAAAAAAAAAAAAAAAAA"
        })
        let link = try stage.create(["slug": "plain"])
        let answer = stage.send(.patch, "/links/" + (link["id"]?.stringValue ?? ""), #"{"password": "new"}"#, to: counting)
        #expect(answer.status == 200 && answer.json["password_protected"] == true)
        #expect(made.load(ordering: .relaxed) == 1)
    }

    @Test("while too many are checked a visitor is told to come back, loses no try, and is never told that it was wrong")
    func busy() throws {
        let state = Monitor((inside: 0, isOpen: false))
        let full = try worker(places: 1, queue: 0, verify: { password, _ in
            state.withLock { $0.inside += 1 }
            state.broadcast()
            _ = state.wait(until: .never) { $0.isOpen ? true : nil }
            return password == "right"
        })
        try stage.create(["slug": "secret", "password": "right"])
        let first = visit("wrong", from: "192.0.2.1")
        let thread = try Threads.Thread.start(name: "first") { #expect(full.respond(to: first).status == 403) }
        _ = state.wait(until: .never) { $0.inside == 1 ? true : nil }
        for _ in 0..<20 {
            let refused = full.respond(to: visit("right", from: stage.address))
            #expect(refused.status == 503 && refused[.retryAfter] == "2")
            #expect(refused.text.contains(#"<form method="post">"#) && !refused.text.contains("not the password"))
        }
        // The API says so too, with its own document.
        let answer = stage.send(.post, "/links", #"{"url": "https://example.com/", "password": "new"}"#, to: full)
        #expect(answer.status == 503 && answer[.retryAfter] == "2" && answer.code == "unavailable")
        state.withLock { $0.isOpen = true }
        state.broadcast()
        thread.join()
        #expect(full.respond(to: visit("right", from: stage.address)).status == 303)
    }

    @Test("an address has five tries a minute, its neighbourhood twenty, and everybody together a hundred")
    func tries() throws {
        let quick = try worker(verify: { password, _ in password == "right" })
        /// How many of so many wrong tries are looked at.
        func looked(_ slug: String, _ addresses: [String]) throws -> Int {
            try stage.create(["slug": .string(slug), "password": "right"])
            stage.window(leaving: 10_000)
            return addresses.count { quick.respond(to: visit("wrong", from: $0, slug)).status == 403 }
        }
        let net = "2001:db8:" + randomHex(2)
        #expect(try looked("a", Array(repeating: "203.0.113.9", count: 30)) == 5)
        #expect(try looked("b", (0..<30).map { "\(net):1::\($0)" }) == 5, "a /64")
        #expect(try looked("c", (0..<30).map { "203.0.113.\($0)" }) == 20, "a /24")
        #expect(try looked("d", (0..<30).map { "\(net):\($0)::1" }) == 20, "a /48")
        #expect(try looked("e", (0..<120).map { "10.9.\($0).1" }) == 100)
        let refused = quick.respond(to: visit("right", from: "198.51.100.1", "e"))
        #expect(refused.status == 429 && refused[.retryAfter] != nil)
        #expect(quick.respond(to: visit("right", from: "198.51.100.1", "d")).status == 303, "another link")
    }
}
