@testable import Access
import Application
import Foundation
import HTTP
import Model
import Redis
import Signals
import Support
import Testing

@testable import API
@testable import Resources

/// What changes about a key or a workspace holds for the first request after the change has been answered, on every worker.
@Suite("Keys")
struct RevocationTests {
    @Test("a revoked key is refused from the next request on, by every worker")
    func revoked() throws {
        let stage = try Stage()
        let workers = [stage.application, Application(try stage.secondWorker())]
        for _ in 0..<20 {
            let key = try stage.newKey([.teamRead])
            var request = stage.request(.get, "/v1/workspace")
            request.fields.authorization = "Bearer " + key.text
            for worker in workers { for _ in 0..<3 { #expect(worker.respond(to: request).status == 200) } }
            try stage.sysadmin.revokeKey(key.id)
            for worker in workers { #expect(worker.respond(to: request).status == 401) }
        }
    }

    @Test("a revocation under load: no request that began after it was answered is let in")
    func revokedUnderLoad() throws {
        let stage = try Stage()
        let workers = [stage.application, Application(try stage.secondWorker())]
        let key = try stage.newKey([.teamRead])
        var request = stage.request(.get, "/v1/workspace")
        request.fields.authorization = "Bearer " + key.text
        let (asked, sysadmin) = (request, stage.sysadmin)
        let lasts = try inParallel(9) { number -> (Date, isRevoker: Bool) in
            if number == 0 {
                usleep(200_000)
                try? sysadmin.revokeKey(key.id)
                return (Date(), true)
            }
            var last = Date.distantPast
            while true {
                let began = Date()
                guard workers[number % 2].respond(to: asked).status == 200 else { return (last, false) }
                last = began
            }
        }
        let revoked = try #require(lasts.first { $0.isRevoker }).0
        for (last, isRevoker) in lasts where !isRevoker { #expect(last < revoked) }
    }

    @Test("without Redis a revocation waits until no worker can remember the key")
    func revokedWithoutRedis() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            let workers = [stage.application, Application(try stage.secondWorker())]
            let key = try stage.newKey([.teamRead])
            var request = stage.request(.get, "/v1/workspace")
            request.fields.authorization = "Bearer " + key.text
            for worker in workers { #expect(worker.respond(to: request).status == 200) }
            redis.process.end()
            #expect(workers[0].respond(to: request).status == 200)
            try stage.sysadmin.revokeKey(key.id)
            for worker in workers { #expect(worker.respond(to: request).status == 401) }
        }
    }

    @Test("while Redis is away few at a time change keys, and all others are refused before anything is changed")
    func fewWithoutRedis() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient) { $0.threads = 16 }
            let (owner, id) = (try stage.ownerKey(), try stage.newKey([.teamRead]).id)
            func rename(_ name: String) -> Response {
                stage.ask(.patch, "/api-keys/\(id)", #"{"name": "\#(name)"}"#, key: owner)
            }
            try stage.services.accessChanges.enter(for: stage.workspace.id) { () throws in
                #expect(rename("first").status == 200, "Redis is there")
                redis.process.end()
                // The second one changes nothing.
                for answer in [rename("second"), rename("first")] {
                    #expect(answer.status == 503 && answer[.retryAfter] == "5", "\(answer.text)")
                }
                #expect(try stage.query("SELECT name FROM api_keys WHERE id = \(id)")[0].string(0) == "first")
            }
        }
    }

    @Test("a Redis that comes back empty does not bring a revoked key back")
    func restarted() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            let key = try stage.newKey([.teamRead])
            #expect(stage.ask(.get, "/workspace", key: key.text).status == 200)
            try stage.sysadmin.revokeKey(key.id)
            try redis.restart()
            #expect(stage.ask(.get, "/workspace", key: key.text).status == 401)
        }
    }

    @Test("an epoch that has ended brings nothing back that was cached under it; in use it is renewed for another day")
    func endOfEpoch() throws {
        let stage = try Stage()
        let (key, redis) = (try stage.newKey([.teamRead]), try Redis.Connection(stage.redis))
        let epoch: RedisArgument = "mask:{\(stage.workspace.id)}:epoch"
        stage.window()
        #expect(stage.ask(.get, "/workspace", key: key.text).status == 200)
        let before = try redis.command("GET", epoch).text
        try redis.command("DEL", epoch)
        try stage.tamper("UPDATE api_keys SET revoked_at = UTC_TIMESTAMP(3) WHERE id = \(key.id)")
        #expect(stage.ask(.get, "/workspace", key: key.text).status == 401)
        #expect(try redis.command("GET", epoch).text != before)

        let day: Int64 = 86_400_000
        for _ in 0..<2 {
            try redis.command("PEXPIRE", epoch, "60000")
            // As in a minute that has just begun.
            try redis.command("DEL", "mask:{\(stage.workspace.id)}:\(stage.window())")
            #expect(stage.ask(.get, "/workspace").status == 200)
            #expect(try redis.command("PTTL", epoch).number ?? 0 > day - 60_000)
        }
    }

