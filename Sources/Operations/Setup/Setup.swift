import Bootstrap
import Crypto
import Glibc
import POSIX
import Text

/// The steps of `maskctl setup`. Each can be done again: what is there is kept.
package struct Setup {
    let apiHost: String
    let linkHost: String
    /// Of the dashboard; nil where there is none.
    let appHost: String?
    let place: NginxSite.Place

    package init(apiHost: String, linkHost: String, appHost: String?, place: NginxSite.Place) {
        (self.apiHost, self.linkHost, self.appHost, self.place) = (apiHost, linkHost, appHost, place)
    }

    var hosts: [String] { [apiHost, linkHost] + (appHost.map { [$0] } ?? []) }

    static let shared = "/usr/share/mask"
    private static let keyFile = "/etc/mask/secret.key"
    private static let certificates = "/etc/mask/tls"
    private static let sandbox = "/etc/systemd/system/mask-worker@.service.d/setup.conf"

    // MARK: Configuration

    /// The settings, and the key that encrypts the secrets of webhooks.
    /// - Returns: whether the key is a new one.
    package func keepSettings(_ settings: SettingsFile) throws -> Bool {
        var isNewKey = false
        var settings = settings
        if settings["MASK_SECRET_KEY"] == nil && settings["MASK_SECRET_KEY_FILE"] == nil {
            settings["MASK_SECRET_KEY_FILE"] = Self.keyFile
        }
        if settings["MASK_SECRET_KEY_FILE"] == Self.keyFile && !HostFile.isThere(Self.keyFile) {
            step("key", "\(Self.keyFile): copy it to every host, and keep it apart from backups")
            try HostFile.write(hexadecimal(try randomBytes(32)) + "\n", to: Self.keyFile, mode: 0o640, group: "mask")
            isNewKey = true
        }
        // One that was copied from another host may be root's alone.
        if HostFile.isThere(Self.keyFile) { try HostFile.own(Self.keyFile, user: "root", group: "mask", mode: 0o640) }
        guard settings.text != (try HostFile.read(settings.path)) else { return isNewKey }
        step("settings", settings.path)
        try HostFile.write(settings.text, to: settings.path, mode: 0o640, group: "mask")
        return isNewKey
    }

    /// A database of another key stops here, before its webhooks fail one by one.
    /// - Parameter isNew: the key was made by this run, and goes again.
    package func checkKey(isNew: Bool) throws {
        let (status, text) = Program.output(["/usr/bin/maskctl", "doctor", "--only", "secret key"])
        guard status != 0 else { return }
        if isNew { try HostFile.remove(Self.keyFile) }
        let words = text.split(separator: "\n").first { $0.hasPrefix("WRONG") }.map { String($0.dropFirst(21)) } ?? text
        throw Failure(description: "\(words) Then run maskctl setup again.")
    }

    /// The workers reach nothing but this host, and write nothing but their folders. What they are told to ask or to write
    /// elsewhere is let through: the name servers that know the records of domains, a MariaDB or Redis over the network, and
    /// folders of the sysadmin's choice.
    package func openSandbox(_ settings: SettingsFile, isLocal: Bool) throws {
        let servers = try HostFile.read("/etc/resolv.conf").split(separator: "\n").compactMap { line -> Substring? in
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count > 1 && words[0] == "nameserver" ? words[1] : nil
        }
        let allowed = isLocal && settings["MASK_DNS_SERVERS"] == nil ? servers.joined(separator: " ") : "any"
        let folders = ["MASK_SPOOL", "MASK_PAGES", "MASK_JOBS"].compactMap { settings[$0] }
        let lines = (allowed.isEmpty ? [] : ["IPAddressAllow=\(allowed)"]) + folders.map { "ReadWritePaths=\($0)" }
        let text = """
            # Made by maskctl setup from /etc/resolv.conf and /etc/mask/mask.env: what else the workers may reach and write.
            [Service]
            \(lines.joined(separator: "\n"))

            """
        guard !lines.isEmpty, (try? HostFile.read(Self.sandbox)) != text else { return }
        step("sandbox", Self.sandbox)
        try HostFile.makeFolder("/etc/systemd/system/mask-worker@.service.d", mode: 0o755)
        try HostFile.write(text, to: Self.sandbox, mode: 0o644)
        try run("systemctl", "daemon-reload")
    }

    // MARK: Database and Redis

    /// The passwords of our accounts in a MariaDB on another host: each is for the user of the same name.
    package func takePasswords(_ settings: inout SettingsFile) throws {
        guard settings["MASK_MARIADB_PASSWORD"] == nil else { return }
        let file = settings["MASK_MARIADB_PASSWORD_FILE"] ?? "/etc/mask/%u.password"
        settings["MASK_MARIADB_PASSWORD_FILE"] = file
        guard file.contains("%u") else { return }
        let files = ["mask", "mask-webhooks", "mask-admin"].map { (user: $0, path: file.replacing("%u", with: $0)) }
        let missing = files.map(\.path).filter { !HostFile.isThere($0) }
        guard missing.isEmpty else {
            throw Failure(
                description: """
                    Make the accounts on the database's host (\(Self.shared)/sql/grants.sql says how), and write their passwords \
                    into files: \(missing.joined(separator: ", ")). Then run maskctl setup again.
                    """)
        }
        for (user, path) in files { try HostFile.own(path, user: user, group: "mask", mode: 0o400) }
    }

    package func makeDatabase() throws {
        step("mariadb", "database mask and its accounts, \(Self.shared)/sql/grants.sql")
        try run("systemctl", "start", "mariadb.service")
        try run("mariadb", "-e", "source \(Self.shared)/sql/grants.sql")
    }

    package func startRedis() throws {
        step("redis", "redis-server@mask, /etc/redis/redis-mask.conf")
        try run("systemctl", "enable", "--quiet", "--now", "redis-server@mask.service")
    }

    /// By a maskctl of its own, which becomes the account of the schema.
    package func migrate() throws {
        step("schema", "maskctl migrate")
        try run("/usr/bin/maskctl", "migrate", "--quiet")
    }

    package func writeDocs() throws {
        step("docs", "maskctl docs render")
        try run("/usr/bin/maskctl", "docs", "render")
    }

    // MARK: nginx

    /// To begin with: nginx does not start without any.
    package func makeCertificates() throws {
        for host in hosts where !HostFile.isThere("\(Self.certificates)/\(host).crt") {
            step("certificate", "\(Self.certificates)/\(host).crt, signed by itself")
            let scratch = try ScratchFolder()
            let (key, certificate) = (scratch.path + "/key", scratch.path + "/crt")
            try run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
            try run(
                "openssl", "req", "-x509", "-key", key, "-days", "365", "-subj", "/CN=\(host)",
                "-addext", "subjectAltName=DNS:\(host)", "-out", certificate)
            // The certificate last: where it is, the pair is whole.
            for (file, suffix) in [(key, "key"), (certificate, "crt")] {
                let text = try HostFile.read(file)
                try HostFile.write(text, to: "\(Self.certificates)/\(host).\(suffix)", mode: 0o640, user: "mask", group: "www-data")
            }
        }
    }

    package func getCertificates() throws {
        for host in hosts {
            step("certificate", "\(host) from the authority")
            try run("/usr/bin/maskctl", "domain", "certificate", host)
        }
    }

    /// Prints a link for the first owner, good for an hour: by a maskctl of its own, which becomes the account of the workers.
    package func welcome(_ email: String) throws {
        try run("/usr/bin/maskctl", "user", "invite", email)
    }

    func step(_ name: String, _ detail: String) {
        print("  \(name)\(String(repeating: " ", count: max(1, 13 - name.utf8.count)))\(detail)")
        fflush(nil)
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    func run(_ words: String...) throws {
        let status = Program.run(words)
        guard status == 0 else {
            throw Failure(description: "\(words.joined(separator: " ")) failed (\(status)). Mend that, and run maskctl setup again.")
        }
    }
}
