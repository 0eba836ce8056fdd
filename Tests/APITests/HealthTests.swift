@testable import Application
import HTTP
import Support
import Testing

@testable import API
@testable import Resources

/// What monitoring on the host itself asks.
@Suite("Health")
struct HealthTests {
    @Test("a process that answers is alive; one with its servers is ready")
    func ready() throws {
        let stage = try Stage()
        #expect(stage.application.respond(to: stage.request(.get, "/healthz")).status == 200)
        let ready = stage.application.respond(to: stage.request(.get, "/readyz"))
        #expect(ready.status == 200)
        #expect(ready.json["status"] == "pass")
        #expect(ready[.cacheControl] == "no-store")
    }

    @Test("both hosts answer for it, without a key")
    func hosts() throws {
        let stage = try Stage()
        for host in [Stage.apiHost, Stage.linkHost] {
            var request = stage.request(.get, "/readyz")
            request.host = host
            request.fields.authorization = nil
            #expect(stage.application.respond(to: request).json["status"] == "pass")
        }
    }

    @Test("without Redis it is ready with a warning, without MariaDB it is not")
    func outages() throws {
        try withOwnRedis { redis in
            let stage = try Stage(redis: redis.configuration.impatient)
            redis.process.end()
            let warned = stage.application.respond(to: stage.request(.get, "/readyz"))
            #expect(warned.status == 200)
            #expect(warned.json["status"] == "warn")
            let worker = Application(
                try Stage.worker(stage.services.site, Database.unreachable, stage.redis, stage.spool))
            #expect(worker.respond(to: stage.request(.get, "/healthz")).status == 200)
            let failed = worker.respond(to: stage.request(.get, "/readyz"))
            #expect(failed.status == 503)
            #expect(failed.json["status"] == "fail")
        }
    }
}
