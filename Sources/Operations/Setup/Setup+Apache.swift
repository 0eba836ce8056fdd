import Bootstrap
import Glibc
import POSIX

/// MASK behind an Apache that has the ports 80 and 443.
extension Setup {
    private static let apacheSites = "/etc/apache2/sites-available"
    private static let apacheFolder = "/etc/mask/apache"
    /// The virtual host: beside Apache's others, or where there is no Apache, as an example.
    package static var apacheSite: String { (HostFile.isThere(apacheSites) ? apacheSites : apacheFolder) + "/zz-mask.conf" }

    /// "apache2 listens on 80 and 443"
    package static func sentence(_ holders: [(port: UInt16, names: [String])]) -> String {
        let names = Set(holders.flatMap(\.names)).sorted()
        let ports = holders.map { String($0.port) }.joined(separator: " and ")
        return "\(names.joined(separator: " and ")) \(names.count == 1 ? "listens" : "listen") on \(ports)"
    }

    /// Ports on loopback that nobody has.
    package static func placeBehind() throws -> NginxSite.Place {
        for base in [UInt16(8000), 18000, 28000] {
            let (http, https) = (base + 80, base + 443)
            if [http, https].allSatisfy({ PortHolders.names(port: $0).isEmpty }) { return .behind(http: http, https: https) }
        }
        throw Failure(description: "The ports 8080, 18080 and 28080, or 8443 and so on, are all taken. Free one pair.")
    }

    /// The virtual host, which nobody but the sysadmin enables, and the certificates for it.
    package func makeApacheSite(http: UInt16, https: UInt16) throws {
        try HostFile.makeFolder(Self.apacheFolder, mode: 0o700)
        for host in hosts where !HostFile.isThere("\(Self.apacheFolder)/\(host).pem") {
            try HostFile.write("", to: "\(Self.apacheFolder)/\(host).pem", mode: 0o600)
        }
        try run("/usr/lib/mask/apache-certificates")
        try run("systemctl", "enable", "--quiet", "--now", "mask-apache.path")
        let file = Self.apacheSite
        if let old = try? HostFile.read(file) {
            guard let appHost, !NginxSite.names(old).contains(appHost) else { return }
            throw Failure(description: """
                Apache passes on nothing for \(appHost) yet. Copy the part "the dashboard" of \(Self.shared)/apache/zz-mask.conf into \
                \(file), with \(appHost) in the place of app.example.com and the ports that the others have there, and reload Apache.
                """)
        }
        step("apache", file)
        let template = try HostFile.read(Self.shared + "/apache/zz-mask.conf")
        let text = (appHost == nil ? NginxSite.withoutDashboard(template) : template)
            .replacing("app.example.com", with: appHost ?? "").replacing("api.example.com", with: apiHost).replacing("links.example.com", with: linkHost)
            .replacing("127.0.0.1:8080", with: "127.0.0.1:\(http)").replacing("127.0.0.1:8443", with: "127.0.0.1:\(https)")
        try HostFile.write(text, to: file, mode: 0o644)
    }

    /// Whether Apache passes on to MASK what is for it.
    package static var isApacheSiteEnabled: Bool { HostFile.isThere("/etc/apache2/sites-enabled/zz-mask.conf") }
}
