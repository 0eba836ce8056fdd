import Foundation
import Model
import Testing

@Suite struct UserAgentTests {
    typealias Row = (header: String, device: UserAgent.Device, browser: String, os: String)

    @Test(
        "browsers are told apart",
        arguments: [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                .desktop, "Chrome", "Windows"
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                .desktop, "Edge", "Windows"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                .desktop, "Safari", "macOS"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                .mobile, "Safari", "iOS"
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
                .mobile, "Chrome", "iOS"
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/132.0 Mobile/15E148 Safari/605.1.15",
                .tablet, "Firefox", "iOS"
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                .mobile, "Chrome", "Android"
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                .tablet, "Chrome", "Android"
            ),
            (
                "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
                .mobile, "Chrome", "Android"
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                .mobile, "Samsung Internet", "Android"
            ),
            ("Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", .mobile, "Firefox", "Android"),
            ("Mozilla/5.0 (Android 14; Tablet; rv:132.0) Gecko/132.0 Firefox/132.0", .tablet, "Firefox", "Android"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", .desktop, "Firefox", "Linux"),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                .desktop, "Chrome", "ChromeOS"
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 OPR/117.0.0.0",
                .desktop, "Opera", "Linux"
            ),
            (
                "Mozilla/5.0 (Windows NT 6.1; Tablet PC 2.0; Trident/7.0; rv:11.0) like Gecko", .desktop,
                "Internet Explorer", "Windows"
            ),
            ("Mozilla/5.0 (Something nobody knows) AppleWebKit/605.1.15", .unknown, "Other", "Other"),
            ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1; U; en) Presto/2.8.119 Version/11.10", .unknown, "Opera", "Other"),
            ("Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)", .desktop, "Internet Explorer", "Windows"),
            (
                "Mozilla/4.0 (compatible; Linux 2.6.22) NetFront/3.4 Kindle/2.5 (screen 824x1200;rotate)", .desktop, "Other",
                "Linux"
            ),
            ("Lynx/2.8.9rel.1 libwww-FM/2.14 SSL-MM/1.4.1", .unknown, "Other", "Other"),
            (
                "\"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_12_6) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/65.0 Safari/537.36\"",
                .desktop, "Chrome", "macOS"
            ),
        ] as [Row])
    func browser(row: Row) {
        let expected = UserAgent(device: row.device, browser: row.browser, os: row.os, isBot: false)
        #expect(UserAgent(parsing: row.header) == expected)
    }

    @Test(
        "a click that nobody looks at is marked",
        arguments: [
            "", "curl/8.5.0", "Wget/1.21.4", "python-requests/2.32.3", "Go-http-client/2.0", "okhttp/4.12.0",
            "axios/1.7.7",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0 Safari/537.36",
            "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "WhatsApp/2.23.20.0",
            "TelegramBot (like TwitterBot)", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "Discordbot/2.0",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
            "Baiduspider+(+http://www.baidu.com/search/spider.htm)", "UptimeRobot/2.0", "Some Site MONITOR",
            "BingPreview/1.0b", "Viber/13.3.0", "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
            "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
            "Mozilla/4.0 (compatible; ms-office; MSOffice 16)", "Microsoft Office Existence Discovery",
            "Claude-User (claude-user/1.0; +Claude-User@anthropic.com)", "Barracuda Sentinel (EE)",
            "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041",
            "Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.22631; en-US) PowerShell/7.4.1",
            "MyApp/42 CFNetwork/1410.0.3 Darwin/22.6.0", "Ruby", "Faraday v2.7.10", "reqwest/0.11.22", "node", "Deno/1.38",
            "Bun/1.0.0", "Dart/3.2 (dart:io)", "Java-http-client/21.0.1", ".NET Core HttpClient", "xh/0.20.1",
            "aria2/1.36.0", "Uptime-Kuma/1.23", "StatusCake", "Zapier", "n8n", "Something nobody knows",
        ])
    func bot(header: String) {
        #expect(UserAgent(parsing: header).isBot)
    }

    @Test(
        "a program goes under its own name",
        arguments: [("curl/8.5.0", "curl"), ("Wget/1.21", "Wget"), ("python-requests/2", "python-requests")])
    func program(header: String, name: String) {
        #expect(UserAgent(parsing: header) == UserAgent(device: .unknown, browser: name, os: "Other", isBot: true))
    }

    // MARK: The table

    private static func lines(_ name: String) throws -> [String] {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "UserAgents/" + name)
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    @Test("of the crawlers that others have collected 99 of 100 are known")
    func crawlers() throws {
        let crawlers = try Self.lines("crawlers.txt")
        let missed = crawlers.filter { !UserAgent(parsing: $0).isBot }
        #expect(crawlers.count == 2123)
        #expect(missed.count <= 21, "\(missed)")
    }

    @Test("no browser of a person is taken for a machine")
    func browsers() throws {
        let browsers = try Self.lines("browsers.txt")
        #expect(browsers.count == 839)
        #expect(browsers.filter { UserAgent(parsing: $0).isBot } == [])
    }

    @Test("each robot and program of the table is known, whatever browser it claims to be")
    func table() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 "
        for entry in UserAgentTable.entries {
            #expect(entry.mark.utf8.count >= 3 && entry.mark == entry.mark.lowercased(), "\(entry)")
            guard entry.kind == .robot || entry.kind == .program else { continue }
            #expect(UserAgent(parsing: chrome + entry.mark).isBot, "\(entry)")
            #expect(UserAgent(parsing: chrome + entry.mark.uppercased()).isBot, "\(entry)")
        }
        #expect(!UserAgent(parsing: chrome).isBot)
    }

    @Test(
        "what comes by itself is told from what somebody runs",
        arguments: [
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", true), ("WhatsApp/2.23.20.0", true),
            ("Viber/13.3.0", true), ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1)", true), ("Mozilla/5.0 zgrab/0.x", true),
            ("meta-externalagent/1.1", true), ("Claude-User (claude-user/1.0; +Claude-User@anthropic.com)", true), ("Zapier", true),
            ("curl/8.5.0", false), ("", false),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", false),
        ])
    func robot(header: String, isRobot: Bool) {
        #expect(UserAgentReading(header).isRobot == isRobot)
    }

    @Test(
        "hostile headers do no harm",
        arguments: [
            "\u{0}", "bot\u{0}", String(repeating: "a", count: 100_000), "<script>alert(1)</script>", "💩",
            "=HYPERLINK(\"x\")",
        ])
    func hostile(header: String) {
        let agent = UserAgent(parsing: header)
        #expect(agent.browser == "Other")
        #expect(agent.os == "Other")
    }
}
