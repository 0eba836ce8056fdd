import Bootstrap
import Curl
import LinkStore
import POSIX
import Store

extension Doctor {
    /// What stands between a visitor and the workers.
    var hostChecks: [Check] {
        let here = host.map { host in
            [Check(name: "nginx", look: { nginx(host) }), Check(name: "workers", look: { workers(host) })]
        } ?? []
        let names = host.map { host in
            [Check(name: "docs", needs: ["answers"], look: docs), Check(name: "domains", needs: ["answers"], look: { domains(host) })]
        } ?? []
        return here + [Check(name: "answers", needs: ["database", "schema", "nginx", "workers"], look: answers)] + names
    }

    private func nginx(_ host: HostState) -> Finding {
        if let complaint = host.nginxComplaint { return .bad("nginx -t complains: \(complaint)") }
        guard host.isSiteEnabled else { return .bad("MASK's site is not enabled in nginx. Run: maskctl setup") }
        guard host.isBehind || host.strangers.isEmpty else {
            return .bad("\(host.strangers.joined(separator: " and ")) listens on 80 or 443, where nginx should. Run: maskctl setup --behind-apache")
        }
        guard host.units["nginx.service"] == "active" else { return .bad("nginx does not run. Type: systemctl start nginx") }
        let place = host.isBehind ? "behind \(host.strangers.first ?? "nobody: 80 and 443 are free")" : "on 80 and 443"
        return .good("\(place)\(Self.advice(connections: host.connections ?? 512))")
    }

    /// Each visitor takes one connection, and one more while a worker answers.
    private static func advice(connections: Int) -> String {
        connections >= 2048 ? "" : "; worker_connections \(connections) is room for some \(connections / 2) visitors a core at once: 4096 in /etc/nginx/nginx.conf is better"
    }

    private func workers(_ host: HostState) -> Finding {
        guard host.units["mask.target"] == "active" else { return .bad("mask.target does not run. Type: systemctl start mask.target") }
        let away = HostState.pools.filter { host.units[$0] != "active" }
        guard away.isEmpty else {
            return .bad("\(away.joined(separator: ", ")) not active. Type: systemctl start mask.target; journalctl -u 'mask-worker@*' -n 20")
        }
        return .good("two pools and their sockets")
    }

    /// By every host's name through nginx, and through the web server before it.
    private func answers() -> Finding {
        let configuration = installation.configuration
        let hosts = configuration.site.ownHosts
        for port in securePorts {
            for name in hosts {
                let readiness = Readiness.ask(name, port: port)
                guard case .ready = readiness else { return .bad(advice(readiness, name, port: port)) }
            }
        }
        return .good(hosts.joined(separator: " and "))
    }

    private func advice(_ readiness: Readiness, _ name: String, port: Int) -> String {
        let complaint = readiness.complaint(name, port: port)
        guard port != installation.configuration.nginxPort else { return complaint }
        return "\(complaint) The web server before nginx does not pass \(name) on. Is MASK's virtual host enabled? Type: a2ensite zz-mask"
    }

    /// nginx's, and that of the web server before it.
    private var securePorts: [Int] {
        let configuration = installation.configuration
        return [configuration.nginxPort] + (host?.isBehind == true && host?.strangers.isEmpty == false ? [configuration.site.linkPort] : [])
    }

    /// Where every problem leads.
    private func docs() -> Finding {
        let configuration = installation.configuration
        let (host, port) = (configuration.site.apiHost, configuration.nginxPort)
        return finding("Run: maskctl docs render") {
            let (status, _) = try Visit().get("/docs/errors", of: host, port: port, isSecure: true)
            guard status == 200 else {
                throw Complaint("""
                    https://\(host)/docs/errors answers \(status). Run: maskctl docs render. If that does not mend it, copy "location ^~ /docs/" of \
                    /usr/share/mask/nginx/mask.conf into /etc/nginx/sites-available/mask.
                    """)
            }
            return configuration.docs
        }
    }

    // MARK: Custom domains

    /// How many are asked for: the newest.
    private static let domainLimit = 50
    /// How many are named.
    private static let namedLimit = 10

    /// By the names of custom domains: without TLS, and with it where there is a certificate. Another site may be the one that
    /// answers for names that no site claims.
    private func domains(_ host: HostState) -> Finding {
        finding("See: journalctl -u mariadb") {
            let hosts = try installation.store.read { try Domains.newestHosts(limit: Self.domainLimit, on: $0) }
            var strangers: [String] = []
            for name in hosts where strangers.count < Self.namedLimit {
                if !isAnswered(name, host) { strangers.append(name) }
            }
            guard !strangers.isEmpty else { return hosts.isEmpty ? "no custom domain" : "\(hosts.count) asked for by name" }
            let subject = strangers.count == 1 ? "\(strangers[0]) is" : "\(strangers.joined(separator: ", ")) are"
            throw Complaint("\(subject) answered by somebody else: \(Self.remedy(isBehind: host.isBehind, isOne: strangers.count == 1))")
        }
    }

    private func isAnswered(_ name: String, _ host: HostState) -> Bool {
        guard host.plainPorts.allSatisfy({ Readiness.ask(name, port: $0, isSecure: false).isOurs }) else { return false }
        guard HostFile.isThere("\(installation.configuration.certificates)/\(name).crt") else { return true }
        return securePorts.allSatisfy { Readiness.ask(name, port: $0).isOurs }
    }

    private static func remedy(isBehind: Bool, isOne: Bool) -> String {
        let it = isOne ? "it" : "them"
        return isBehind
            ? "add \(it) as ServerAlias to /etc/apache2/sites-available/zz-mask.conf, and for https a block like that of the link host"
            : "add \(it) to server_name in /etc/nginx/sites-available/mask"
    }
}
