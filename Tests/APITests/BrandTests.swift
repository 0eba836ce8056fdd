import Foundation
import HTTP
import Model
import Support
import Testing

@testable import API
@testable import Resources

/// The pages that visitors get from MASK itself: sober, or as the workspace wants them.
@Suite("Pages of our own")
struct BrandTests {
    let stage: Stage
    let owner: String

    init() throws {
        stage = try Stage()
        owner = try stage.makeKey(of: stage.makeMember(.owner)).text
    }

    private func brand(_ json: String) {
        let answer = stage.ask(.patch, "/workspace", #"{"brand": \#(json)}"#, key: owner)
        #expect(answer.status == 200, "\(answer.text)")
    }

    private func follow(_ path: String, on host: String) -> Response {
        var request = stage.visit(path)
        request.host = host
        return stage.application.respond(to: request)
    }

    @Test("they have the workspace's name, colour and logo, on its hosts and for its links")
    func dressed() throws {
        let logo = try stage.newImage()["id"]?.stringValue ?? ""
        brand(##"{"name": "Acme & <Co>", "color": "#FFDD00", "logo_image": "\##(logo)"}"##)
        try stage.create(["slug": "secret", "password": "hunter2hunter2", "domain": .string(stage.host)])
        try stage.create(["slug": "over", "expires_at": "2020-01-01T00:00:00Z", "domain": .string(stage.host)])
        for (path, status) in [("/secret", 200), ("/over", 410), ("/nowhere", 404)] {
            let page = stage.follow(path)
            #expect(page.status == status)
            #expect(page.text.contains("Acme &amp; &lt;Co&gt;") && page.text.contains("--brand: #ffdd00; --on-brand: #000000"))
            #expect(page.text.contains(#"<img src="/_/images/"#))
            #expect(page[.contentSecurityPolicy]?.contains("img-src 'self'") == true)
            #expect(page.text.contains(#"<a href="/">"#) == (status >= 400), "a way on")
        }
        #expect(stage.ask(.delete, "/images/\(logo)").code == "image_in_use")
        brand("null")
        #expect(!stage.follow("/nowhere").text.contains("Acme"))
        #expect(stage.ask(.delete, "/images/\(logo)").status == 204)
    }

    @Test("a part of a brand can be changed alone, in both dialects, and stands in the audit log")
    func changes() throws {
        brand(##"{"name": "Acme", "color": "#0b57d0"}"##)
        var request = stage.request(.patch, "/api/v1/workspace", body: #"{"brand": {"color": null}}"#)
        request.fields.authorization = "Bearer " + owner
        let answer = stage.respond(to: request)
        #expect(answer.json["data"]?["brand"] == ["name": "Acme", "color": nil, "logoImage": nil])
        #expect(stage.ask(.get, "/workspace").json["brand"] == ["name": "Acme", "color": nil, "logo_image": nil])
        #expect(try stage.lastChange("workspace.updated") == """
            {"before":{"brand":{"name":"Acme","color":"#0b57d0","logo_image":null}},\
            "after":{"brand":{"name":"Acme","color":null,"logo_image":null}}}
            """)
    }

    @Test("a page that says not found does not tell whose link it is that is not to be found")
    func secrecy() throws {
        brand(#"{"name": "Acme"}"#)
        try stage.create(["slug": "off", "disabled": true, "domain": .string(Stage.linkHost)])
        let page = follow("/off", on: Stage.linkHost)
        #expect(page.status == 404 && !page.text.contains("Acme"))
    }

    @Test("a wrong password is told as an alert; the first prompt is none")
    func alert() throws {
        try stage.create(["slug": "secret", "password": "hunter2hunter2", "domain": .string(stage.host)])
        #expect(!stage.follow("/secret").text.contains(#"role="alert""#))
        let wrong = stage.follow("/secret", .post, body: "password=nothing")
        #expect(wrong.status == 403 && wrong.text.contains(#"<p role="alert">That was not the password."#))
    }

    @Test("without a brand they are as they were, and redirects are not touched")
    func sober() throws {
        try stage.create(["slug": "go", "domain": .string(stage.host)])
        #expect(stage.follow("/go").status == 302 && stage.follow("/go").body.isEmpty)
        let page = stage.follow("/nowhere")
        #expect(page.text.contains("<h1>Link not found</h1>") && page.text.contains(#"<a href="/">\#(stage.host)</a>"#))
    }

    @Test("the bare host that all share says what it is, until the sysadmin leads it elsewhere")
    func root() throws {
        let page = follow("/", on: Stage.linkHost)
        #expect(page.status == 200 && page.text.contains("<h1>\(Stage.linkHost)</h1>"))
        #expect(stage.follow("/").status == 404)
    }

    @Test("a browser gets a QR code as a page, and an image within a page gets the image")
    func qr() throws {
        try stage.create(["slug": "scan", "domain": .string(stage.host)])
        func type(_ path: String, _ accept: String) -> String? {
            var request = stage.visit(path)
            request.fields.accept = accept
            let answer = stage.application.respond(to: request)
            #expect(answer.status == 200 && answer[.vary] == "Accept")
            return answer[.contentType]
        }
        let navigation = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
        #expect(type("/scan.qr", navigation) == "text/html; charset=utf-8")
        #expect(type("/scan.qr", "image/avif,image/webp,*/*;q=0.8") == "image/png")
        #expect(type("/scan.qr", "*/*") == "image/png" && type("/scan.qr?format=svg", navigation) == "image/svg+xml")
    }
}
