import Foundation
import Testing

@testable import Pages

@Suite("Style policy")
struct StylePolicyTests {
    private func directive(_ html: String) -> String { StylePolicy.directive(for: Array(html.utf8)) }

    // printf 'p { color: red }' | openssl dgst -sha256 -binary | base64
    private let red = "'sha256-ngewhhP73WDIbgwseeu52VAAJgKdGUsu1IUQQsAm8m4='"

    @Test("names the digest of each style element of the head, and of nothing behind it")
    func directives() {
        #expect(directive("<head><style>p { color: red }</style></head>") == "style-src \(red)")
        #expect(directive("<style>p { color: red }</style><h1>x</h1>") == "style-src \(red)", "a page may do without a head element")
        #expect(directive("<head><style>p { color: red }</style></head><style>b { }</style>") == "style-src \(red)")
        #expect(directive("<head><style>p { color: red }</style><style></style></head>").hasPrefix("style-src \(red) 'sha256-47DEQ"))
        #expect(directive("<head><title>x</title></head>") == "style-src 'none'")
        #expect(directive("<head><style>p { color: red }") == "style-src 'none'", "what does not end is none")
    }

    @Test("stands first in the head of a page")
    func first() {
        let html = StylePolicy.add("default-src 'none'", to: Array("<html><head><title>x</title></head>".utf8))
        #expect(
            String(decoding: html, as: UTF8.self)
                == "<html><head>\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\"><title>x</title></head>")
    }

    @Test("of the page that nginx answers errors with is that of its style")
    func ofNginx() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../../nginx/snippets/mask-page-answer.conf"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let page = try #require(text.split(separator: "return 200 '").last)
        #expect(text.contains("default-src 'none'; \(directive(String(page)));"), "it has to be \(directive(String(page)))")
    }
}
