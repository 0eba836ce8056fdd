import Testing

@testable import HTTP

@Suite("Cookies of one host")
struct HostCookieTests {
    private let cookie = HostCookie("mask_session")

    @Test("the value is found among others; one that is absent, empty or there twice is none", arguments: [
        ("__Host-mask_session=abc", "abc"), ("a=b; __Host-mask_session=abc; c=d", "abc"), ("a=b;__Host-mask_session=abc", "abc"),
        ("__Host-mask_session=a=b", "a=b"), ("mask_session=abc", nil), ("x__Host-mask_session=abc", nil), ("__Host-mask_session=", nil),
        ("__Host-mask_session=abc; __Host-mask_session=def", nil), ("__Host-mask_sessions=abc", nil), ("", nil), (nil, nil),
    ] as [(String?, String?)])
    func value(field: String?, value: String?) {
        var fields = RequestFields()
        fields.cookie = field
        #expect(cookie.value(in: fields) == value)
    }

    @Test("it is set for one host, for TLS, for no script and for no other site's pages")
    func setting() {
        #expect(cookie.setting("abc", seconds: nil).value == "__Host-mask_session=abc; Path=/; Secure; HttpOnly; SameSite=Strict")
        #expect(cookie.setting("abc", seconds: 60).value == "__Host-mask_session=abc; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60")
        #expect(cookie.removal.value == "__Host-mask_session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
    }
}
