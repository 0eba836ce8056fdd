@testable import Access
import JSON
import Foundation
import HTTP
import Images
import Model
import QRCodes
import Support
import Testing

@testable import API
@testable import Resources
import Threads
@testable import Visits

/// QR codes: of a link as the query asks for it, kept with their looks, and for people. How every look scans: QRCodesTests.
@Suite("QR codes")
struct QRCodeTests {
    let stage: Stage

    init() throws { stage = try Stage() }

    /// A link's path in the API, and what its codes have to say.
    @discardableResult
    private func newLink(_ slug: String) throws -> (path: String, text: String) {
        let link = try stage.create(["slug": .string(slug)])
        return ("/links/\(link["id"]?.stringValue ?? "")", "\(link["short_url"]?.stringValue ?? "")?qr=1")
    }

    private func get(_ path: String, accept: String? = nil, ifNoneMatch: String? = nil) -> Response {
        var request = stage.request(.get, "/v1" + path)
        request.fields.accept = accept
        request.fields.ifNoneMatch = ifNoneMatch
        return stage.respond(to: request)
    }

    /// What is read from answers with images, each at the size that it has.
    private func read(_ responses: [Response]) throws -> [String?] {
        try decodedByZbar(responses.map { response in
            guard response[.contentType] == "image/svg+xml" else { return response.body }
            let limits = ImageLimits(bytes: .max, side: 4096)
            return try SVG.decoded(response.body, side: 600, limits: limits).png()
        })
    }

    private static let logo = "data:image/png;base64," + Data(
        (try? Bitmap(width: 40, height: 40, pixels: (0..<1600).flatMap { [200, UInt8($0 % 256), 0, 255] }).png()) ?? []
    ).base64EncodedString()

    private func svg(_ content: String) -> String {
        let text = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>\(content)</svg>"
        return "data:image/svg+xml;base64," + Data(text.utf8).base64EncodedString()
    }

    // MARK: Of a link

    @Test("a link's code is read back, and says that it was scanned")
    func ofLink() throws {
        let (path, text) = try newLink("poster-2026")
        let queries = [
            "", "?format=svg", "?size=64&margin=1", "?error_correction=H&rounded=true",
            "?background=transparent&format=svg&rounded=true",
        ]
        let responses = queries.map { get(path + "/qr" + $0) }
        #expect(responses.map(\.status) == queries.map { _ in 200 })
        #expect(try read(responses.dropLast()) == queries.dropLast().map { _ in text })
        let emoji = try newLink("ü-🦊")
        #expect(emoji.text.hasSuffix("/%C3%BC-%F0%9F%A6%8A?qr=1"))
        #expect(try read([get(emoji.path + "/qr")]) == [emoji.text])
    }

    @Test("the image is PNG or SVG as the client likes, and as the query says whatever the client likes", arguments: [
        (nil, "", "image/png"), ("*/*", "", "image/png"), ("image/svg+xml", "", "image/svg+xml"),
        ("image/*", "", "image/png"),
        ("image/png;q=0.5, image/svg+xml", "", "image/svg+xml"), ("image/svg+xml;q=0.1, image/*", "", "image/png"),
        ("application/json", "", "image/png"), ("no type", "", "image/png"),
        ("image/svg+xml;q=x, */*;q=0.1", "", "image/png"),
        ("image/svg+xml", "?format=png", "image/png"), ("image/png", "?format=svg", "image/svg+xml"),
    ] as [(String?, String, String)])
    func format(accept: String?, query: String, type: String) throws {
        let response = get(try newLink("f").path + "/qr" + query, accept: accept)
        #expect(response[.contentType] == type)
        #expect(response.text.hasPrefix("<svg ") == (type == "image/svg+xml"))
    }

