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
            ("Something nobody knows", .unknown, "Other", "Other"),
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
            "BingPreview/1.0b",
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
