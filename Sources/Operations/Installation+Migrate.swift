import AnalyticsStore
import Bootstrap
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
        var hasApplied = false
        try migrator.migrate(on: connection) {
            hasApplied = true
            report("applying \($0.name)")
        }
        try Partitions.maintainAll(today: Timestamp.now().day, on: connection).forEach(report)
        if try !Roles.grant(roles, on: connection) {
            report("there are no roles mask_worker and mask_sender (grants.sql): nothing was granted")
        }
        try moveFormerClicks(isUpgrade: hasApplied, report: report)
    }

    /// Moves what the version before 0.9.1 has stored of clicks, while workers run. Safe to interrupt: the next run goes on, and so
    /// does `maskctl maintain`.
    /// - Parameter isUpgrade: workers of the version before may run: their roll-ups stay, and clicks of the last hour, which they
    ///   compare with.
    private func moveFormerClicks(isUpgrade: Bool, report: (String) -> Void) throws {
        let store = Store(configuration.database, connections: 2)
        let count = try store.read { try FormerClicks.count(on: $0) }
        if count > 0 {
            let now = Timestamp.now()
            try FormerClicks.move(before: now.adding(seconds: isUpgrade ? -3600 : 86_400), in: store) {
                if $0 % 100_000 == 0 || $0 == count { report("clicks: \($0) of \(count) moved") }
            }
        }
        guard !isUpgrade, try store.read({ try FormerRollups.areThere(on: $0) }) else { return }
        report("roll-ups: moving what is counted nowhere else")
        try FormerRollups.move(in: store)
    }
}
