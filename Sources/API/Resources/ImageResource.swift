import HTTP
import Images
import JSON
import Model
import Store
import Work

/// `/images`: upload, list, read, delete. A picture is decoded and encoded anew: nothing of the bytes that came is kept.
enum ImageResource {
    /// Of the file and its pixels as they come: 64 MiB while it is decoded. A photo with more pixels is made smaller while it
    /// is read.
    static let limits = ImageLimits(bytes: 8 << 20, side: 4096, photoPixels: 50_000_000)

    /// The longer side as it is kept, in pixels: sharp on a page that is 800 wide, on a screen of double density.
    private static let keptSide = 1600
    private static let quality = 82

    static func create(_ call: Call) throws -> Answer {
        let essence = call.request.fields.contentType.flatMap(MediaType.init)?.essence
        guard let essence, formats.contains(where: { $0.mediaType == essence }) else {
            throw Problem.unsupportedMediaType(
                advice(ImageFormat(mediaType: essence ?? ""))
                    ?? "Send the bytes of the image, with Content-Type: image/png, image/jpeg or image/webp.")
        }
        try call.admit(of: .images)
        let made = try call.services.pictures.enter(for: call.workspace) { try Self.made(call.request.body, saidToBe: essence) }
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
            return try call.commit { connection in
                guard try !Workspaces.showsAsLogo(id, in: call.workspace, on: connection) else {
                    throw Problem.conflict(code: "image_in_use", "The workspace's brand has the image as its logo. Change that first.")
                }
                guard try !BioPages.isShown(id, in: call.workspace, on: connection) else {
                    throw Problem.conflict(
                        code: "image_in_use", "A page has the image in its draft or in a version. Delete that page first.")
                }
                guard try Images.delete(id, in: call.workspace, on: connection) else { throw ChangedMeanwhile() }
                let entry = call.audit(.imageDeleted, id.description, before: image.json(call.services.site))
                try connection.execute(AuditLog.insertion(of: entry))
                return .noContent.followed(by: .image(image))
            }
        }
    }

    private static func find(_ call: Call) throws -> Image {
        let id: ImageID = try call.identifier()
        return try call.found { try Images.find(id, in: call.workspace, on: $0) }
    }

    /// What is read.
    static let formats: [ImageFormat] = [.png, .jpeg, .webp]

    /// Photos are kept as JPEG and drawings as PNG. JPEG has no transparency: what is transparent is kept as PNG.
    private static func made(
        _ file: [UInt8], saidToBe essence: String
    ) throws -> (type: Image.ImageType, bytes: [UInt8], width: Int, height: Int) {
        do throws(ImageError) {
            let picture = try Bitmap(decoding: file, limits: limits, atLeast: keptSide).fitted(within: keptSide)
            let type: Image.ImageType = essence != ImageFormat.png.mediaType && picture.isOpaque ? .jpeg : .png
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
            invalid("""
                Send an image of at most \(most) pixels a side; a JPEG or a WebP with loss may have \
                \(limits.photoPixels / 1_000_000) million pixels.
                """)
        case .tooLargeForProgressive: invalid("Save it as a JPEG that is not progressive, or with at most \(limits.side) pixels a side.")
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

extension Image {
    /// What ``json(_:)`` has given.
    init?(json: JSON, in workspace: WorkspaceID) {
        guard let id = (json["id"]?.stringValue).flatMap({ ImageID($0) }), let text = json["type"]?.stringValue,
            let type = ImageType.allCases.first(where: { $0.mediaType == text }), let width = json["width"]?.integerValue,
            let height = json["height"]?.integerValue, let createdAt = (json["created_at"]?.stringValue).flatMap(Timestamp.init(rfc3339:))
        else { return nil }
        self.init(id: id, workspace: workspace, type: type, width: Int(width), height: Int(height), createdAt: createdAt)
    }

    fileprivate func json(_ site: SiteConfiguration) -> JSON {
        [
            "id": .string(id.description), "type": .string(type.mediaType), "width": JSON(width),
            "height": JSON(height),
            "image_url": .string(site.origin(ofHost: site.linkHost) + path), "created_at": .string(createdAt.rfc3339),
        ]
    }
}
