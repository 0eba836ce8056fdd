import JSON
import Model

extension QRCode {
    /// The QR code object. Its logo is not in it.
    package var json: JSON {
        [
            "id": .string(id.description),
            "link_id": .string(link.description),
            "name": JSON(name),
            "size": .integer(Int64(style.size)),
            "margin": .integer(Int64(style.margin)),
            "error_correction": .string(style.correction.rawValue),
            "foreground": .string(style.foreground.description),
            "background": .string(style.background?.description ?? QRStyle.transparent),
            "rounded": .bool(style.rounded),
            "has_logo": .bool(logoDigest != nil),
            "created_at": .string(createdAt.rfc3339),
            "updated_at": .string(updatedAt.rfc3339),
            "deleted_at": JSON(deletedAt?.rfc3339),
        ]
    }

    /// What the audit log tells: of a logo that another has taken the place of, too.
    package var settings: JSON {
        guard case .object(var object) = json else { return json }
        object["logo"] = JSON(logoDigest.map { digest in
            "sha256:" + digest.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
        })
        return .object(JSONObject(object.members.filter { !["has_logo", "created_at", "updated_at", "deleted_at"].contains($0.name) }))
    }
}