    @Test("the image has the size that was asked for")
    func size() throws {
        let path = try newLink("s").path
        for size in [64, 333, 4096] {
            let bitmap = try Bitmap(
                decoding: get(path + "/qr?size=\(size)").body, limits: ImageLimits(bytes: .max, side: 4096))
            #expect((bitmap.width, bitmap.height) == (size, size))
            #expect(get(path + "/qr?format=svg&size=\(size)").text.contains("width=\"\(size)\" height=\"\(size)\""))
        }
    }

    @Test("a PNG without a margin has no rim: it is the largest whole fit into the size")
    func noMargin() throws {
        let path = try newLink("m").path
        for size in [64, 512, 1024] {
            let limits = ImageLimits(bytes: .max, side: 4096)
            let bitmap = try Bitmap(decoding: get(path + "/qr?margin=0&size=\(size)").body, limits: limits)
            let dark = bitmap.pixels.indices.filter { $0 % 4 == 0 && bitmap.pixels[$0] == 0 }.map { $0 / 4 }
            let columns = dark.map { $0 % bitmap.width }
            #expect(columns.min() == 0 && columns.max() == bitmap.width - 1)
            #expect(dark.first.map { $0 / bitmap.width } == 0 && dark.last.map { $0 / bitmap.width } == bitmap.height - 1)
            #expect(bitmap.width <= size && bitmap.width > size * 9 / 10 - 40)
        }
    }

    @Test("the image may be kept; it has a strong entity tag, another for every look, and is not sent twice")
    func caching() throws {
        let path = try newLink("c").path + "/qr"
        let looks = ["", "?size=513", "?margin=3", "?error_correction=L", "?foreground=%23111", "?background=%23eee",
            "?background=transparent", "?rounded=true", "?format=svg"]
        let tags = looks.map { get(path + $0)[.eTag] ?? "" }
        #expect(Set(tags).count == looks.count && tags.allSatisfy { $0.hasPrefix("\"") })
        let first = get(path)
        #expect(first[.cacheControl] == "private, max-age=300" && first[.vary] == "Accept, Authorization")
        #expect(get(path).body == first.body && get(path + "?foreground=%23000000&size=512")[.eTag] == tags[0])
        let again = get(path, ifNoneMatch: tags[0])
        #expect(again.status == 304 && again.body.isEmpty && again[.eTag] == tags[0])
        #expect(get(path + "?size=513", ifNoneMatch: tags[0]).status == 200)
        #expect(get("/links/lnk_00000000000000000000000000/qr")[.cacheControl] == "private, no-store")
    }

    @Test("a wrong parameter is refused with its name", arguments: [
        ("size=63", "size"), ("size=4097", "size"), ("size=1e3", "size"), ("size=99999999999999999999", "size"),
        ("size=", "size"), ("size=100&size=100", "size"), ("size=64&margin=20", "size"), ("margin=-1", "margin"),
        ("margin=21", "margin"), ("error_correction=h", "error_correction"), ("error_correction=30%25", "error_correction"),
        ("foreground=red", "foreground"), ("foreground=000", "foreground"), ("foreground=%2312", "foreground"),
        ("foreground=%23gggggg", "foreground"), ("foreground=transparent", "foreground"),
        ("foreground=%23ffff00", "foreground"),
        ("foreground=%23fff&background=%23000", "foreground"), ("foreground=%23%22/%3E%3Cx", "foreground"),
        ("background=none", "background"), ("background=url(%23a)", "background"), ("background=%00", "background"),
        ("rounded=1", "rounded"), ("format=gif", "format"), ("logo=x", "logo"), ("colour=%23000", "colour"),
    ])
    func wrongParameter(query: String, parameter: String) throws {
        let response = get(try newLink("w").path + "/qr?" + query)
        #expect(response.status == 400 && response.json["parameter"]?.stringValue == parameter, "\(response.text)")
    }

    // MARK: Kept

