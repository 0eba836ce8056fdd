import API
import HTTP
import Images
import JSON
import LinkStore
import Model
import Store
import Work

/// `/images`: upload, list, read, delete.
enum ImageResource {
    static func create(_ call: Call) throws -> Answer {
        let format = ImageFormat(mediaType: call.request.fields.contentType.flatMap(MediaType.init)?.essence ?? "")
        guard let format, Picture.formats.contains(format) else {
            throw Problem.unsupportedMediaType(
                advice(format)
                    ?? "Send the bytes of the image, with Content-Type: image/png, image/jpeg or image/webp.")
        }
        try call.assignment.admit(of: .images)
        let picture = try call.services.pictures.enter(for: call.workspace) {
            do throws(ImageError) { return try Picture(call.request.body, saidToBe: format) } catch { throw problem(error) }
        }
        return try call.commit(call.images.create(picture)) {
            .created($0.json(call.services.site), at: "\(call.basePath)/images/\($0.id)")
        }
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        try query.finish()
        return try pagination.page(of: "images", id: \Image.id, json: { $0.json(call.services.site) }) { last, limit in
            try call.services.store.read { try Images.list(in: call.workspace, after: last, limit: limit, on: $0) }
        }
    }

    static func get(_ call: Call) throws -> Answer { .ok(try find(call).json(call.services.site)) }

    static func delete(_ call: Call) throws -> Answer {
        try call.delete("image", .imageDeleted, find: { try Images.find($0, in: call.workspace, on: $1) }) { image in
            call.images.delete(image)
        }
    }

    private static func find(_ call: Call) throws -> Image {
        let id: ImageID = try call.identifier()
        return try call.found { try Images.find(id, in: call.workspace, on: $0) }
    }

    private static func problem(_ error: ImageError) -> Problem {
        switch error {
        case .tooManyBytes(let most): .payloadTooLarge(maximumBytes: most)
        case .tooLarge(_, _, let most):
            invalid("""
                Send an image of at most \(most) pixels a side; a JPEG or a WebP with loss may have \
                \(Picture.limits.photoPixels / 1_000_000) million pixels.
                """)
        case .tooLargeForProgressive: invalid("Save it as a JPEG that is not progressive, or with at most \(Picture.limits.side) pixels a side.")
        case .otherFormat(let format): invalid(advice(format) ?? unreadable)
        case .animated: invalid("Send one picture of it, as PNG, JPEG or WebP; pages have no moving images.")
        case .tooCostly: invalid("Save the image again with fewer progressive passes; this one takes too long to read.")
        case .unknownFormat, .notSelfContained, .unreadable: invalid(unreadable)
        case .busy, .failed: .internalError()
        }
    }

    private static let unreadable = "Send a whole PNG, JPEG or WebP; this cannot be read."

    /// What to do with a file of another format.
    private static func advice(_ format: ImageFormat?) -> String? {
        switch format {
        case .heic:
            """
            Save it as JPEG; HEIC is not read. An iPhone makes JPEG with Settings, Camera, Formats, Most Compatible, and sends \
            JPEG when a web page takes image/jpeg.
            """
        case .gif: "Save one picture of it as PNG; GIF is not read."
        case .avif, .tiff, .bmp: "Save it as JPEG, PNG or WebP; \(format?.rawValue ?? "") is not read."
        case .png, .jpeg, .webp, nil: nil
        }
    }

    private static func invalid(_ detail: String) -> Problem {
        Problem(status: 422, code: "invalid_image", title: "Invalid image", detail: detail)
    }
}
