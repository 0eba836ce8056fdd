import Model
@testable import Operations
import Testing

@testable import Bootstrap

@Suite("Certificates of custom domains")
struct CertificateTests {
    @Test("a workspace gets five new ones at a time, others theirs beside it, and hosts of none none")
    func turns() {
        let (greedy, modest) = (WorkspaceID.new(), WorkspaceID.new())
        func domain(_ workspace: WorkspaceID?, _ number: Int) -> Domain {
            Domain(id: .new(), workspace: workspace, host: "go\(number).example", createdAt: .now())
        }
        let domains = (0..<100).map { domain(greedy, $0) } + [domain(nil, 100)] + (101..<103).map { domain(modest, $0) }
        let chosen = Certificates.chosen(among: domains)
        #expect(chosen.map(\.workspace) == Array(repeating: greedy, count: 5) + [modest, modest])
    }

    @Test("the audit log gets a person's name as it can have it, and none for MASK's own users", arguments: [
        ("ada", "ada"), ("ada.lovelace@example", "ada.lovelace@example"), ("äda\n", "?da?"), ("mask", nil), ("mask-admin", nil),
        ("mask-webhooks", nil), ("", nil), (String(repeating: "a", count: 50), String(repeating: "a", count: 32)),
    ])
    func person(name: String, written: String?) {
        #expect(Account.person(named: name) == written)
    }
}
