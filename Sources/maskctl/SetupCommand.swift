import ArgumentParser
import Bootstrap
import Glibc
import Model
import Operations
import POSIX

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
    @Option(help: ArgumentHelp("The host of the dashboard, where people sign in.", valueName: "host")) var appHost: String?
    @Option(help: ArgumentHelp("Whom to make a link for, to sign in as the first owner.", valueName: "e-mail")) var owner: String?
    @Option(help: "self-signed, to begin with (the default), or letsencrypt: from the authority, which reaches this host by these names.")
    var certificate: CertificateSource?
    @Option(help: "Where the authority of certificates may write to.") var email: String?
    @Option(
        help: ArgumentHelp(
            "MariaDB on another host, or a cluster's, divided by commas. Without it this host's gets the database and its accounts.",
            valueName: "host"))
    var database: String?
    @Option(help: ArgumentHelp("Redis on another host. Without it this host has an instance for MASK.", valueName: "host"))
    var redis: String?

    @Flag(
        name: .customLong("behind-apache"),
        help: ArgumentHelp(
            "Another web server has the ports 80 and 443, and passes on to MASK's nginx on loopback what is for MASK.",
            discussion: "Writes the virtual host for Apache, /etc/apache2/sites-available/zz-mask.conf, and enables nothing there."))
    var isBehindApache = false

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
        let place = try choosePlace()
        let isNew = apiHost == nil && settings["MASK_API_HOST"] == nil
        let api = try host(apiHost, settings["MASK_API_HOST"], "Host of the API, such as api.example.com")
        let link = try host(linkHost, settings["MASK_LINK_HOST"], "Host of the shared short links, such as links.example.com")
        let app = try (appHost ?? settings["MASK_APP_HOST"] ?? (isNew ? ask("Host of the dashboard, such as app.example.com, if there shall be one") : nil))
            .map(hostName)
        guard Set([api, link, app].compactMap(\.self)).count == (app == nil ? 2 : 3) else {
            throw ValidationError("The API, the links and the dashboard need a host each.")
        }
        try Setup.refuseSites(notOf: [api.text, link.text])
        // Who was asked for the hosts is asked for the rest, too.
        let database = database ?? (isNew ? ask("MariaDB's host, if it is not this one") : nil)
        let certificate = try certificate ?? (isNew ? askForCertificate() : .selfSigned)
        settings["MASK_API_HOST"] = api.text
        settings["MASK_LINK_HOST"] = link.text
        if let app { settings["MASK_APP_HOST"] = app.text }
        if let email { settings["MASK_ACME_EMAIL"] = email }
        if let redis { settings["MASK_REDIS_HOST"] = redis }
        if let database { settings["MASK_MARIADB_HOST"] = database }
        if case .behind(_, let https) = place { settings["MASK_NGINX_PORT"] = String(https) }
        let isDatabaseHere = settings["MASK_MARIADB_HOST"] == nil
        let isRedisHere = settings["MASK_REDIS_HOST"] == nil && settings["MASK_REDIS_SENTINELS"] == nil

        let setup = Setup(apiHost: api.text, linkHost: link.text, appHost: app?.text, place: place)
        if !isDatabaseHere { try setup.takePasswords(&settings) }
        let isNewKey = try setup.keepSettings(settings)
        try setup.openSandbox(settings, isLocal: isDatabaseHere && isRedisHere)
        if isDatabaseHere { try setup.makeDatabase() }
        if isRedisHere { try setup.startRedis() }
        try setup.migrate()
        try setup.checkKey(isNew: isNewKey)
        try setup.writeDocs()
        try setup.makeCertificates()
        try setup.enableSite()
        try setup.startWorkers()
        try setup.waitForAnswers(port: settings["MASK_NGINX_PORT"].flatMap { Int($0) } ?? settings["MASK_LINK_PORT"].flatMap { Int($0) } ?? 443)
        if case .behind(let http, let https) = place { try setup.makeApacheSite(http: http, https: https) }
        let waits = place != .open && !Setup.isApacheSiteEnabled
        if certificate == .letsencrypt, !waits { try setup.getCertificates() }
        let owner = try owner ?? (isNew && app != nil ? ask("Your e-mail address, to sign in with") : nil)
        if app != nil, let owner { try setup.welcome(owner) }
        let steps = Self.steps(hasDashboard: app != nil, isOwnerKnown: owner != nil)
        print(waits ? Self.nextBehindApache(certificate, steps) : "MASK answers. Next:\n" + steps)
    }

    private static func steps(hasDashboard: Bool, isOwnerKnown: Bool) -> String {
        switch (hasDashboard, isOwnerKnown) {
        case (true, true): "  maskctl doctor"
        case (true, false): "  maskctl doctor\n  maskctl user invite you@example.com      a link to sign in with, good for an hour"
        case (false, _):
            """
              maskctl doctor
              maskctl workspace create acme
              maskctl key create --workspace acme --name first --scopes all
              maskctl setup --app-host app.example.com     for a dashboard
            """
        }
    }

    private static func nextBehindApache(_ certificate: CertificateSource, _ steps: String) -> String {
        """
        MASK answers on loopback. Next, for Apache to pass on what is for it:
          a2enmod proxy proxy_http ssl
          a2ensite zz-mask
          apache2ctl configtest && systemctl reload apache2
        \(certificate == .letsencrypt ? "Then, for the certificates:\n  maskctl setup --certificate letsencrypt\n" : "")\
        Then:
        \(steps)
        """
    }

    /// Where nginx listens: where it does already, or on 80 and 443 unless somebody else has them.
    private func choosePlace() throws -> NginxSite.Place {
        if let text = try? HostFile.read(Setup.site), let place = NginxSite.placeBehind(text) { return place }
        if isBehindApache { return try Setup.placeBehind() }
        let holders = PortHolders.strangers
        guard !holders.isEmpty else { return .open }
        let sentence = Setup.sentence(holders)
        if isatty(STDIN_FILENO) == 1 {
            print("\(sentence). MASK can stand behind it: nginx on loopback, and a virtual host that you enable.")
            guard let answer = ask("Put MASK behind it, yes or no (yes)"), !["y", "yes"].contains(answer.lowercased()) else { return try Setup.placeBehind() }
        }
        throw ValidationError("""
            \(sentence), where nginx would have to. Put MASK behind it: maskctl setup --behind-apache (with the options that you \
            gave); man mask, "Beside Apache", says how. Or free both ports for good, and run maskctl setup again.
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
