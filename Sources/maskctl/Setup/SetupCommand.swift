import ArgumentParser
import Bootstrap
import Glibc
import Model

struct SetupCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup", abstract: "Make a working service of the freshly installed package.",
        discussion: """
            Writes the hosts into /etc/mask/mask.env, makes the accounts and the schema in MariaDB, the site of nginx with a \
            certificate to begin with, and starts everything. What is there already is kept: it can be run again, and should \
            be when MariaDB, Redis, name servers or folders have moved. What is not said it asks for.
            """)

    @Option(help: ArgumentHelp("The host of the API.", valueName: "host")) var apiHost: String?
    @Option(help: ArgumentHelp("The host whose short links all workspaces share.", valueName: "host")) var linkHost: String?
    @Option(help: "self-signed, to begin with (the default), or letsencrypt: from the authority, which reaches this host by both names.")
    var certificate: CertificateSource?
    @Option(help: "Where the authority of certificates may write to.") var email: String?
    @Option(
        help: ArgumentHelp(
            "MariaDB on another host, or a cluster's, divided by commas. Without it this host's gets the database and its accounts.",
            valueName: "host"))
    var database: String?
    @Option(help: ArgumentHelp("Redis on another host. Without it this host has an instance for MASK.", valueName: "host"))
    var redis: String?

    enum CertificateSource: String, ExpressibleByArgument, CaseIterable {
        case selfSigned = "self-signed"
        case letsencrypt
    }

    var account: Account? { nil }

    func run() throws {
        guard geteuid() == 0 else { throw ValidationError("Only root can do this: sudo maskctl setup") }
        guard Environment.file == Environment.packagedFile else {
            throw ValidationError("This is for the Debian package; \(Environment.packagedFile) is not the configuration here.")
        }
        var settings = try SettingsFile(Environment.packagedFile)
        let isNew = apiHost == nil && settings["MASK_API_HOST"] == nil
        let api = try host(apiHost, settings["MASK_API_HOST"], "Host of the API, such as api.example.com")
        let link = try host(linkHost, settings["MASK_LINK_HOST"], "Host of the shared short links, such as links.example.com")
        guard api != link else { throw ValidationError("The API and the links need a host each.") }
        // Who was asked for the hosts is asked for the rest, too.
        let database = database ?? (isNew ? ask("MariaDB's host, if it is not this one") : nil)
        let certificate = try certificate ?? (isNew ? askForCertificate() : .selfSigned)
        settings["MASK_API_HOST"] = api.text
        settings["MASK_LINK_HOST"] = link.text
        if let email { settings["MASK_ACME_EMAIL"] = email }
        if let redis { settings["MASK_REDIS_HOST"] = redis }
        if let database { settings["MASK_MARIADB_HOST"] = database }
        let isDatabaseHere = settings["MASK_MARIADB_HOST"] == nil
        let isRedisHere = settings["MASK_REDIS_HOST"] == nil && settings["MASK_REDIS_SENTINELS"] == nil

        let setup = Setup(apiHost: api.text, linkHost: link.text)
        if !isDatabaseHere { try setup.takePasswords(&settings) }
        try setup.keepSettings(settings)
        try setup.openSandbox(settings, isLocal: isDatabaseHere && isRedisHere)
        if isDatabaseHere { try setup.makeDatabase() }
        if isRedisHere { try setup.startRedis() }
        try setup.migrate()
        try setup.makeCertificates()
        try setup.enableSite()
        try setup.startWorkers()
        if certificate == .letsencrypt { try setup.getCertificates() }
        print("""
            MASK answers. Next:
              maskctl doctor
              maskctl workspace create acme
              maskctl key create --workspace acme --name first --scopes all
            """)
    }

    /// What was said, what was set before, or what is answered now.
    private func host(_ said: String?, _ set: String?, _ question: String) throws -> HostName {
        guard let text = said ?? set ?? ask(question) else { throw ValidationError("Say --api-host and --link-host.") }
        return try hostName(text)
    }

    private func askForCertificate() throws -> CertificateSource {
        guard let answer = ask("Certificate, self-signed or letsencrypt (self-signed)") else { return .selfSigned }
        guard let source = CertificateSource(rawValue: answer) else {
            throw ValidationError("\(answer) is neither self-signed nor letsencrypt.")
        }
        return source
    }

    /// Nil where nobody can answer, or answers nothing.
    private func ask(_ question: String) -> String? {
        guard isatty(STDIN_FILENO) == 1 else { return nil }
        print(question + ": ", terminator: "")
        fflush(nil)
        return readLine().flatMap { $0.isEmpty ? nil : $0 }
    }
}
