import API
import HTTP
import JSON
import Model

/// What a client sends of a workspace's brand. Fields that are absent change nothing, `null` clears.
struct BrandFields {
    private let name: Field<String>
    private let color: Field<Color>
    let logo: Field<ImageID>

    init(_ fields: inout JSONFields) {
        name = fields.field("name", as: .string(maximum: Brand.maximumName).map { try notBlank(plain($0)) })
        color = fields.field("color", as: FieldType<String>.color) { Color($0) ?? .black }
        logo = fields.field("logo_image", as: .string) { text in
            guard let id = ImageID(text) else {
                throw FieldRefusal(code: "invalid_id", message: "Send the id of an image, img_…; POST /images makes one.")
            }
            return id
        }
    }

    func applied(to brand: Brand) -> Brand {
        var brand = brand
        if !name.isAbsent { brand.name = name.value }
        if !color.isAbsent { brand.color = color.value }
        if !logo.isAbsent { brand.logo = logo.value }
        return brand
    }
}

extension FieldType where Value == BrandFields {
    static var brand: FieldType { .object { BrandFields(&$0) } }
}
