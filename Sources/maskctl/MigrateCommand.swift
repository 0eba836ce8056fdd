import ArgumentParser
import Bootstrap
import MariaDB
import Store

struct MigrateCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date.",
        discussion: "Safe to interrupt and to run again. Workers refuse to start on an older schema.")

    @Flag(help: "Say what would be done, and do nothing.")
    var dryRun = false

    @Flag(help: "Print nothing but what goes wrong.")
    var quiet = false

    var account: Account? { .administrator }

    func run() throws {
        let installation = try openInstallation()
        let migrator = try installation.migrator()
        // A migration may take its time: no statement here is given up.
        var database = installation.configuration.database
        database.answerSeconds = 86_400
        let connection = try Servers(database).connect()
        guard !dryRun else {
            return try migrator.pending(on: connection).forEach { print("would apply \($0.name)") }
        }
        try migrator.migrate(on: connection) { if !quiet { print("applying \($0.name)") } }
        try Partitions.maintainAll(today: today(), on: connection).forEach { if !quiet { print($0) } }
    }
}
