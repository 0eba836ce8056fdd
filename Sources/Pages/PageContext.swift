import JSON
import Model
import QRCodes
import Store
import Text

/// What a theme is told of a page. All texts are plain; the templates escape them. Only `icon` and `svg`
/// are markup: the sign of a network as the theme has it, and a QR code.
///
///     page.title .description .language .is_rtl .url .monogram
///     page.avatar { src width height }   page.beacon
///     head.title .description .noindex   head.card { title description image { src width height } }
///     colors { accent on_accent own { background text } }
///     blocks, each with one of: list { links } heading text { paragraphs } picture divider social { profiles }
///       email phone contact qr
struct PageContext {
    let content: PageContent
    let url: String
    let slug: String
    let images: [ImageID: Image]
    /// Addresses of the short links that are there.
    let links: [LinkID: String]
    let icon: (String) -> String?
    let isPreview: Bool

    func values(at now: Timestamp) -> [String: Any] {
        var values: [String: Any] = ["page": page, "head": head, "blocks": blocks(at: now)]
        values["colors"] = colors
        return values
    }

    private func text(_ path: String...) -> String? {
        var json: JSON? = .object(content.json)
        for name in path { json = json?[name] }
        return json?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    // MARK: The page and its head

    private var page: [String: Any] {
        let language = text("language") ?? "en"
        var page: [String: Any] = [
            "title": content.title, "language": language, "url": url,
            "monogram": content.title.prefix(1).uppercased(),
        ]
        if TextDirection.isRightToLeft(language) { page["is_rtl"] = true }
        page["description"] = text("description")
        page["avatar"] = picture(content.json["avatar"])
        if !isPreview { page["beacon"] = PageView.folder + PercentEncoding.encode(slug) + PageView.suffix }
        return page
    }

    private var head: [String: Any] {
        let title = text("seo", "title") ?? content.title
        var head: [String: Any] = ["title": title]
        head["description"] = text("seo", "description") ?? text("description")
        if content.json["seo"]?["noindex"]?.boolValue == true || isPreview { head["noindex"] = true }
        var card: [String: Any] = ["title": text("social_card", "title") ?? title]
        card["description"] = text("social_card", "description") ?? text("seo", "description") ?? text("description")
        card["image"] =
            picture(content.json["social_card"]?["image"], isAbsolute: true)
            ?? picture(content.json["avatar"], isAbsolute: true)
        head["card"] = card
        return head
    }

    private var colors: [String: Any]? {
        guard let json = content.json["colors"] else { return nil }
        func color(_ name: String) -> Color? { json[name]?.stringValue.flatMap { Color($0) } }
        var colors: [String: Any] = [:]
        if let accent = color("accent") {
            (colors["accent"], colors["on_accent"]) = (accent.description, accent.text.description)
        }
        if let background = color("background"), let text = color("text") {
            colors["own"] = ["background": background.description, "text": text.description]
        }
        return colors.isEmpty ? nil : colors
    }

    private func picture(_ id: JSON?, isAbsolute: Bool = false) -> [String: Any]? {
        guard let image = id?.stringValue.flatMap({ ImageID($0) }).flatMap({ images[$0] }) else { return nil }
        return [
            "src": (isAbsolute || isPreview ? origin : "") + image.path, "width": image.width, "height": image.height,
        ]
    }

    /// `https://go.example.com`
    private var origin: String { String(url.dropLast(PercentEncoding.encode(slug).utf8.count + 1)) }

    // MARK: Blocks

    /// Links that follow each other are one list.
    private func blocks(at now: Timestamp) -> [[String: Any]] {
        var (blocks, run) = ([[String: Any]](), [[String: Any]]())
        for block in content.blocks(at: now) {
            if block["type"] == "link" {
                if let link = link(block) { run.append(link) }
                continue
            }
            if !run.isEmpty { blocks.append(["list": ["links": run]]) }
            run = []
            if let context = context(of: block) { blocks.append(context) }
        }
        return run.isEmpty ? blocks : blocks + [["list": ["links": run]]]
    }

    /// A link whose short link is gone leads to its URL itself, or is left out where it has none.
    private func link(_ block: JSON) -> [String: Any]? {
        guard let href = block.link.flatMap({ links[$0] }) ?? block["url"]?.stringValue else { return nil }
        var link: [String: Any] = ["href": href, "title": block["title"]?.stringValue ?? ""]
        link["image"] = picture(block["image"])
        return link
    }

    private func context(of block: JSON) -> [String: Any]? {
        func text(_ name: String) -> String { block[name]?.stringValue ?? "" }
        switch block["type"]?.stringValue {
        case "heading": return ["heading": text("text")]
        case "text": return ["text": ["paragraphs": paragraphs(text("text"))]]
        case "divider": return ["divider": true]
        case "image":
            guard var picture = picture(block["image"]) else { return nil }
            picture["alt"] = text("alt")
            return ["picture": picture]
        case "social": return ["social": ["profiles": (block["profiles"]?.arrayValue ?? []).compactMap(profile)]]
        case "email": return ["email": contactLine(block, "address", href: mail)]
        case "phone": return ["phone": contactLine(block, "number", href: call)]
        case "contact": return ["contact": contact(block)]
        case "qr": return qr(block).map { ["qr": $0] }
        default: return nil
        }
    }

    private func paragraphs(_ text: String) -> [String] {
        text.split(separator: "\n\n").map { String($0.drop { $0 == "\n" }) }
    }

    private func profile(_ json: JSON) -> [String: Any]? {
        guard let network = json["network"]?.stringValue.flatMap(SocialNetwork.init), let url = json["url"]?.stringValue
        else {
            return nil
        }
        var profile: [String: Any] = ["href": url, "name": network.name]
        profile["icon"] = icon(network.rawValue)
        return profile
    }

    private func contactLine(_ block: JSON, _ member: String, href: (String) -> String) -> [String: Any] {
        let value = block[member]?.stringValue ?? ""
        return ["href": href(value), "value": value, "title": block["title"]?.stringValue ?? value]
    }

    /// RFC 6068, section 2: what could end the address or is no character of a URL is percent-encoded.
    private func mail(to address: String) -> String {
        "mailto:" + address.map { "@!$'*+".contains($0) ? String($0) : PercentEncoding.encode(String($0)) }.joined()
    }

    /// RFC 3966 knows visual separators, but not all telephones do.
    private func call(_ number: String) -> String { "tel:" + number.filter { $0 == "+" || $0.isNumber } }

    private func contact(_ block: JSON) -> [String: Any] {
        var contact: [String: Any] = [:]
        for name in ["name", "organization", "job_title", "email", "phone", "url", "address"] {
            contact[name] = block[name]?.stringValue
        }
        contact["email_href"] = block["email"]?.stringValue.map(mail)
        contact["phone_href"] = block["phone"]?.stringValue.map(call)
        contact["card"] = "data:text/vcard;charset=utf-8," + PercentEncoding.encode(ContactCard.text(of: block))
        contact["file"] = "\(block["name"]?.stringValue ?? "contact").vcf"
        return contact
    }

    private func qr(_ block: JSON) -> [String: Any]? {
        let target = block.link.map { links[$0] } ?? url
        guard let target else { return nil }
        var style = QRStyle()
        style.margin = 2
        guard let image = try? QRImage(of: ClickTrigger.scannedURL(target), style: style) else { return nil }
        var qr: [String: Any] = ["svg": String(decoding: image.svg(), as: UTF8.self), "href": target]
        qr["caption"] = block["caption"]?.stringValue
        return qr
    }
}

/// The address whose requests are counted as views: a picture of one pixel on each page.
public enum PageView {
    public static let folder = "/_/view/"
    public static let suffix = ".gif"

    /// The slug in a path, still encoded, as `/slug`; nil for any other path.
    public static func slugPath(in path: String) -> String? {
        guard path.hasPrefix(folder), path.hasSuffix(suffix) else { return nil }
        return "/" + path.dropFirst(folder.count).dropLast(suffix.count)
    }

    /// A transparent GIF of one pixel.
    public static let pixel: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xF9, 4, 1, 0, 0, 0, 0,
        0x2C, 0, 0, 0, 0, 1,
        0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ]
}
