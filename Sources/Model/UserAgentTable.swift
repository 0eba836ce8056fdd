/// What a `User-Agent` header is read by: all that MASK knows of browsers and of programs stands here, and nowhere else.
///
/// The kinds of machine follow `crawler-user-agents` (https://github.com/monperrus/crawler-user-agents, MIT). Most of its
/// names need no entry, because of what no browser has done since 1994: to open with something else than `Mozilla/`, to
/// name no engine, or to call itself `compatible` without being Internet Explorer or its like.
public enum UserAgentTable {
    public enum Kind: Int, Sendable {
        /// A browser opens with it.
        case opening
        /// What draws a browser's pages.
        case engine
        /// A browser that says `compatible`, or names no engine.
        case oldBrowser
        case browser
        /// Nearly every browser says it; it is the real one only on Apple's systems and when no other has spoken up.
        case safari
        case system
        /// The kind of device; its name is one of `UserAgent.Device`.
        case device
        /// The header says `compatible`, as old browsers do and as crawlers do.
        case compatible
        /// A client that a person or a script runs.
        case program
        /// What comes by itself: crawlers, previews of links, monitors, scanners.
        case robot
    }

    public struct Entry: Sendable {
        public let kind: Kind
        /// At least three bytes, in lower case.
        public let mark: String
        /// What it is called in analytics; empty where it has no name there.
        public let name: String
        /// Text before the mark that takes its meaning away.
        public let unlessAfter: String

        fileprivate init(_ kind: Kind, _ mark: String, _ name: String = "", unlessAfter: String = "") {
            (self.kind, self.mark, self.name, self.unlessAfter) = (kind, mark, name, unlessAfter)
        }
    }

    /// Of two entries of one kind that are both found the first counts.
    public static let entries: [Entry] =
        openings.map { Entry(.opening, $0) } + engines.map { Entry(.engine, $0) } + oldBrowsers.map { Entry(.oldBrowser, $0) }
        + systems.map { Entry(.system, $0.mark, $0.name) } + browsers.map { Entry(.browser, $0.mark, $0.name) }
        + devices.map { Entry(.device, $0.mark, $0.device.rawValue) }
        + [Entry(.safari, "safari/", "Safari"), Entry(.compatible, "compatible")]
        + programs.map { Entry(.program, $0.mark, $0.name) }
        // Phones of the maker Cubot say so in every header.
        + [Entry(.robot, "bot", unlessAfter: "cu")] + robots.map { Entry(.robot, $0) }

    private typealias Named = (mark: String, name: String)

    /// Beside `Mozilla/`: Opera until 2013, browsers of terminals, phones before 2010.
    private static let openings = [
        "mozilla/", "opera/", "lynx/", "links ", "elinks", "w3m/", "ucweb/", "nokia", "sonyericsson", "blackberry",
        "samsung-", "sec-", "lg-", "lge-", "mot-", "zte", "huawei", "alcatel",
    ]

    private static let engines = ["gecko", "applewebkit", "khtml", "trident", "presto", "servo", "netfront", "goanna"]

    private static let oldBrowsers = [
        "msie ", "konqueror", "opera", "netfront", "icab", "omniweb", "webtv", "kindle", "playstation", "nintendo",
    ]

    private static let systems: [Named] = [
        ("windows", "Windows"), ("iphone", "iOS"), ("ipad", "iOS"), ("ipod", "iOS"), ("android", "Android"),
        ("cros ", "ChromeOS"), ("mac os x", "macOS"), ("macintosh", "macOS"), ("linux", "Linux"), ("x11", "Linux"),
    ]

    /// Browsers built on Chrome name Chrome too, so they come first.
    private static let browsers: [Named] = [
        ("edg/", "Edge"), ("edga/", "Edge"), ("edgios/", "Edge"), ("edge/", "Edge"), ("opr/", "Opera"), ("opera", "Opera"),
        ("opios/", "Opera"), ("opt/", "Opera"), ("samsungbrowser/", "Samsung Internet"), ("vivaldi/", "Vivaldi"),
        ("yabrowser/", "Yandex"), ("ucbrowser/", "UC Browser"), ("duckduckgo/", "DuckDuckGo"), ("firefox/", "Firefox"),
        ("fxios/", "Firefox"), ("focus/", "Firefox"), ("crios/", "Chrome"), ("chrome/", "Chrome"), ("chromium/", "Chrome"),
        ("trident/", "Internet Explorer"), ("msie ", "Internet Explorer"),
    ]

    private static let devices: [(mark: String, device: UserAgent.Device)] = [
        ("ipad", .tablet), ("tablet", .tablet), ("mobi", .mobile), ("iphone", .mobile), ("ipod", .mobile),
    ]

    private static let programs: [Named] = [
        ("curl/", "curl"), ("wget/", "Wget"), ("python-requests", "python-requests"), ("python-urllib", "Python"),
        ("aiohttp", "Python"), ("python-httpx", "Python"), ("go-http-client", "Go"), ("okhttp", "OkHttp"), ("java/", "Java"),
        ("java-http-client", "Java"), ("apache-httpclient", "Java"), ("axios/", "Node.js"), ("node-fetch", "Node.js"),
        ("undici", "Node.js"), ("deno/", "Deno"), ("bun/", "Bun"), ("dart:io", "Dart"), ("libwww-perl", "Perl"),
        ("guzzlehttp", "PHP"), ("faraday", "Ruby"), ("reqwest/", "Rust"), (".net core httpclient", ".NET"),
        ("powershell/", "PowerShell"), ("cfnetwork/", "CFNetwork"), ("postmanruntime", "Postman"), ("httpie/", "HTTPie"),
        ("aria2/", "aria2"),
    ]

    /// A word that many have comes before the names of those that have none of the words.
    private static let robots = [
        "crawl", "spider", "slurp", "scan", "scrap", "preview", "monitor", "validator", "fetcher", "favicon", "check",
        "capture", "synthetic", "uptime", "http://", "https://", "externalhit", "whatsapp", "viber/", "skypeuripreview",
        "headlesschrome", "phantomjs", "playwright", "selenium", "puppeteer", "splash version", "lighthouse", "pingdom",
        "ptst/", "gtmetrix", "ylt chrome", "criticalcss", "securityheaders", "thousandeyes", "dareboost", "rigor)",
        "nitro-optimizer", "pwabuilder", "testlocally", "ghost inspector", "embedly", "mediapartners-google",
        "google-read-aloud", "googleimageproxy", "google-ads", "playstore-google", "archive.org", "ips-agent", "appinsights",
        "siteimprove", "datanyze", "collapsify", "hardenize", "manus-user", "newsai/", "scope3", "silktide", "sindup",
        "sqwatcher", "watchtowr", "turingos", "adbeat.com", "dlc/", "feeder.co", "foregenix", "linktiger", "marketgoo",
        "miniature.io", "newsnow", "printfriendly", "readable/", "xmco.fr", "shopproductfinder", "netcraft",
        "cookiehub", "zoterotranslation", "autoconfig test", "ms-office", "microsoft outlook", "microsoft office", "barracuda",
    ]
}
