import Application
import HTTP
import Metrics
import Model
import Support
import Testing

@testable import API
@testable import Resources
import Work

/// A workspace that the sysadmin deletes is unknown to the next request, on every worker.
@Suite("Deleting a workspace")
struct WorkspaceDeletionTests {
    @Test("its keys, links, hosts and pages are unknown at once, and those of another workspace are not")
    func unknown() throws {
        let folder = try TemporaryFolder("host")
        let stage = try Stage(memory: HostMemory(path: folder.path + "/metrics"))
        let neighbour = try Stage(memory: HostMemory(path: folder.path + "/metrics"))
        let far = try stage.secondWorker()
        for services in [stage.services, neighbour.services, far] { try stage.listen(services) }
        let workers = [stage.application, Application(try stage.secondWorker(memory: HostMemory(path: folder.path + "/metrics")))]

        try stage.create(["slug": "own"])
        let shared = "shared-\(randomHex(4))"
        try stage.create(["slug": .string(shared), "domain": .string(Stage.linkHost)])
        let page = try stage.publishedPage()
        try neighbour.create(["slug": "own"])
        var (visits, api) = (["/own", "/" + shared, "/" + page.slug].map { stage.visit($0) }, stage.request(.get, "/v1/workspace"))
        visits[1].host = Stage.linkHost
        api.fields.authorization = "Bearer " + stage.key
        for worker in workers + [Application(far)] {
            #expect(visits.map { worker.respond(to: $0).status } == [302, 302, 200])
            #expect(worker.respond(to: api).status == 200)
        }

        let sysadmin = Sysadmin(
            stage.services.site, stage.backdoor, stage.services.redis, memory: HostMemory(path: folder.path + "/metrics"))
        #expect(try sysadmin.deleteWorkspace(stage.workspace.slug) > 0)
        for worker in workers {
            #expect(visits.map { worker.respond(to: $0).status } == [404, 404, 404])
            #expect(worker.respond(to: api).status == 401)
        }
        // On another host when Redis has told it.
        let other = Application(far)
        #expect(other.respond(to: api).status == 401)
        #expect(eventually { visits.allSatisfy { other.respond(to: $0).status == 404 } })
        #expect(neighbour.follow("/own").status == 302 && neighbour.ask(.get, "/workspace").status == 200)

        // The name and the host are free; the command goes on where there is something left.
        #expect(try sysadmin.deleteWorkspace(stage.workspace.slug) == 0)
        let next = try stage.sysadmin.createWorkspace(slug: stage.workspace.slug, name: "Next", plan: .hobby)
        #expect(try stage.sysadmin.addDomain(HostName(validating: stage.host), to: next).status == .verified)
        #expect(throws: Refusal.unknownWorkspace("nobody")) { try sysadmin.deleteWorkspace("nobody") }
    }
}