    @Test("a QR code is created")
    func creation() throws {
        let id = try stage.create([:])["id"]?.stringValue ?? ""
        stage.expect("""
            POST /v1/qr-codes HTTP/1.1
            Host: api.mask.test
            Authorization: Bearer $KEY
            Content-Type: application/json

            {"link_id": "$LINK", "name": "Poster", "error_correction": "Q", "foreground": "#1A3", "background": "transparent"}

            HTTP/1.1 201 Created
            Cache-Control: private, no-store
            Content-Type: application/json
            ETag: "1"
            Location: /v1/qr-codes/qr_…
            RateLimit-Policy: "default";q=6000;w=60
            RateLimit: "default";r=5998;t=<seconds>
            Request-Id: req_…
            X-Content-Type-Options: nosniff
            X-RateLimit-Limit: 6000
            X-RateLimit-Remaining: 5998
            X-RateLimit-Reset: <time>

            {
              "id": "qr_…",
              "link_id": "lnk_…",
              "name": "Poster",
              "size": 512,
              "margin": 4,
              "error_correction": "Q",
              "foreground": "#11aa33",
              "background": "transparent",
              "rounded": false,
              "has_logo": false,
              "created_at": "<time>",
              "updated_at": "<time>",
              "deleted_at": null
            }
            """, with: ["LINK": id])
    }

