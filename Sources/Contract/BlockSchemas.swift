import JSON
import Model

/// What bio pages are made of. Pages are sent as they are read, so what is sent and what is answered are the same here: unknown
/// members are refused, and what can be left out is null in answers.
extension Schemas {
    static let ofBlocks = JSONObject([
        .init(name: "Block", value: [
            "description": "A block of a page, told apart by its type", "oneOf": .array(blocks.map { reference($0.name) }),
            "discriminator": ["propertyName": "type", "mapping": .object(mapping)],
        ]),
        .init(name: "SocialProfile", value: object(
            "Where somebody is found on a network", ["network": reference("SocialNetwork"), "url": url])),
        .init(name: "PageColors", value: object(
            "Colours in place of the theme's", ["accent": orNull(hexColor), "background": orNull(hexColor), "text": orNull(hexColor)], required: [])),
        .init(name: "PageSEO", value: object(
            "What search engines are told", ["title": orNull(title), "description": orNull(summary), "noindex": orNull(boolean)], required: [])),
        .init(name: "SocialCard", value: object(
            "What networks show of a link to the page", ["title": orNull(title), "description": orNull(summary), "image": orNull(image)],
            required: [])),
    ] + blocks)

    private static let mapping = JSONObject(blocks.compactMap { block in
        block.value["properties"]?["type"]?["const"]?.stringValue.map { .init(name: $0, value: reference(block.name)["$ref"] ?? .null) }
    })

    private static let blocks: [JSONObject.Member] = [
        block("Link", "link", "A button: of a URL, for which a short link is made, or of a link that is there", [
            "title": title, "url": orNull(url).about("This or link_id"), "link_id": orNull(.id(LinkKind.self)).about("This or url"),
            "image": orNull(image), "starts_at": moment.about("Hidden until then"), "ends_at": moment.about("Hidden from then on"),
        ], required: ["title"]),
        block("Heading", "heading", "A heading", ["text": title], required: ["text"]),
        block("Text", "text", "A paragraph", [
            "text": ["type": "string", "minLength": 1, "maxLength": 5000, "pattern": .string(severalLines)],
        ], required: ["text"]),
        block("Image", "image", "An image", [
            "image": image, "alt": orNull(["type": "string", "maxLength": 255, "pattern": .string(plain)]).about("For who does not see it"),
        ], required: ["image"]),
        block("Divider", "divider", "A line", [:], required: []),
        block("Social", "social", "Signs of networks", [
            "profiles": ["type": "array", "items": reference("SocialProfile"), "minItems": 1, "maxItems": 20],
        ], required: ["profiles"]),
        block("Email", "email", "A button that writes a mail", ["address": email, "title": orNull(title)], required: ["address"]),
        block("Phone", "phone", "A button that calls", ["number": phone, "title": orNull(title)], required: ["number"]),
        block("Contact", "contact", "A card to save", [
            "name": title, "organization": orNull(title), "job_title": orNull(title), "address": orNull(title),
            "email": orNull(email), "phone": orNull(phone), "url": orNull(url),
        ], required: ["name"]),
        block("QR", "qr", "A QR code of the page, or of a link", [
            "link_id": orNull(.id(LinkKind.self)), "caption": orNull(title),
        ], required: []),
    ]

    private static func block(_ name: String, _ type: String, _ about: String, _ members: JSONObject, required: [String]) -> JSONObject.Member {
        let kind = JSONObject.Member(name: "type", value: ["type": "string", "const": .string(type)])
        return .init(name: name + "Block", value: object(about, JSONObject([kind] + members.members), required: ["type"] + required))
    }

    private static let email: JSON = [
        "type": "string", "maxLength": 254, "pattern": "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@.{3,}$",
    ]
    private static let phone: JSON = ["type": "string", "maxLength": 32, "pattern": "^[+]?[0-9 ().-]{3,}$"]
}
