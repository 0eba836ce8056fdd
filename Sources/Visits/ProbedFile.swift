import HTTP

/// What programs ask every host for, and what never leads to the workspace's own address for unknown links: a crawler would
/// read a web page as rules, and Apple follows no redirect.
package enum ProbedFile {
    case robots, missing

    package init?(path: String) {
        switch path {
        case "/robots.txt": self = .robots
        case "/ads.txt", "/app-ads.txt", "/apple-app-site-association", "/browserconfig.xml", "/crossdomain.xml", "/favicon.ico",
            "/humans.txt", "/manifest.json", "/security.txt", "/site.webmanifest", "/sitemap.xml", "/sitemap_index.xml",
            "/sitemap.xml.gz":
            self = .missing
        default:
            guard path.hasPrefix("/.well-known/") || path.hasPrefix("/apple-touch-icon") || path.hasPrefix("/favicon-") else { return nil }
            self = .missing
        }
    }

    package var answer: Response {
        switch self {
        case .robots: Page.robots
        case .missing: Page.notFound
        }
    }

    /// On the API's host there is nothing to read for a crawler but the documentation.
    package var answerOfAPI: Response {
        switch self {
        case .robots: Page.robotsOfAPI
        case .missing: Page.notFound
        }
    }
}
