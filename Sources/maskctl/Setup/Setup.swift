import Bootstrap
import Crypto
import Glibc

/// The steps of `maskctl setup`. Each can be done again: what is there is kept.
struct Setup {
    let apiHost: String
    let linkHost: String

    private static let shared = "/usr/share/mask"
    private static let keyFile = "/etc/mask/secret.key"
    private static let certificates = "/etc/mask/tls"
    private static let site = "/etc/nginx/sites-available/mask"
    private static let enabledSite = "/etc/nginx/sites-enabled/mask"
    private static let debianSite = "/etc/nginx/sites-enabled/default"
    private static let sandbox = "/etc/systemd/system/mask-worker@.service.d/setup.conf"

    // MARK: Configuration

    /// The settings, and the key that encrypts the secrets of webhooks.
    func keepSettings(_ settings: SettingsFile) throws {
        var settings = settings
        if settings["MASK_SECRET_KEY"] == nil && settings["MASK_SECRET_KEY_FILE"] == nil {
            settings["MASK_SECRET_KEY_FILE"] = Self.keyFile
        }
        if settings["MASK_SECRET_KEY_FILE"] == Self.keyFile && !HostFile.isThere(Self.keyFile) {
            step("key", "\(Self.keyFile): copy it to every host, and keep it apart from backups")
            try HostFile.write(hexadecimal(try randomBytes(32)) + "\n", to: Self.keyFile, mode: 0o640, group: "mask")
        }
        // One that was copied from another host may be root's alone.
        if HostFile.isThere(Self.keyFile) { try HostFile.own(Self.keyFile, user: "root", group: "mask", mode: 0o640) }
        guard settings.text != (try HostFile.read(settings.path)) else { return }
        step("settings", settings.path)
        try HostFile.write(settings.text, to: settings.path, mode: 0o640, group: "mask")
    }

    /// The workers reach nothing but this host, and write nothing but their folders. What they are told to ask or to write
    /// elsewhere is let through: the name servers that know the records of domains, a MariaDB or Redis over the network, and
    /// folders of the sysadmin's choice.
    func openSandbox(_ settings: SettingsFile, isLocal: Bool) throws {
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
    func takePasswords(_ settings: inout SettingsFile) throws {
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

    func makeDatabase() throws {
        step("mariadb", "database mask and its accounts, \(Self.shared)/sql/grants.sql")
        try run("systemctl", "start", "mariadb.service")
        try run("mariadb", "-e", "source \(Self.shared)/sql/grants.sql")
    }

    func startRedis() throws {
        step("redis", "redis-server@mask, /etc/redis/redis-mask.conf")
        try run("systemctl", "enable", "--quiet", "--now", "redis-server@mask.service")
    }

    /// By a maskctl of its own, which becomes the account of the schema.
    func migrate() throws {
        step("schema", "maskctl migrate")
        try run("/usr/bin/maskctl", "migrate", "--quiet")
    }

    // MARK: nginx

    /// To begin with: nginx does not start without any.
    func makeCertificates() throws {
        for host in [apiHost, linkHost] where !HostFile.isThere("\(Self.certificates)/\(host).crt") {
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

    func enableSite() throws {
        if !HostFile.isThere(Self.site) {
            step("nginx", Self.site)
            let text = try HostFile.read(Self.shared + "/nginx/mask.conf")
            try HostFile.write(
                text.replacing("api.example.com", with: apiHost).replacing("links.example.com", with: linkHost),
                to: Self.site, mode: 0o644)
            try run("sh", Self.shared + "/nginx-http2.sh", Self.site)
        }
        // Debian's own page answers for every host that nobody else claims, and so does MASK.
        var page = HostFile.target(of: Self.debianSite)
        if page?.hasSuffix("/sites-available/default") != true { page = nil }
        let isNew = !HostFile.isThere(Self.enabledSite)
        if page != nil {
            step("nginx", "\(Self.debianSite) is removed: MASK answers in its place")
            try HostFile.remove(Self.debianSite)
        }
        if isNew { try HostFile.link(Self.enabledSite, to: Self.site) }
        do {
            try run("nginx", "-t", "-q")
        } catch {
            // nginx must start again as it did before.
            if isNew { try HostFile.remove(Self.enabledSite) }
            if let page { try HostFile.link(Self.debianSite, to: page) }
            throw error
        }
    }

    // MARK: Starting

    func startWorkers() throws {
        step("workers", "mask.target, two pools")
        try run("systemctl", "enable", "--quiet", "mask.target")
        try run("systemctl", "restart", "mask-worker@a.service", "mask-worker@b.service")
        try run("systemctl", "start", "mask.target")
        try run("systemctl", "enable", "--quiet", "nginx.service")
        try run("systemctl", "reload-or-restart", "nginx.service")
        // A reload returns before nginx listens on ports that are new to it.
        for _ in 0..<50 where !isListening(443) { usleep(100_000) }
    }

    private func isListening(_ port: in_port_t) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) == 0 }
        }
    }

    func getCertificates() throws {
        for host in [apiHost, linkHost] {
            step("certificate", "\(host) from the authority")
            try run("/usr/bin/maskctl", "domain", "certificate", host)
        }
    }

    private func step(_ name: String, _ detail: String) {
        print("  \(name)\(String(repeating: " ", count: max(1, 13 - name.utf8.count)))\(detail)")
        fflush(nil)
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private func run(_ words: String...) throws {
        let status = Program.run(words)
        guard status == 0 else {
            throw Failure(description: "\(words.joined(separator: " ")) failed (\(status)). Mend that, and run maskctl setup again.")
        }
    }
}
