import Foundation
import Support
import Testing

extension EndToEndTests {
    /// From the image to the analytics, through nginx.
    @Suite("QR codes", .serialized)
    struct QRCodes {
        let stack = Stack.shared

        /// The bytes of an image.
        private func image(_ url: String, _ options: String...) throws -> [UInt8] {
            let file = stack.folder + "/qr-\(UInt32.random(in: 0 ... .max))"
            defer { try? FileManager.default.removeItem(atPath: file) }
            let answer = stack.answer(url, options + ["-o", file])
            try #require(answer.status == 0 || answer.status == 200)
            return [UInt8](try Data(contentsOf: URL(filePath: file))).bodyOfAnswer
        }

        @Test("a code is fetched, read and followed, and is a scan in the analytics; following by hand is a click")
        func scan() throws {
            let made = stack.call("POST", "/links", body: #"{"url": "https://example.com/menu?table=7"}"#).json
            let (id, short) = (try #require(made["id"] as? String), try #require(made["short_url"] as? String))
            let key = ["-H", "Authorization: Bearer \(stack.key)"]
            let images = [
                try image(stack["MASK_API_URL"] + "/links/\(id)/qr?size=300&rounded=true", key[0], key[1]),
                try image(short + ".qr"),
            ]
            let texts = try decodedByZbar(images)
            #expect(texts == [short + "?qr=1", short + "?qr=1"])
            let agent = ["-A", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"]
            for url in [texts[0] ?? "", texts[1] ?? "", short] {
                let answer = stack.answer(url, agent)
                #expect(answer.status == 302 && answer.fields["location"] == "https://example.com/menu?table=7")
            }
            let groups = {
                let answer = stack.call("GET", "/analytics/clicks?group_by=trigger&link_id=\(id)").json
                return (answer["groups"] as? [[String: Any]] ?? []).map { "\($0["value"] ?? "") \($0["clicks"] ?? "")" }
            }
            stack.eventually { groups() == ["qr 2", "click 1"] }
            #expect(groups() == ["qr 2", "click 1"])
        }

        @Test("images are cached by their entity tags, and a slug that nobody has is not found")
        func caching() throws {
            let made = stack.call("POST", "/links", body: #"{"url": "https://example.com/"}"#).json
            let short = try #require(made["short_url"] as? String)
            let first = stack.answer(short + ".qr", "-I")
            #expect(first.status == 200 && first.fields["content-type"] == "image/png")
            #expect(first.fields["cache-control"] == "public, max-age=3600" && first.fields["vary"] == "Accept")
            let tag = try #require(first.fields["etag"])
            #expect(tag.hasPrefix("\""))
            #expect(stack.answer(short + ".qr", "-H", "If-None-Match: \(tag)").status == 304)
            #expect(stack.answer(short + "x.qr").status == 404)
        }

        @Test("a logo is drawn in a process of its own, and the code scans")
        func logo() throws {
            let made = stack.call("POST", "/links", body: #"{"url": "https://example.com/"}"#).json
            let (id, short) = (try #require(made["id"] as? String), try #require(made["short_url"] as? String))
            let circle = "<circle cx='4' cy='4' r='4' fill='#c00'/>"
            let svg = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>\(circle)</svg>"
            let logo = "data:image/svg+xml;base64," + Data(svg.utf8).base64EncodedString()
            let code = stack.call("POST", "/qr-codes", body: #"{"link_id": "\#(id)", "logo": "\#(logo)"}"#)
            #expect(code.status == 201 && code.json["has_logo"] as? Bool == true, "\(code.body)")
            let url = stack["MASK_API_URL"] + "/qr-codes/\(code.json["id"] as? String ?? "")/image"
            #expect(try decodedByZbar([image(url, "-H", "Authorization: Bearer \(stack.key)")]) == [short + "?qr=1"])
        }
    }
}

extension [UInt8] {
    /// What stands behind the head, which curl writes to the file too.
    fileprivate var bodyOfAnswer: [UInt8] {
        let end = Array("\r\n\r\n".utf8)
        let start = indices.first { self[$0...].starts(with: end) }
        return start.map { Array(self[($0 + end.count)...]) } ?? self
    }
}
