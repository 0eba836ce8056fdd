import Glibc
import Text

/// What the installation is called and where its visitors come in.
public struct SiteConfiguration: Sendable {
    /// The host that serves `/v1`.
    public var apiHost: String
    /// The host whose short links all workspaces share; it serves `/api/v1` too.
    public var linkHost: String
    /// The host of the dashboard, where people are signed in; nil where there is none.
    public var appHost: String?
    /// Where programs on this host find the certificate of the authority that has signed the others; nil where all trust it.
    public var authority: String?
    /// The port that visitors use; left out of short URLs when it is 443.
    public var linkPort: Int
    /// Workers of this installation together; bounds what they let in while Redis is away.
    public var workers: Int
    /// Links of usual length that each worker keeps in memory.
    public var cachedLinks: Int
    /// Origins of web pages that may call the API from a browser.
    public var corsOrigins: Set<String> = []
    /// Threads of each worker.
    public var threads = 256
    /// The folder in which nginx finds certificates, HOST.crt: such a host can be asked over TLS. Nil where nobody knows.
    public var certificates: String?
    /// Characters of a random slug.
    public var slugLength = 7
    /// Visits that say `DNT: 1` or `Sec-GPC: 1` are led on and not recorded.
    public var honorsDoNotTrack = false

    /// Whether this installation sends mail.
    public var sendsMail = false

    public init(apiHost: String, linkHost: String, linkPort: Int = 443, workers: Int = 2, cachedLinks: Int = 200_000) {
        self.apiHost = apiHost
        self.linkHost = linkHost
        self.linkPort = linkPort
        self.workers = workers
        self.cachedLinks = cachedLinks
    }

    public func hasCertificate(_ host: String) -> Bool {
        // The host is a client's word: no other folder.
        guard let certificates, !host.contains("/"), !host.contains("..") else { return false }
        return access("\(certificates)/\(host).crt", F_OK) == 0
    }

    /// The hosts that are the installation's own.
    public var ownHosts: [String] { [apiHost, linkHost] + (appHost.map { [$0] } ?? []) }

    /// The address of a link or a page.
    public func shortURL(host: String, slug: String) -> String {
        origin(ofHost: host) + "/" + PercentEncoding.encode(slug)
    }

    public func origin(ofHost host: String) -> String { "https://\(host)" + (linkPort == 443 ? "" : ":\(linkPort)") }

    public var apiURL: String { origin(ofHost: apiHost) + "/v1" }

    /// The origin of the dashboard; empty where there is none.
    public var appURL: String { appHost.map(origin) ?? "" }

    /// Where the codes of problems are explained; nginx/mask.conf says the same of its own. It is on the API's host, which every
    /// installation has: `type` stays what it is when there is a dashboard.
    public var documentation: String { origin(ofHost: apiHost) + "/docs/errors" }
}

extension SiteConfiguration {
    /// The installation's own hosts and all below them: no workspace can have them.
    public func isReserved(_ host: String) -> Bool {
        (ownHosts + [testHost]).contains { host == $0 || host.hasSuffix("." + $0) }
    }
}
