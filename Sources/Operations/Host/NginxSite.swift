import Bootstrap

/// nginx/mask.conf as it stands on one host: its host names, and the ports that nobody else has.
public struct NginxSite: Sendable, Equatable {
    /// Where nginx listens.
    public enum Place: Sendable, Equatable {
        /// On 80 and 443, for everybody.
        case open
        /// On loopback, behind another web server that has 80 and 443.
        case behind(http: UInt16, https: UInt16)
    }

    public var apiHost: String
    public var linkHost: String
    /// Of the dashboard; nil where there is none.
    public var appHost: String?
    public var place: Place
    /// Ports on which another site of this nginx answers for all names that no site claims.
    public var claimed: Set<UInt16>
    /// Ports whose socket another site of this nginx has given options: only one may (nginx says "duplicate listen options").
    public var tuned: Set<UInt16>
    /// Without IPv6 in the kernel nginx does not start with a line that listens on it.
    public var hasIPv6: Bool

    public init(
        apiHost: String, linkHost: String, appHost: String? = nil, place: Place = .open, claimed: Set<UInt16> = [], tuned: Set<UInt16> = [], hasIPv6: Bool = true
    ) {
        (self.apiHost, self.linkHost, self.appHost, self.place) = (apiHost, linkHost, appHost, place)
        (self.claimed, self.tuned, self.hasIPv6) = (claimed, tuned, hasIPv6)
    }

    /// - Parameter template: nginx/mask.conf.
    public func text(_ template: String) -> String {
        (appHost == nil ? Self.withoutDashboard(template) : template)
            .replacing("app.example.com", with: appHost ?? "app.example.com")
            .replacing("api.example.com", with: apiHost).replacing("links.example.com", with: linkHost)
            .split(separator: "\n", omittingEmptySubsequences: false).flatMap(lines).joined(separator: "\n")
    }

    /// A template, of nginx or Apache, without the part of the dashboard: from its headline to the next one or the end.
    static func withoutDashboard(_ template: String) -> String {
        guard let start = template.firstRange(of: "# ---- the dashboard -")?.lowerBound else { return template }
        let rest = template[template.index(after: start)...].firstRange(of: "# ---- ").map { template[$0.lowerBound...] }
        return String(template[..<start] + (rest ?? ""))
    }

    private func lines(_ line: Substring) -> [String] {
        let words = line.split(separator: " ")
        guard words.first == "listen", words.count > 1 else { return [String(line)] }
        let indent = String(line.prefix { $0 == " " })
        let address = words[1].last == ";" ? words[1].dropLast() : words[1]
        let isIPv6 = address.hasPrefix("[::]:")
        guard let port = UInt16(isIPv6 ? address.dropFirst(5) : address) else { return [String(line)] }
        if isIPv6, !hasIPv6 { return [] }
        var options = words.dropFirst(2).map { String($0.last == ";" ? $0.dropLast() : $0) }
        switch place {
        case .open:
            if claimed.contains(port) { options.removeAll { $0 == "default_server" } }
            if claimed.contains(port) || tuned.contains(port) { options.removeAll { $0.hasPrefix("backlog=") } }
            return [indent + (["listen", String(address)] + options).joined(separator: " ") + ";"]
        case .behind(let http, let https):
            if isIPv6 { return [] }
            let place = "127.0.0.1:\(port == 443 ? https : http)"
            return [
                indent + (["listen", place] + options).joined(separator: " ") + ";",
                indent + "set_real_ip_from 127.0.0.1;", indent + "real_ip_header X-Forwarded-For;",
            ]
        }
    }

    /// Whether two texts are the same site but for what they say of it, in whatever words the nginx of this host knows HTTP/2 (systemd/nginx-http2.sh).
    public static func areSame(_ one: String, _ other: String) -> Bool {
        let plain = { (text: String) in
            text.split(separator: "\n").filter { !$0.hasSuffix("http2 on;") && !$0.hasPrefix("#") }.map { $0.replacing(" ssl http2", with: " ssl") }
        }
        return plain(one) == plain(other)
    }

    /// The names that the servers of a site, of nginx or Apache, answer for.
    public static func names(_ text: String) -> Set<String> {
        let directives: Set<Substring> = ["server_name", "ServerName", "ServerAlias"]
        return Set(text.split(separator: "\n").flatMap { line -> [String] in
            let words = line.split { $0 == " " || $0 == ";" }
            return words.first.map(directives.contains) == true ? words.dropFirst().map(String.init) : []
        })
    }

    /// The ports on loopback of a site that is behind another web server; nil for one that is open.
    public static func placeBehind(_ text: String) -> Place? {
        // The defaults: the metrics' server on loopback is none.
        let lines = text.split(separator: "\n").map { $0.split { $0 == " " || $0 == ";" } }.filter { words in
            words.first == "listen" && words.count > 1 && words[1].hasPrefix("127.0.0.1:") && words.contains("default_server")
        }
        let ports = { (isTLS: Bool) in lines.first { $0.contains("ssl") == isTLS }.flatMap { UInt16($0[1].dropFirst(10)) } }
        guard let http = ports(false), let https = ports(true) else { return nil }
        return .behind(http: http, https: https)
    }
}

extension NginxSite {
    /// What the other sites of this nginx have to themselves.
    /// - Parameter configuration: what `nginx -T` prints.
    public mutating func heed(_ configuration: String) {
        // Directives end with a semicolon, and several may stand on a line.
        let text = configuration.split(separator: "\n").map { $0.prefix { $0 != "#" } }.joined(separator: "\n")
        for directive in text.split(whereSeparator: { ";{}".contains($0) }) {
            let words = directive.split(whereSeparator: \.isWhitespace)
            guard words.first == "listen", words.count > 1, let port = Self.openPort(words[1]) else { continue }
            let options = words.dropFirst(2)
            if options.contains("default_server") || options.contains("default") { claimed.insert(port) }
            let names = ["backlog", "fastopen", "rcvbuf", "sndbuf", "accept_filter", "ipv6only", "so_keepalive", "setfib"]
            if options.contains(where: { option in
                ["deferred", "bind", "reuseport"].contains(option) || names.contains { option.hasPrefix($0 + "=") }
            }) { tuned.insert(port) }
        }
    }

    /// The port of an address that is every address of the host's; nil for any other.
    private static func openPort(_ text: Substring) -> UInt16? {
        if let port = UInt16(text) { return port }
        for host in ["*", "0.0.0.0", "[::]"] where text.hasPrefix(host) {
            let rest = text.dropFirst(host.count)
            return rest.isEmpty ? 80 : UInt16(rest.dropFirst())
        }
        return nil
    }
}
