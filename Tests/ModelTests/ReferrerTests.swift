import Model
import Testing

@Suite struct ReferrerTests {
    @Test(
        "the host of a referrer is kept in lower case",
        arguments: [
            ("https://www.Example.com/path?q=secret", "www.example.com"),
            ("http://example.com", "example.com"),
            ("HTTPS://EXAMPLE.COM:8443/", "example.com"),
            ("https://example.com?x", "example.com"),
            ("https://example.com#x", "example.com"),
            ("https://a_b.example.com/", "a_b.example.com"),
            ("android-app://com.google.android.gm/", "com.google.android.gm"), ("android-app://org.telegram.messenger", "org.telegram.messenger"),
            ("https://127.0.0.1:3000/", "127.0.0.1"),
            ("https://" + String(repeating: "a", count: 253), String(repeating: "a", count: 253)),
        ])
    func host(header: String, host: String) {
        #expect(referrerHost(header) == host)
    }

    @Test(
        "anything else is as good as no referrer",
        arguments: [
            "", "example.com", "about:blank", "ios-app://com.example/", "android-app:com.example", "javascript:alert(1)", "https:", "https://",
            "https:///x",
            "https:/example.com", "https://user@example.com/", "https://[::1]/", "https://exa mple.com/",
            "https://<script>/",
            "https://example.com\\evil", "https://bücher.de/", "https://example.com\r\nX: y", "httpss://example.com/",
            "https://" + String(repeating: "a", count: 254),
        ])
    func none(header: String) {
        #expect(referrerHost(header) == "")
    }
}
