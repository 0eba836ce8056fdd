import API
import HTTP
import Model
import QRCodes
import Visits

/// `/links/{id}/qr`: a QR code of a link, as the query asks for it.
enum LinkQRResource {
    static func get(_ call: Call) throws -> Answer {
        var query = try call.query()
        let format = try query.choice("format") ?? QRFormat.preferred(by: call.request.fields.accept)
        let style = try QRStyle(&query)
        try query.finish()
        let drawing = QRDrawing(text: call.services.site.scannedURL(of: try call.knownLink().link), style: style, format: format)
        do { return try call.show(drawing) } catch let refusal as QRRefusal { throw refusal.ofQuery }
    }
}

extension QRStyle {
    fileprivate init(_ query: inout Query) throws(Problem) {
        self.init()
        size = try query.integer("size", in: Self.sizes) ?? size
        margin = try query.integer("margin", in: Self.margins) ?? margin
        correction = try query.choice("error_correction") ?? correction
        foreground = try query.value("foreground", QRColor.init(field:)) ?? foreground
        if let ground = try query.value("background", QRGround.init(field:)) { background = ground.color }
        rounded = try query.bool("rounded") ?? rounded
    }
}

extension QRColor {
    init(field text: String) throws {
        guard let color = QRColor(text) else {
            throw FieldRefusal(code: "invalid_color", message: "Use #rgb or #rrggbb; in a query # is written %23.")
        }
        self = color
    }
}

/// A colour, or none at all.
struct QRGround {
    var color: QRColor?

    init(field text: String) throws {
        if text == QRStyle.transparent { return }
        guard let color = QRColor(text) else {
            throw FieldRefusal(
                code: "invalid_color", message: "Use #rgb, #rrggbb or transparent; in a query # is written %23.")
        }
        self.color = color
    }
}
