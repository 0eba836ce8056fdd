import Glibc

/// What a `User-Agent` header says of a visitor, as far as analytics need it: kind of device, browser, system, and
/// whether it is a program rather than a person. Only names are kept: versions would make visitors recognisable.
public struct UserAgent: Equatable, Sendable {
    public enum Device: String, Sendable, CaseIterable {
        case desktop, mobile, tablet, unknown
    }

    public var device: Device
    /// `Chrome`, `Safari`, `Firefox`, … or `Other`. A program under its own name: `curl`.
    public var browser: String
    /// `Windows`, `macOS`, `iOS`, `Android`, `Linux`, `ChromeOS` or `Other`.
    public var os: String
    /// Crawlers, link previews, monitors, and programs such as curl or python-requests: nobody looks at the page. So
    /// is a request without the header. What calls itself a browser is believed.
    public var isBot: Bool

    public init(device: Device, browser: String, os: String, isBot: Bool) {
        self.device = device
        self.browser = browser
        self.os = os
        self.isBot = isBot
    }

    /// Reads the first 512 bytes of a header; browsers send fewer than 300.
    public init(parsing header: String) {
        let count = min(header.utf8.count, 512)
        self = withUnsafeTemporaryAllocation(of: CChar.self, capacity: count + 1) { buffer in
            for (index, byte) in header.utf8.prefix(count).enumerated() {
                let lower = UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte
                buffer[index] = CChar(bitPattern: lower)
            }
            buffer[count] = 0
            // Capacity is at least 1, so the buffer has an address.
            guard let start = buffer.baseAddress else { return .nothingSaid }
            return UserAgent(LowerCaseText(start: start))
        }
    }

    private static let nothingSaid = UserAgent(device: .unknown, browser: "Other", os: "Other", isBot: true)

    private init(_ text: LowerCaseText) {
        let program = text.first(of: Marks.programs)
        os = text.first(of: Marks.systems) ?? "Other"
        browser = program ?? text.first(of: Marks.browsers) ?? Self.safari(text, os: os) ?? "Other"
        device = Self.device(text, os: os)
        // Phones of the maker Cubot say so in every header.
        let saysBot = text.contains("bot") && !text.contains("cubot")
        isBot = text.isEmpty || program != nil || saysBot || text.contains(anyOf: Marks.bots)
    }

    /// Nearly every browser says `Safari`; it is the real one only on Apple's systems and when no other has spoken up.
    private static func safari(_ text: LowerCaseText, os: String) -> String? {
        (os == "iOS" || os == "macOS") && text.contains("safari/") ? "Safari" : nil
    }

    /// Android tablets are those that do not say `Mobile`. An iPad that asks for desktop pages says it is a Mac.
    private static func device(_ text: LowerCaseText, os: String) -> Device {
        // Old Windows desktops say "Tablet PC".
        if text.contains("ipad") || (text.contains("tablet") && os != "Windows") { return .tablet }
        if text.contains("mobi") || text.contains("iphone") || text.contains("ipod") { return .mobile }
        switch os {
        case "Android": return .tablet
        case "Other": return .unknown
        default: return .desktop
        }
    }
}

/// What is looked for, in lower case and in this order: the first that is found wins.
private enum Marks {
    typealias Named = (mark: StaticString, name: String)

    static let programs: [Named] = [
        ("curl/", "curl"), ("wget/", "Wget"), ("python-requests", "python-requests"), ("python-urllib", "Python"),
        ("aiohttp", "Python"), ("python-httpx", "Python"), ("go-http-client", "Go"), ("okhttp", "OkHttp"),
        ("java/", "Java"), ("apache-httpclient", "Java"), ("axios/", "Node.js"), ("node-fetch", "Node.js"),
        ("undici", "Node.js"), ("libwww-perl", "Perl"), ("guzzlehttp", "PHP"), ("postmanruntime", "Postman"),
        ("httpie/", "HTTPie"),
    ]

    static let bots: [StaticString] = [
        "crawler", "spider", "slurp", "facebookexternalhit", "whatsapp", "preview", "monitor", "headlesschrome",
        "phantomjs", "lighthouse", "pingdom", "embedly", "scrapy", "mediapartners-google", "google-read-aloud",
        "skypeuripreview", "validator", "archive.org", "http://", "https://",
    ]

    static let systems: [Named] = [
        ("windows", "Windows"), ("iphone", "iOS"), ("ipad", "iOS"), ("ipod", "iOS"), ("android", "Android"),
        ("cros ", "ChromeOS"), ("mac os x", "macOS"), ("macintosh", "macOS"), ("linux", "Linux"), ("x11", "Linux"),
    ]

    /// Browsers built on Chrome name Chrome too, so they come first.
    static let browsers: [Named] = [
        ("edg/", "Edge"), ("edga/", "Edge"), ("edgios/", "Edge"), ("edge/", "Edge"), ("opr/", "Opera"),
        ("opera", "Opera"),
        ("opios/", "Opera"), ("opt/", "Opera"), ("samsungbrowser/", "Samsung Internet"), ("vivaldi/", "Vivaldi"),
        ("yabrowser/", "Yandex"), ("ucbrowser/", "UC Browser"), ("duckduckgo/", "DuckDuckGo"),
        ("firefox/", "Firefox"), ("fxios/", "Firefox"), ("focus/", "Firefox"), ("crios/", "Chrome"),
        ("chrome/", "Chrome"), ("chromium/", "Chrome"), ("trident/", "Internet Explorer"),
        ("msie ", "Internet Explorer"),
    ]
}

/// Searches with strstr(3), which costs some ten nanoseconds a mark; both sides end with a zero byte.
private struct LowerCaseText {
    let start: UnsafePointer<CChar>

    init(start: UnsafeMutablePointer<CChar>) {
        self.start = UnsafePointer(start)
    }

    var isEmpty: Bool { start.pointee == 0 }

    func contains(_ mark: StaticString) -> Bool {
        mark.utf8Start.withMemoryRebound(to: CChar.self, capacity: mark.utf8CodeUnitCount + 1) {
            strstr(start, $0) != nil
        }
    }

    func contains(anyOf marks: [StaticString]) -> Bool {
        marks.contains(where: contains)
    }

    func first(of marks: [Marks.Named]) -> String? {
        marks.first { contains($0.mark) }?.name
    }
}
