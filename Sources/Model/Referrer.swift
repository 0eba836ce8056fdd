import Text

/// The host that a `Referer` header names, in lower case and as it is (`www.` stays); empty when there is none. Of an app
/// for Android (`android-app://com.example.app/`) its package's name.
///
/// The header is the visitor's to write: anything but a URL of these schemes with a plain host of letters, digits,
/// `-`, `_` and dots, at most 253 bytes, gives the empty text. The path, which may say more of a visitor than they
/// meant to, is dropped.
public func referrerHost(_ header: String) -> String {
    let scheme = header.utf8.prefix { $0 != UInt8(ascii: ":") }
    guard [4, 5, 11].contains(scheme.count), header.utf8[scheme.endIndex...].starts(with: "://".utf8),
        ["https", "http", "android-app"].contains(Substring(scheme).lowercased())
    else { return "" }
    let host = header.utf8[scheme.endIndex...].dropFirst(3).prefix { $0.isReferrerHostByte }
    let end = header.utf8[host.endIndex...].first
    guard (1...253).contains(host.count), end.map(endsHost) ?? true else { return "" }
    return Substring(host).lowercased()
}

/// The port, path, query or fragment may follow; a user name, a bracket or any other byte may not.
private func endsHost(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: ":"): true
    default: false
    }
}

extension UInt8 {
    fileprivate var isReferrerHostByte: Bool {
        isLetter || isDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: ".") || self == UInt8(ascii: "_")
    }
}
