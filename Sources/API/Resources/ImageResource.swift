import HTTP
import Images
import Model
import Store

/// `/images`: upload, list, read, delete. A picture is decoded and encoded anew: nothing of the bytes that came is kept.
enum ImageResource {
    /// Of the file and its pixels as they come; 64 MiB while it is decoded, twice that while it is turned.
    static let limits = ImageLimits(bytes: 8 << 20, side: 4096)

    /// The longer side as it is kept, in pixels: sharp on a page that is 800 wide, on a screen of double density.
    private static let keptSide = 1600
    private static let quality = 82

    static func create(_ call: Call) throws -> Answer {
        guard
            let type = call.request.fields.contentType.flatMap(MediaType.init)
                .flatMap({ type in Image.ImageType.allCases.first { $0.mediaType == type.essence } })
        else {
            throw Problem.unsupportedMediaType(
                "Send the bytes of the image, with Content-Type: image/png or image/jpeg.")
        }
        guard let made = try call.services.pictures.enter({ try made(type, call.request.body) }) else {
            throw Problem.unavailable(retryAfter: 5)
        }
        let image = Image(
            id: .new(), workspace: call.workspace, type: made.type, width: made.width, height: made.height,
            createdAt: call.now)
        let json = image.json(call.services.site)
        return try call.commit { connection in
            try Images.insert(image, bytes: made.bytes, on: connection)
            try connection.execute(AuditLog.insertion(of: call.audit(.imageCreated, image.id.description, after: json)))
            return .created(json, at: "\(call.basePath)/images/\(image.id)")
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
        let id: ImageID = try call.identifier()
        return try call.retrying("image") {
            guard let image = try call.services.store.read({ try Images.find(id, in: call.workspace, on: $0) }) else {
                return try call.answerToRepeatedDelete(.imageDeleted, id.description)
            }
            let answer = try call.commit { connection in
                guard try !BioPages.isShown(id, in: call.workspace, on: connection) else {
                    throw Problem.conflict(
                        code: "image_in_use", "A page has the image in its draft or in a version. Delete that page first.")
                }
                guard try Images.delete(id, in: call.workspace, on: connection) else { throw ChangedMeanwhile() }
                let entry = call.audit(.imageDeleted, id.description, before: image.json(call.services.site))
                try connection.execute(AuditLog.insertion(of: entry))
                return .noContent
            }
            call.services.pages.remove(image)
            return answer
        }
    }

    private static func find(_ call: Call) throws -> Image {
        let id: ImageID = try call.identifier()
        guard let image = try call.services.store.read({ try Images.find(id, in: call.workspace, on: $0) }) else {
            throw Problem.notFound()
        }
        return image
    }

    /// JPEG has no transparency: what is transparent is kept as PNG.
    private static func made(
        _ type: Image.ImageType, _ file: [UInt8]
    ) throws -> (type: Image.ImageType, bytes: [UInt8], width: Int, height: Int) {
        do throws(ImageError) {
            let picture = try Bitmap(decoding: file, limits: limits).fitted(within: keptSide)
            let type: Image.ImageType = type == .jpeg && picture.isOpaque ? .jpeg : .png
            let bytes = type == .jpeg ? try picture.jpeg(quality: quality) : try picture.png()
            return (type, bytes, picture.width, picture.height)
        } catch {
            throw Self.problem(error)
        }
    }

    private static func problem(_ error: ImageError) -> Problem {
        switch error {
        case .tooManyBytes(let most): .payloadTooLarge(maximumBytes: most)
        case .tooLarge(_, _, let most):
            invalid("Send an image of at most \(most) pixels a side.")
        case .unknownFormat, .unreadable, .tooCostly: invalid("Send a whole PNG or JPEG; this cannot be read.")
        case .failed: .internalError()
        }
    }

    private static func invalid(_ detail: String) -> Problem {
        Problem(status: 422, code: "invalid_image", title: "Invalid image", detail: detail)
    }
}

extension Image {
    fileprivate func json(_ site: SiteConfiguration) -> JSON {
        [
            "id": .string(id.description), "type": .string(type.mediaType), "width": JSON(width),
            "height": JSON(height),
            "image_url": .string(site.origin(ofHost: site.linkHost) + path), "created_at": .string(createdAt.rfc3339),
        ]
    }
}
