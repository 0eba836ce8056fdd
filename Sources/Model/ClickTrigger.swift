/// How a visitor came to a link.
public enum ClickTrigger: String, Sendable, CaseIterable {
    /// By following it.
    case click
    /// By scanning its QR code.
    case qr

    /// The part of a query that tells a scan from a click. It does not reach the destination.
    public static let scanMark = "qr=1"

    /// What a QR code says in place of an address.
    public static func scannedURL(_ url: String) -> String { url + "?" + scanMark }
}

extension SiteConfiguration {
    /// What the QR codes of a link say.
    public func scannedURL(of link: Link) -> String { ClickTrigger.scannedURL(shortURL(host: link.host, slug: link.slug)) }
}
