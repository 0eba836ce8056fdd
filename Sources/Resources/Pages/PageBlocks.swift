import API
import HTTP
import JSON
import Model
import Pages

/// The kinds of block.
enum BlockType: String, CaseIterable {
    case link, heading, text, image, divider, social, email, phone, contact, qr
}

extension FieldType where Value == JSON {
    static func block(_ known: PageReferences) -> FieldType {
        .object { fields in
            guard let type = fields.required("type", as: .choice(of: BlockType.self)) else {
                fields.ignoreTheRest()
                return nil
            }
            var block: JSONObject = ["type": .string(type.rawValue)]
            switch type {
            case .link: readLink(&fields, known, &block)
            case .heading: block["text"] = JSON(fields.required("text", as: .title))
            case .text:
                block["text"] = JSON(fields.required("text", as: .multiline(maximum: 5000)) { try notBlank($0) })
            case .image:
                block["image"] = fields.required("image", as: .image(known))
                block["alt"] = .string(fields.value("alt", as: .string(maximum: 255).map { try plain($0) }) ?? "")
            case .divider: break
            case .social:
                block["profiles"] = fields.required("profiles", as: .array(of: .profile)) { .array(try someOf($0)) }
            case .email:
                block["address"] = JSON(fields.required("address", as: .email))
                block["title"] = JSON(fields.value("title", as: .title))
            case .phone:
                block["number"] = JSON(fields.required("number", as: .phone))
                block["title"] = JSON(fields.value("title", as: .title))
            case .contact: readContact(&fields, &block)
            case .qr:
                block["link_id"] = readLinkID(&fields, known)
                block["caption"] = JSON(fields.value("caption", as: .title))
            }
            return .object(block)
        }
    }

    /// A MASK link or a URL, one of the two.
    private static func readLink(_ fields: inout JSONFields, _ known: PageReferences, _ block: inout JSONObject) {
        block["title"] = JSON(fields.required("title", as: .title))
        let (url, link) = (readURL(&fields, known), readLinkID(&fields, known))
        if (fields.peek("url") == nil) == (fields.peek("link_id") == nil) {
            fields.note("url", code: "required", message: "Send either url or link_id.")
        }
        (block["url"], block["link_id"]) = (url, link)
        block["image"] = fields.value("image", as: .image(known)) ?? .null
        let (start, end) = (fields.value("starts_at", as: .timestamp), fields.value("ends_at", as: .timestamp))
        if let start, let end, start >= end {
            fields.note("ends_at", code: "invalid_order", message: "Send a time after starts_at.")
        }
        (block["starts_at"], block["ends_at"]) = (JSON(start?.rfc3339), JSON(end?.rfc3339))
    }

    private static func readURL(_ fields: inout JSONFields, _ known: PageReferences) -> JSON {
        JSON(
            fields.value("url", as: .string) { text in
                let destination = try Destination(validating: text)
                guard !known.hosts.isOwn(destination.host) else {
                    throw FieldRefusal(
                        code: "own_host", message: "Send the link_id of the short link in place of its address.")
                }
                return destination.text
            })
    }

    private static func readLinkID(_ fields: inout JSONFields, _ known: PageReferences) -> JSON {
        JSON(
            fields.value("link_id", as: .linkID) { id in
                guard known.links.contains(id) else {
                    throw FieldRefusal(code: "unknown_link", message: "Use a link of this workspace.")
                }
                return id.description
            })
    }

    private static func readContact(_ fields: inout JSONFields, _ block: inout JSONObject) {
        block["name"] = JSON(fields.required("name", as: .title))
        for name in ["organization", "job_title", "address"] { block[name] = JSON(fields.value(name, as: .title)) }
        block["email"] = JSON(fields.value("email", as: .email))
        block["phone"] = JSON(fields.value("phone", as: .phone))
        block["url"] = JSON(fields.value("url", as: .string) { try Destination(validating: $0).text })
    }

    private static var profile: FieldType {
        .object { fields in
            let network = fields.required("network", as: .choice(of: SocialNetwork.self))
            let url = fields.required("url", as: .string) { try Destination(validating: $0).text }
            return ["network": JSON(network?.rawValue), "url": JSON(url)]
        }
    }

    private static func someOf(_ profiles: [JSON]) throws -> [JSON] {
        guard (1...20).contains(profiles.count) else {
            throw FieldRefusal(code: "out_of_range", message: "Send 1 to 20 profiles.")
        }
        return profiles
    }
}