    @Test("a change that no replica has heard of waits until nothing can be cached; one that a replica has takes effect at once")
    func replication() throws {
        try withOwnRedis { master in
            try withOwnRedis { replica in
                let pool = master.configuration.makePool(capacity: 2)
                #expect(Epoch.replace(of: ["ws"], through: pool), "there is no replica")
                // Else a replica waits five seconds for others that may want the same.
                try master.command("CONFIG", "SET", "repl-diskless-sync-delay", "0")
                let free = try Receiver.listen(backlog: 1)
                let number = Receiver.port(of: free)
                close(free)
                try master.command("CONFIG", "SET", "port", "\(number)")
                let port = try master.command("CONFIG", "GET", "port").elements?.last?.text ?? ""
                try replica.command("REPLICAOF", "127.0.0.1", RedisArgument(port))
                try #require(eventually { try replica.command("ROLE").elements?[3].text == "connected" })
                // The replica says so before its master counts it.
                try #require(eventually { try master.command("ROLE").elements?[2].elements?.isEmpty == false })
                try #require(eventually { Epoch.replace(of: ["ws"], through: pool) })
                #expect(try replica.command("GET", "mask:{ws}:epoch") == master.command("GET", "mask:{ws}:epoch"))
                replica.process.pause()
                defer { replica.process.resume() }
                #expect(!Epoch.replace(of: ["ws"], through: pool))
            }
        }
    }

    @Test("a key whose stored addresses cannot be read is good from nowhere")
    func unreadableAddresses() throws {
        let stage = try Stage()
        let key = try stage.newKey([.teamRead])
        for (stored, status) in [("2001:db8::/32", 200), ("192.0.2.0/24", 403), ("2001:db8::/32 nonsense", 500), ("nonsense", 500)] {
            try stage.tamper("UPDATE api_keys SET allowed_addresses = \(stored) WHERE id = \(key.id)")
            try stage.sysadmin.setLimit(nil, of: stage.workspace)  // so that it is read again
            #expect(stage.ask(.get, "/workspace", key: key.text).status == status, "\(stored)")
        }
    }

    @Test("whoever has used up the address's limit does not reach MariaDB with keys that nobody knows, wherever they are sent")
    func unknownKeys() throws {
        let stage = try Stage()
        let worker = Application(try Stage.worker(stage.services.site, Database.unreachable, stage.redis, stage.spool))
        func status(_ address: String, _ target: String = "/v1/workspace") -> Int {
            var request = stage.request(.get, target)
            request.fields.authorization = "Bearer " + APIKeyText.random().text
            request.remoteAddress = address
            return worker.respond(to: request).status
        }
        let exposed = "/v1/workspace?key=" + APIKeyText.random().text
        #expect(status(stage.address) == 503, "MariaDB is asked")
        let number = stage.window()
        let subject = "mask:{address:\(AddressRange.limitKey(stage.address))}:\(number)"
        try Redis.Connection(stage.redis).command("SET", RedisArgument(subject), RedisArgument(Authenticator.anonymousLimit), "EX", 200)
        #expect(status(stage.address) == 429)
        #expect(status(stage.address, exposed) == 429)
        // All of a /64 is one address.
        #expect(status(stage.address.dropLast() + "ffff:2") == 429)
    }

    @Test("a key works until its expiry, and not at it")
    func expiry() throws {
        let stage = try Stage()
        let key = try stage.newKey([.teamRead], expiresAt: Timestamp(milliseconds: Timestamp.now().milliseconds + 700))
            .text
        #expect(stage.ask(.get, "/workspace", key: key).status == 200)
        usleep(800_000)
        #expect(stage.ask(.get, "/workspace", key: key).status == 401)
    }

    @Test("what is not quite a key is refused")
    func malformed() throws {
        let stage = try Stage()
        let key = stage.key
        var damaged = Array(key)
        damaged[20] = damaged[20] == "x" ? "y" : "x"
        let refused = [
            nil, "", "Bearer", "Bearer ", key, "Basic " + key, "Bearer " + key.dropLast(), "Bearer " + key + "\n",
            "Bearer " + key + " ",
            "Bearer  " + key, "Bearer " + key + "0", "Bearer " + String(damaged), "Bearer " + key.uppercased(),
            "Bearer mk_live_", "Bearer\t" + key,
            "Bearer " + key + ", Bearer " + key, "Bearer " + APIKeyText.random().text,
            "Bearer " + String(repeating: "a", count: 60_000),
        ]
        for authorization in refused {
            var request = stage.request(.get, "/v1/workspace")
            request.fields.authorization = authorization
            let response = stage.respond(to: request)
            #expect(response.status == 401, "\(authorization ?? "no header")")
            #expect(response.code == "unauthorized")
            #expect(response[.wwwAuthenticate] == #"Bearer realm="MASK""#)
        }
    }

    @Test("the scheme may be written in any case (RFC 9110, section 11.1)", arguments: ["bearer", "BEARER", "bEaReR"])
    func schemeCase(scheme: String) throws {
        let stage = try Stage()
        var request = stage.request(.get, "/v1/workspace")
        request.fields.authorization = "\(scheme) \(stage.key)"
        #expect(stage.respond(to: request).status == 200)
    }

    @Test("a wrong checksum is refused without asking the database")
    func checksum() throws {
        let stage = try Stage()
        let worker = Application(try Stage.worker(stage.services.site, Database.unreachable, stage.redis, stage.spool))
        var request = stage.request(.get, "/v1/workspace")
        #expect(worker.respond(to: request).status == 503)
        request.fields.authorization = "Bearer " + stage.key.dropLast() + (stage.key.last == "a" ? "b" : "a")
        #expect(worker.respond(to: request).status == 401)
    }

    @Test("a key in the address is refused, with the advice to replace it, and not repeated")
    func inAddress() throws {
        let stage = try Stage()
        for parameter in ["api_key", "access_token", "q"] {
            let response = stage.ask(.get, "/links?\(parameter)=\(stage.key)")
            #expect(response.status == 400)
            #expect(response.code == "invalid_request")
            #expect(!response.text.contains(stage.key))
        }
    }
}
