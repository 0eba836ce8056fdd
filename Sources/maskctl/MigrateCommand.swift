import ArgumentParser
import Bootstrap
import MariaDB
import Store

struct MigrateCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.",
        discussion: """
            Safe to interrupt and to run again. Workers refuse to start on an older schema. At the end the accounts of the \
            workers and the sender get their rights to the tables (roles.sql).
            """)

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Print nothing but what goes wrong.")
    var quiet = false

    var account: Account? { .administrator }

    func run() throws {
        let installation = try openInstallation()
        let (migrator, roles) = (try installation.migrator(), try installation.roles())
        // A migration may take its time: no statement here is given up.
        var database = installation.configuration.database
        database.answerSeconds = 86_400
        let connection = try Connection(database)
        guard !dryRun else {
            return try migrator.pending(on: connection).forEach { print("would apply \($0.name)") }
        }
        try migrator.migrate(on: connection) { if !quiet { print("applying \($0.name)") } }
        let partitions = try Partitions.maintainAll(today: today(), on: connection)
        if !quiet { partitions.forEach { print($0) } }
        if try !Roles.grant(roles, on: connection) {
            print("there are no roles mask_worker and mask_sender (grants.sql): nothing was granted")
        }
    }
}