    @Test("a code is read, listed by its link, changed in what is sent, and deleted")
    func life() throws {
        let (one, other) = (try stage.create([:])["id"] ?? .null, try stage.create([:])["id"] ?? .null)
        let code = try stage.newQRCode(["link_id": one, "name": "A", "size": 300])
        try stage.newQRCode(["link_id": other])
        let listed = stage.ask(.get, "/qr-codes?link_id=\(one.stringValue ?? "")").json["data"]?.arrayValue ?? []
        #expect(listed.map { $0["id"]?.stringValue } == [code.id])
        #expect(stage.ask(.get, "/qr-codes").json["data"]?.arrayValue?.count == 2)

        let path = "/qr-codes/" + code.id
        let changed = stage.ask(.patch, path, ##"{"size": null, "rounded": true, "foreground": "#004", "name": null}"##)
        #expect(changed.status == 200 && changed[.eTag] == "\"2\"")
        #expect(changed.json["size"] == 512 && changed.json["foreground"] == "#000044" && changed.json["name"] == .null)
        #expect(stage.ask(.patch, path, ##"{"rounded": true}"##)[.eTag] == "\"2\"")
        #expect(stage.ask(.get, path).json == changed.json)

        var stale = stage.request(.delete, "/v1" + path)
        stale.fields.ifMatch = "\"1\""
        #expect(stage.respond(to: stale).status == 412)
        #expect(stage.ask(.delete, path).status == 204)
        #expect(stage.ask(.get, path).status == 404 && stage.ask(.get, path + "/image").status == 404)
    }

    @Test("a code's image has its looks, at another size too, and changes with them")
    func image() throws {
        let link = try stage.create(["slug": "kept"])
        let text = "\(link["short_url"]?.stringValue ?? "")?qr=1"
        let fields: JSONObject = ["link_id": link["id"] ?? .null, "rounded": true, "logo": .string(Self.logo)]
        let path = "/qr-codes/" + (try stage.newQRCode(fields).id)
        let images = [get(path + "/image"), get(path + "/image?format=svg"), get(path + "/image?size=1024")]
        #expect(try read(images) == [text, text, text])
        #expect(images[1].text.contains("data:image/png;base64,"))
        #expect(get(path + "/image", ifNoneMatch: images[0][.eTag]).status == 304)
        #expect(get(path + "/image?size=64&format=svg").status == 200)
        #expect(stage.ask(.patch, path, #"{"logo": null}"#).json["has_logo"] == false)
        let without = get(path + "/image", ifNoneMatch: images[0][.eTag])
        #expect(without.status == 200 && without.body.count < images[0].body.count)
    }

    @Test("a code goes with its link")
    func deletedLink() throws {
        let link = try stage.create([:])["id"] ?? .null
        let code = try stage.newQRCode(["link_id": link, "logo": .string(Self.logo)])
        #expect(stage.ask(.delete, "/links/\(link.stringValue ?? "")").status == 204)
        #expect(stage.ask(.get, "/qr-codes/" + code.id).status == 404)
        #expect(try stage.query("SELECT 1 FROM qr_code_logos WHERE workspace_id = \(stage.workspace.id)").isEmpty)
    }

    @Test("every change is in the audit log, with what it was; a logo is told by its digest")
    func audit() throws {
        let code = try stage.newQRCode()
        let path = "/qr-codes/" + code.id
        #expect(stage.ask(.patch, path, ##"{"foreground": "#222"}"##).status == 200)
        let colors = ##"{"before":{"foreground":"#000000"},"after":{"foreground":"#222222"}}"##
        #expect(try stage.lastChange("qr_code.updated") == colors)
        #expect(stage.ask(.patch, path, JSON.object(["logo": .string(Self.logo)]).text).status == 200)
        let change = try #require(try stage.lastChange("qr_code.updated"))
        #expect(change.contains(/^\{"before":\{"logo":null\},"after":\{"logo":"sha256:[0-9a-f]{64}"\}\}$/))
        #expect(stage.ask(.delete, path).status == 204)
        #expect(try stage.changes("qr_code.%") == [
            "created", "updated", "updated", "deleted",
        ].map { "\(stage.keyID) qr_code.\($0) \(code.id)" })
    }

    @Test("wrong fields are refused, all at once")
    func wrongFields() throws {
        let response = stage.ask(.post, "/qr-codes", ##"""
            {"name": "", "size": 63, "margin": 21, "error_correction": "m", "foreground": "black", "background": "#1234",
             "rounded": "yes", "logo": "data:image/gif;base64,R0lGODlh", "slug": "x"}
            """##)
        #expect(response.status == 422)
        #expect(response.refusals.sorted() == [
            "/background invalid_color", "/error_correction invalid_choice", "/foreground invalid_color",
            "/link_id required",
            "/logo invalid_image", "/margin out_of_range", "/name empty", "/rounded invalid_type", "/size out_of_range",
            "/slug unknown_field",
        ])
    }

    @Test("what nobody could scan is refused, when it is made and when it is changed", arguments: [
        (##""foreground": "#ffffff""##, "/foreground too_little_contrast"),
        (##""foreground": "#eee", "background": "#222""##, "/foreground too_little_contrast"),
        (##""foreground": "#959595""##, "/foreground too_little_contrast"),
        (##""size": 64, "margin": 20"##, "/size too_small"),
    ])
    func unreadable(fields: String, refusal: String) throws {
        let link = try stage.create([:])["id"]?.stringValue ?? ""
        #expect(stage.ask(.post, "/qr-codes", #"{"link_id": "\#(link)", \#(fields)}"#).refusals == [refusal])
        let path = "/qr-codes/" + (try stage.newQRCode().id)
        #expect(stage.ask(.patch, path, "{\(fields)}").refusals == [refusal])
        #expect(stage.ask(.get, path)[.eTag] == "\"1\"")
    }

    @Test("a code of a link that nobody has, or that leads elsewhere later, is refused")
    func wrongLink() throws {
        let nobodys = #"{"link_id": "\#(LinkID.new())"}"#
        #expect(stage.ask(.post, "/qr-codes", nobodys).refusals == ["/link_id unknown_link"])
        #expect(stage.ask(.post, "/qr-codes", #"{"link_id": "lnk_1"}"#).refusals == ["/link_id invalid_id"])
        #expect(stage.ask(.patch, "/qr-codes/\(try stage.newQRCode().id)", nobodys).refusals == ["/link_id unknown_field"])
    }

    // MARK: Logos

    @Test("an SVG logo is drawn when it is sent, and counts as ten requests")
    func drawnLogo() throws {
        let link = try stage.create(["slug": "drawn"])
        let logo = svg("<circle cx='4' cy='4' r='4' fill='#c00'/><script>alert(1)</script>")
        let response = stage.ask(.post, "/qr-codes", JSON.object(["link_id": link["id"] ?? .null, "logo": .string(logo)]).text)
        #expect(response.status == 201 && response.json["has_logo"] == true, "\(response.text)")
        #expect(response[.xRateLimitRemaining] == "5989")
        let image = get("/qr-codes/\(response.json["id"]?.stringValue ?? "")/image?format=svg")
        #expect(!image.text.contains("script") && !image.text.contains("circle"))
        #expect(try read([image]) == ["\(link["short_url"]?.stringValue ?? "")?qr=1"])
    }

    @Test("of a logo only its pixels are kept")
    func remade() throws {
        let bytes = try #require(Data(base64Encoded: String(Self.logo.dropFirst(22))))
        // A text chunk after IHDR, which readers may skip: its check is wrong, and nobody looks.
        let secret = Array("tEXtComment\0the author's address".utf8)
        let chunk = [0, 0, 0, UInt8(secret.count - 4)] + secret + crc32(secret)
        let marked = Data(bytes.prefix(33)) + chunk + bytes.dropFirst(33)
        let code = try stage.newQRCode(["logo": .string("data:image/png;base64," + marked.base64EncodedString())])
        let stored = try stage.query("SELECT png FROM qr_code_logos WHERE workspace_id = \(stage.workspace.id)")[0].bytes(0)
        #expect(!String(decoding: stored, as: UTF8.self).contains("author") && stored.starts(with: bytes.prefix(8)))
        #expect(get("/qr-codes/\(code.id)/image").status == 200)
    }

    private func crc32(_ bytes: [UInt8]) -> [UInt8] {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return withUnsafeBytes(of: (~crc).bigEndian, Array.init)
    }

    @Test("a hostile or broken logo is refused, and nothing is changed", arguments: [
        ("", "invalid_image"), ("https://example.com/logo.png", "invalid_image"), ("data:image/png,x", "invalid_image"),
        ("data:image/png;base64,", "invalid_image"), ("data:image/png;base64,!!!!", "invalid_image"),
        ("data:image/png;base64,iVBORw0KGgo=", "invalid_image"), ("data:image/jpeg;base64,/9j/", "invalid_image"),
        ("data:image/png;base64,/9j/4AAQ", "invalid_image"), ("data:image/svg+xml;base64,PHN2Zz4=", "invalid_image"),
        ("data:image/svg+xml;base64,H4sIAAAAAAAA", "invalid_image"), ("data:text/html;base64,PHNjcmlwdD4=", "invalid_image"),
    ])
    func hostileLogo(logo: String, code: String) throws {
        let path = "/qr-codes/" + (try stage.newQRCode().id)
        let response = stage.ask(.patch, path, JSON.object(["logo": .string(logo)]).text)
        #expect(response.status == 422 && response.refusals == ["/logo \(code)"], "\(response.text)")
        #expect(stage.ask(.get, path)[.eTag] == "\"1\"")
    }

    @Test("an SVG with other pictures in it is refused, with what to do")
    func pictures() throws {
        let path = "/qr-codes/" + (try stage.newQRCode().id)
        for content in ["<image href='data:image/png;base64,AAAA'/>", "<use href='data:,x'/>"] {
            let response = stage.ask(.patch, path, JSON.object(["logo": .string(svg(content))]).text)
            #expect(response.status == 422 && response.refusals == ["/logo invalid_image"])
            #expect(response.text.contains("without <image>"))
        }
    }

    @Test("a logo of too many bytes or pixels is refused, and one that is a bomb")
    func largeLogo() throws {
        let path = "/qr-codes/" + (try stage.newQRCode().id)
        func refusals(_ logo: String) -> [String] {
            stage.ask(.patch, path, JSON.object(["logo": .string(logo)]).text).refusals
        }
        let long = Data(repeating: 0x20, count: 256 * 1024 + 1).base64EncodedString()
        #expect(refusals("data:image/png;base64," + long) == ["/logo image_too_large"])
        #expect(refusals("data:image/svg+xml;base64," + long + long) == ["/logo image_too_large"])
        let wide = try PNG.encoded(.init(width: 2049, height: 1, colors: .palette([0, 0, 0, 255]))) { $1.update(repeating: 0) }
        #expect(refusals("data:image/png;base64," + Data(wide).base64EncodedString()) == ["/logo image_too_large"])
        let blur = String(repeating: "<feTurbulence baseFrequency='.9' numOctaves='60'/>", count: 2000)
        let costly = svg("<filter id='f'>\(blur)</filter><rect width='9' height='9' filter='url(#f)'/>")
        #expect(refusals(costly) == ["/logo invalid_image"])
    }

    // MARK: Scans

    @Test("a scan is told from a click, without showing in the destination")
    func scans() throws {
        let link = try stage.create(["slug": "scan", "url": "https://example.com/?a=1", "utm_source": "poster"])
        func destination(_ query: String) -> String? { stage.follow("/scan" + query)[.location] }
        #expect(destination("") == "https://example.com/?a=1&utm_source=poster")
        #expect(destination("?qr=1") == "https://example.com/?a=1&utm_source=poster")
        #expect(destination("?qr=1&b=2") == "https://example.com/?a=1&utm_source=poster&b=2")
        #expect(destination("?b=2&qr=1&qr=1&c=") == "https://example.com/?a=1&utm_source=poster&b=2&c=")
        #expect(destination("?qr=2") == "https://example.com/?a=1&utm_source=poster&qr=2")
        #expect(destination("?xqr=1") == "https://example.com/?a=1&utm_source=poster&xqr=1")
        #expect(stage.follow("/scan?qr=1", .head)[.location] == "https://example.com/?a=1&utm_source=poster")
        #expect(try stage.load() == 6)
        for path in ["/v1/analytics/clicks?group_by=trigger", "/api/v1/analytics/clicks?groupBy=trigger"] {
            let query = path + (path.hasPrefix("/v1") ? "&link_id=" : "&linkId=") + (link["id"]?.stringValue ?? "")
            let response = stage.respond(to: stage.request(.get, query))
            let answer = response.json["data"] ?? response.json
            #expect(answer["total"] == 6)
            #expect(answer["groups"] == [["value": "click", "clicks": 3], ["value": "qr", "clicks": 3]])
        }
    }

    @Test("a destination's own qr=1 stays")
    func ownParameter() throws {
        try stage.create(["slug": "own", "url": "https://example.com/?qr=1"])
        #expect(stage.follow("/own?qr=1")[.location] == "https://example.com/?qr=1")
    }

    @Test("whoever scans a protected link is asked for its password, and is a scan")
    func protectedScan() throws {
        try stage.create(["slug": "secret", "password": "open"])
        #expect(stage.follow("/secret?qr=1").status == 200)
        #expect(stage.follow("/secret?qr=1", .post, body: "password=open").status == 303)
        #expect(try stage.load() == 1)
        let answer = stage.ask(.get, "/analytics/clicks?group_by=trigger").json
        #expect(answer["groups"] == [["value": "qr", "clicks": 1]])
    }

    // MARK: For people

    @Test("a link's code is at its address with .qr, for everyone, and looking at it is no click")
    func page() throws {
        let (_, text) = try newLink("menu")
        let png = stage.follow("/menu.qr")
        #expect(png.status == 200 && png[.contentType] == "image/png" && png[.cacheControl] == "public, max-age=3600")
        let svg = stage.follow("/menu.qr?format=svg&fbclid=x")
        #expect(svg[.contentType] == "image/svg+xml" && svg[.contentSecurityPolicy] == "default-src 'none'")
        #expect(try read([png, svg]) == [text, text])
        var again = stage.visit("/menu.qr")
        again.fields.ifNoneMatch = png[.eTag]
        #expect(stage.application.respond(to: again).status == 304)
        #expect(stage.follow("/menu.qr", .post).status == 405)
        #expect(try stage.load() == 0)
    }

    @Test("a code of what leads nowhere is not found", arguments: [
        "/nothing.qr", "/.qr", "/off.qr", "/soon.qr", "/menu.QR", "/%ff.qr",
    ])
    func noPage(path: String) throws {
        try newLink("menu")
        try stage.create(["slug": "off", "disabled": true])
        try stage.create(["slug": "soon", "starts_at": "2098-01-01T00:00:00Z"])
        #expect(stage.follow(path).status == 404)
    }

    // MARK: Many at a time

    @Test("who finds no place to have a code drawn is told when to come again; what was drawn comes from memory")
    func busy() throws {
        let stage = try Stage { $0.threads = 2 }
        let link = try stage.create(["slug": "menu"])
        try stage.create(["slug": "other"])
        let path = "/links/\(link["id"]?.stringValue ?? "")/qr"
        let drawn = stage.follow("/menu.qr")
        try #require(drawn.status == 200)
        try stage.services.visits.drawings.gate.enter(for: stage.workspace.id) {
            let page = stage.follow("/other.qr")
            #expect(page.status == 503 && page[.retryAfter] == "2" && page[.contentType] == "text/html; charset=utf-8")
            #expect(page[.cacheControl] == "private, no-store" && page[.eTag] == nil)
            let problem = stage.ask(.get, path + "?size=200")
            #expect(problem.status == 503 && problem.code == "unavailable" && problem[.retryAfter] == "2")
            #expect(stage.follow("/menu.qr").body == drawn.body && stage.ask(.get, path).body == drawn.body)
            #expect(stage.follow("/other.qr?format=svg").status == 200, "text is drawn at once")
        }
        #expect(stage.follow("/other.qr").status == 200 && stage.ask(.get, path + "?size=200").status == 200)
    }

    @Test("drawings in memory are bounded by bytes, the oldest go, and a large one is not kept")
    func memory() throws {
        func drawing(_ number: Int, size: Int = 512) -> QRDrawing {
            var style = QRStyle()
            style.size = size
            return QRDrawing(text: "https://a.example/\(1000 + number)", style: style, format: .png)
        }
        let workspace = stage.workspace.id
        let usual = try drawing(0).bytes(of: drawing(0).image()).count
        let drawings = QRDrawings(Gate("drawing", places: 1, queue: 0, retryAfter: 1), limit: 20 * usual)
        for number in 0..<60 { _ = try drawings.bytes(of: drawing(number), for: workspace) }
        _ = try drawings.bytes(of: drawing(60, size: 4096), for: workspace)
        let kept = try drawings.gate.enter(for: workspace) {
            (0...60).filter { (try? drawings.bytes(of: drawing($0, size: $0 < 60 ? 512 : 4096), for: workspace)) != nil }
        }
        #expect((10...22).contains(kept.count) && kept.last == 59 && kept == Array(kept[0]...59))
    }

    @Test("a drawing that is kept takes no more memory than it counts for", arguments: [QRFormat.svg, .png])
    func exact(format: QRFormat) throws {
        let drawings = QRDrawings(Gate("drawing", places: 1, queue: 0, retryAfter: 1))
        let drawing = QRDrawing(text: "https://a.example/1", style: QRStyle(), format: format)
        let drawn = try drawings.bytes(of: drawing, for: stage.workspace.id)
        let kept = try drawings.bytes(of: drawing, for: stage.workspace.id)
        #expect(kept == drawn && kept.capacity < kept.count + 64)
    }
}
