import AnalyticsStore
import Bootstrap
import LinkStore
import MariaDB
import Model
import Store

extension Installation {
    /// MASK_DATABASE.
    var databaseName: String { configuration.database.database ?? "" }

    /// A connection for work that takes its time: no statement is given up.
    func connectPatiently() throws -> Connection {
        var database = configuration.database
        database.answerSeconds = 86_400
        database.sessionStatement += ", wait_timeout = 604800"
        return try Servers(database).connect()
    }

    /// The names of the migrations that are yet to be applied.
    public func pendingMigrations() throws -> [String] {
        try migrator().pending(on: try connectPatiently()).map(\.name)
    }

    /// Brings the schema up to date, makes partitions ahead, and gives the accounts of the workers and the sender their rights.
    /// - Parameter report: is told what is done, a line each.
    public func migrate(report: (String) -> Void) throws {
        let (migrator, roles) = (try migrator(), try roles())
        let connection = try connectPatiently()
        try migrator.migrate(on: connection) { report("applying \($0.name)") }
        try Partitions.maintainAll(today: Timestamp.now().day, on: connection).forEach(report)
        if try !Roles.grant(roles, on: connection) {
            report("there are no roles mask_worker and mask_sender (grants.sql): nothing was granted")
        }
        try moveFormerClicks(report: report)
        try fillLinkTexts(report: report)
    }

    /// Gives the links that the version before 0.9.1 has made their texts, while its workers run. Safe to interrupt: the next run
    /// goes on.
    private func fillLinkTexts(report: (String) -> Void) throws {
        let store = Store(configuration.database, connections: 2)
        // A folder of older migrations makes no such table.
        guard try !store.read({ try $0.query("SHOW TABLES LIKE 'link_text_passes'") }).isEmpty else { return }
        try LinkTextPass.run(in: store) {
            if $0 % 100_000 == 0 { report("links: \($0) have their texts for searches") }
        }
    }

    /// Moves the clicks that the version before 0.9.1 has stored, while its workers run, but for those of the last hour: they may
    /// compare with them. Safe to interrupt: the next run goes on. The loader of a new worker moves the rest, and `maskctl
    /// maintain` what was counted and is not kept.
    private func moveFormerClicks(report: (String) -> Void) throws {
        let store = Store(configuration.database, connections: 2)
        let count = try store.read { try FormerClicks.count(on: $0) }
        guard count > 0 else { return }
        try FormerClicks.move(before: Timestamp.now().adding(seconds: -3600), in: store) {
            if $0 % 100_000 == 0 || $0 == count { report("clicks: \($0) of \(count) moved") }
        }
    }
}
