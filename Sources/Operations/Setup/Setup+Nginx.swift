import Bootstrap
import Glibc
import POSIX

/// nginx: MASK's site beside those that are there.
extension Setup {
    package static let site = "/etc/nginx/sites-available/mask"
    private static let enabledSite = "/etc/nginx/sites-enabled/mask"
    private static let debianSite = "/etc/nginx/sites-enabled/default"
    private static let logs = ["/var/log/nginx/mask-access.log", "/var/log/nginx/mask-error.log"]
    /// What `apt remove mask` puts back.
    private static let before = "/etc/mask/before-setup"

    /// A site that is there is kept: one that answers for other hosts would go on to. A dashboard is added to it.
    package static func refuseSites(notOf hosts: [String]) throws {
        let isBehind = (try? HostFile.read(Self.site)).flatMap(NginxSite.placeBehind) != nil
        for site in isBehind ? [Self.site, Self.apacheSite] : [Self.site] {
            guard let names = (try? HostFile.read(site)).map(NginxSite.names), let host = hosts.first(where: { !names.contains($0) })
            else { continue }
            throw Failure(description: """
                \(site) does not answer for \(host). A host of MASK is renamed by hand: write \(host) in the place of the old name \
                there, wherever it stands, and run maskctl setup again.
                """)
        }
    }

    package func enableSite() throws {
        let isNew = !HostFile.isThere(Self.enabledSite)
        // Debian's own page answers for every host that nobody else claims, and so does MASK.
        var page = HostFile.target(of: Self.debianSite)
        if page?.hasSuffix("/sites-available/default") != true { page = nil }
        if isNew { try noteBefore(page: page) }
        if page != nil {
            step("nginx", "\(Self.debianSite) is removed: MASK answers in its place")
            try HostFile.remove(Self.debianSite)
        }
        do {
            try writeSite(isNew: isNew)
            try makeLogs()
            if isNew { try HostFile.link(Self.enabledSite, to: Self.site) }
            try run("nginx", "-t", "-q")
        } catch {
            // nginx must start again as it did before.
            if isNew { try HostFile.remove(Self.enabledSite) }
            if let page { try HostFile.link(Self.debianSite, to: page) }
            throw error
        }
    }

    /// A site that is there is kept, unless it is what setup has written and MASK moves behind Apache.
    private func writeSite(isNew: Bool) throws {
        let template = try HostFile.read(Self.shared + "/nginx/mask.conf")
        var site = NginxSite(
            apiHost: apiHost, linkHost: linkHost, appHost: appHost, place: place, hasIPv6: HostFile.isThere("/proc/net/if_inet6"))
        if let old = try? HostFile.read(Self.site) {
            let moves = place != .open && NginxSite.placeBehind(old) == nil
            guard moves || appHost.map({ !NginxSite.names(old).contains($0) }) == true else { return }
            if moves { site.place = .open }
            // Only what setup has written itself is written anew.
            let written = [appHost, nil].map { host in
                var before = site
                before.appHost = host
                return before.text(template)
            }
            guard written.contains(where: { NginxSite.areSame(old, $0) }) else {
                throw Failure(description: moves
                    ? """
                    \(Self.site) listens on 80 and 443, and you have changed it. Keep it elsewhere, and run maskctl setup again: it \
                    writes one that listens on loopback.
                    """
                    : """
                    You have changed \(Self.site), so it is left as it is. Copy the part "the dashboard" of \
                    \(Self.shared)/nginx/mask.conf into it, with \(appHost ?? "") in the place of app.example.com, and run maskctl \
                    setup again.
                    """)
            }
            site.place = place
        }
        if isNew, place == .open { try heedOthers(&site) }
        step("nginx", Self.site)
        try HostFile.write(site.text(template), to: Self.site, mode: 0o644)
        try run("sh", Self.shared + "/nginx-http2.sh", Self.site)
    }

    /// What other sites of this nginx claim stays theirs.
    private func heedOthers(_ site: inout NginxSite) throws {
        let (status, output) = Program.output(["nginx", "-T", "-q"])
        guard status == 0 else {
            throw Failure(description: "nginx -t complains of what is there without MASK. Mend that, and run maskctl setup again.")
        }
        site.heed(output)
        guard !site.claimed.isEmpty else { return }
        let ports = site.claimed.sorted().map(String.init).joined(separator: " and ")
        step("nginx", "another site answers for unclaimed names on \(ports), and goes on. Write custom domains into server_name in \(Self.site)")
    }

    /// Once: what the host was like before MASK.
    private func noteBefore(page: String?) throws {
        guard !HostFile.isThere(Self.before) else { return }
        let isEnabled = Program.run(["systemctl", "is-enabled", "--quiet", "nginx.service"], isSilent: true) == 0
        let lines = (page.map { ["default_site=\($0)"] } ?? []) + (isEnabled ? [] : ["nginx=disabled"])
        try HostFile.write(lines.joined(separator: "\n") + "\n", to: Self.before, mode: 0o644)
    }

    /// As logrotate makes them: visitors' addresses are not for every user of the host.
    private func makeLogs() throws {
        for log in Self.logs {
            if !HostFile.isThere(log) { try HostFile.write("", to: log, mode: 0o640, user: "www-data", group: "adm") }
            try HostFile.own(log, user: "www-data", group: "adm", mode: 0o640)
        }
    }

    // MARK: Starting

    package func startWorkers() throws {
        step("workers", "mask.target, two pools")
        try run("systemctl", "enable", "--quiet", "mask.target")
        try run("systemctl", "restart", "mask-worker@a.service", "mask-worker@b.service")
        try run("systemctl", "start", "mask.target")
        try run("systemctl", "enable", "--quiet", "nginx.service")
        try run("systemctl", "reload-or-restart", "nginx.service")
    }

    /// Until MASK itself answers by both names: a reload returns before nginx listens on ports that are new to it.
    package func waitForAnswers(port: Int) throws {
        for host in hosts {
            var readiness = Readiness.silent("")
            for _ in 0..<75 {
                readiness = Readiness.ask(host, port: port)
                if case .ready = readiness { break }
                usleep(200_000)
            }
            guard readiness == .ready else {
                throw Failure(description: "\(readiness.complaint(host, port: port)) See: maskctl doctor")
            }
        }
    }
}
