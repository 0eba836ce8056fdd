import Bootstrap
import Crypto
import Glibc
import Model
import POSIX

/// The certificates of custom domains: certbot gets and renews them by its webroot mode, and nginx finds them in a folder by
/// the name that the visitor asks for.
///
/// nginx reads the files at each handshake, so it needs no reload. A key stays the same over renewals. Where another takes the
/// place of one that setup or somebody else has made, both files are written and on the disk before either is renamed.
public struct Certificates: Sendable {
    /// nginx's: `HOST.crt` and `HOST.key`.
    private let folder: String
    private let webroot: String
    /// certbot's own.
    private let certbotFolder: String
    private let server: String?
    private let email: String?

    public init(_ configuration: Configuration) {
        folder = configuration.certificates
        webroot = configuration.acmeWebroot
        certbotFolder = configuration.acmeFolder
        server = configuration.acmeServer
        email = configuration.acmeEmail
    }

    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// New certificates that a workspace gets in one run: the authority limits how many an account may ask for, and a wildcard
    /// record makes any number of hosts lead here.
    public static let perWorkspace = 5

    /// The domains whose turn it is, among those that lack a certificate.
    public static func chosen(among domains: [Domain]) -> [Domain] {
        var counts: [WorkspaceID: Int] = [:]
        return domains.filter { domain in
            guard let workspace = domain.workspace else { return false }
            counts[workspace, default: 0] += 1
            return counts[workspace, default: 0] <= perWorkspace
        }
    }

    /// Gets a certificate where there is none, or renews one that is about to end, and puts it where nginx finds it.
    /// - Parameter isRehearsal: asks the authority's test side and keeps nothing.
    public func get(_ host: String, isRehearsal: Bool = false) throws(Failure) {
        try certbot(
            ["certonly", "--webroot", "--webroot-path", webroot, "--domain", host, "--cert-name", host, "--reuse-key"]
                + ["--keep-until-expiring", "--agree-tos"]
                + (email.map { ["--email", $0] } ?? ["--register-unsafely-without-email"])
                + (isRehearsal ? ["--dry-run"] : []), for: host)
        if !isRehearsal { try deploy(host) }
    }

    /// Renews those that are about to end, and puts them where nginx finds them.
    public func renew() throws(Failure) {
        let hosts = held
        guard !hosts.isEmpty else { return }
        var failure: Failure?
        do throws(Failure) { try certbot(["renew"], for: "renewal") } catch { failure = error }
        // One that cannot be deployed keeps nobody else's back.
        for host in hosts {
            do throws(Failure) { try deploy(host) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// Forgets a certificate that certbot has.
    public func remove(_ host: String) throws(Failure) {
        for name in [host + ".crt", host + ".key"] {
            guard unlink(folder + "/" + name) == 0 || errno == ENOENT else { throw failure("unlink", folder + "/" + name) }
        }
        try certbot(["delete", "--cert-name", host], for: host)
    }

    /// The hosts that certbot has certificates of.
    public var held: [String] {
        let live = certbotFolder + "/live"
        guard let names = try? Folder.names(live) else { return [] }
        return names.filter { access("\(live)/\($0)/fullchain.pem", F_OK) == 0 }
    }

    /// Whether nginx has a certificate of a host, whoever put it there.
    public func isThere(_ host: String) -> Bool { access("\(folder)/\(host).crt", F_OK) == 0 }

    /// certbot renews 30 days before the end: with fewer left it cannot.
    public static let warningDays = 14

    /// A sentence for each that is about to end.
    public func complaints(at now: Timestamp) -> [String] {
        CertificateFolder.ends(in: folder).compactMap { host, end in
            let days = (end - Int(now.milliseconds / 1000)) / 86_400
            return days < Self.warningDays ? "the certificate of \(host) ends in \(days) days" : nil
        }
    }

    private func certbot(_ words: [String], for what: String) throws(Failure) {
        let places = [
            "--config-dir", certbotFolder, "--work-dir", certbotFolder + "/work", "--logs-dir", certbotFolder + "/log",
        ]
        let all = ["certbot"] + words + ["--non-interactive", "--quiet"] + places + (server.map { ["--server", $0] } ?? [])
        let (status, text) = Program.output(all)
        switch status {
        case 0: return
        case 127: throw Failure(description: "certbot is missing; install it with: apt-get install certbot")
        default:
            throw Failure(description: "\(what): certbot failed (\(status)): \(Self.reason(text)). See \(certbotFolder)/log/letsencrypt.log")
        }
    }

    /// The last line that says something of the matter: below it certbot tells where else to look.
    static func reason(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isNewline).filter { line in
            !line.allSatisfy(\.isWhitespace) && !["community.letsencrypt.org", "letsencrypt.log", "logfile"].contains { line.contains($0) }
        }
        let words = lines.last.map { String($0.drop { $0.isWhitespace }) } ?? "it says nothing"
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }

    private func deploy(_ host: String) throws(Failure) {
        let live = "\(certbotFolder)/live/\(host)/"
        let targets = [(live + "privkey.pem", "\(folder)/\(host).key"), (live + "fullchain.pem", "\(folder)/\(host).crt")]
        var changed: [String] = []
        for (source, target) in targets {
            guard let text = File.text(of: source) else { throw failure("read", source) }
            guard File.text(of: target) != text else { continue }
            // Its group is the folder's where that has the setgid bit.
            do throws(SystemError) { try HostFile.write(text, to: target + ".next", mode: 0o640) } catch {
                throw Failure(description: error.description)
            }
            changed.append(target)
        }
        for target in changed {
            guard rename(target + ".next", target) == 0 else { throw failure("rename", target) }
        }
    }

    private func failure(_ call: String, _ path: String) -> Failure {
        Failure(description: "\(path): \(call): \(String(cString: strerror(errno)))")
    }
}
