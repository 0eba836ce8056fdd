import JSON
import HTTP
import Images
import Model
import Support
import Testing

@testable import API
@testable import Resources

extension Stage {
    /// A page on the stage's own domain.
    @discardableResult
    func newPage(_ fields: JSONObject = [:], sourceLocation: SourceLocation = #_sourceLocation) throws -> JSON {
        var fields = fields
        if fields["title"] == nil { fields["title"] = .string("Ada " + randomHex(4)) }
        if fields["domain"] == nil { fields["domain"] = .string(host) }
        let response = ask(.post, "/bio-pages", JSON.object(fields).text)
        try #require(response.status == 201, "\(response.text)", sourceLocation: sourceLocation)
        return response.json
    }

    /// A page that visitors see.
    func publishedPage(_ fields: JSONObject = [:]) throws -> (id: String, slug: String) {
        let page = try newPage(fields)
        let (id, slug) = (page["id"]?.stringValue ?? "", page["slug"]?.stringValue ?? "")
        try #require(ask(.post, "/bio-pages/\(id)/publish").status == 200)
        return (id, slug)
    }

    @discardableResult
    func publish(_ id: String) -> Response { ask(.post, "/bio-pages/\(id)/publish") }

    /// Four pixels, one of them half transparent.
    static func picture(side: Int = 2) -> Bitmap {
        Bitmap(
            width: side, height: side,
            pixels: (0..<side * side).flatMap { [UInt8($0 % 256), 0x80, 0x40, $0 == 0 ? 0x80 : 0xFF] })
    }

    func upload(_ bytes: [UInt8], type: String = "image/png") -> Response {
        var upload = request(.post, "/v1/images")
        (upload.body, upload.fields.contentType) = (bytes, type)
        return respond(to: upload)
    }

    func newImage() throws -> JSON {
        let response = upload(try Self.picture().png())
        try #require(response.status == 201, "\(response.text)")
        return response.json
    }

    /// The file that nginx would find, as text; nil where there is none.
    func file(_ slug: String) -> String? {
        fileBytes("\(host)/\(slug).html").map { String(decoding: $0, as: UTF8.self) }
    }

    func fileBytes(_ path: String) -> [UInt8]? { readWhole(spool.path + "/pages/" + path) }
}
