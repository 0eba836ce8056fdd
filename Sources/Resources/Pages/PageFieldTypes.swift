import API
import HTTP
import JSON
import Model
import Pages

// The fields of a page that are more than a text.

extension FieldType where Value == String {
    /// One line that says something.
    static var title: FieldType { .string(maximum: 255).map { try notBlank(plain($0)) } }

    static var language: FieldType {
        .string.map { text in
            guard PageTexts.isLanguage(text) else {
                throw FieldRefusal(code: "invalid_language", message: "Send a language tag such as en or pt-BR.")
            }
            return text
        }
    }

    static var email: FieldType {
        .string(maximum: 254).map { text in
            guard let email = PageTexts.email(text) else {
                throw FieldRefusal(code: "invalid_email", message: "Send an e-mail address such as ada@example.com.")
            }
            return email
        }
    }

    static var phone: FieldType {
        .string(maximum: 32).map { text in
            guard let phone = PageTexts.phone(text) else {
                throw FieldRefusal(
                    code: "invalid_phone", message: "Send a number such as +49 30 123456: digits, spaces, ( ) - .")
            }
            return phone
        }
    }

    static var color: FieldType {
        .string.map { text in
            guard let color = Color(text) else {
                throw FieldRefusal(code: "invalid_color", message: "Send a colour as #rrggbb, such as #0b57d0.")
            }
            return color.description
        }
    }
}

extension FieldType where Value == String {
    /// The same text as JSON.
    var json: FieldType<JSON> { map { .string($0) } }
}

extension FieldType where Value == JSON {
    static func theme(_ known: PageReferences) -> FieldType {
        FieldType<String>.string.map { name in
            guard known.themes.contains(name) else {
                throw FieldRefusal(
                    code: "unknown_theme", message: "Use one of: \(known.themes.joined(separator: ", ")).")
            }
            return .string(name)
        }
    }

    static func image(_ known: PageReferences) -> FieldType {
        FieldType<String>.string.map { text in
            guard let id = ImageID(text) else {
                throw FieldRefusal(
                    code: "invalid_id", message: "Send the id of an image, img_…; POST /images makes one.")
            }
            guard known.images.contains(id) else {
                throw FieldRefusal(
                    code: "unknown_image", message: "Use an image of this workspace; POST /images makes one.")
            }
            return .string(text)
        }
    }

    /// `accent` alone, `background` and `text` together: a page must be legible.
    static var colors: FieldType {
        .object { fields in
            let accent = fields.value("accent", as: .color)
            let (background, text) = (fields.value("background", as: .color), fields.value("text", as: .color))
            if (background == nil) != (text == nil) {
                fields.note(
                    background == nil ? "background" : "text", code: "required",
                    message: "Send background and text together.")
            }
            if let background = background.flatMap({ Color($0) }), let text = text.flatMap({ Color($0) }),
                background.contrast(with: text) < Color.legibleContrast
            {
                fields.note(
                    "text", code: "low_contrast",
                    message:
                        "Choose colours that can be read: a contrast of \(Color.legibleContrast) to 1 at the least.")
            }
            return ["accent": JSON(accent), "background": JSON(background), "text": JSON(text)]
        }
    }

    static var seo: FieldType {
        .object { fields in
            [
                "title": JSON(fields.value("title", as: .title)),
                "description": JSON(fields.value("description", as: .string(maximum: 500).map { try plain($0) })),
                "noindex": .bool(fields.value("noindex", as: .bool) ?? false),
            ]
        }
    }

    static func socialCard(_ known: PageReferences) -> FieldType {
        .object { fields in
            [
                "title": JSON(fields.value("title", as: .title)),
                "description": JSON(fields.value("description", as: .string(maximum: 500).map { try plain($0) })),
                "image": fields.value("image", as: .image(known)) ?? .null,
            ]
        }
    }
}

func notBlank(_ text: String) throws -> String {
    guard text.contains(where: { !$0.isWhitespace }) else {
        throw FieldRefusal(code: "empty", message: "Send some text.")
    }
    return text
}
