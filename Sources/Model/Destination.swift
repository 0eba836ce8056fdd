import Glibc
import Text

/// Where a link leads: an absolute `http` or `https` URL, checked byte by byte so that no browser can read it in
/// another way than MASK does.
public struct Destination: Hashable, Sendable, CustomStringConvertible {
    /// The exact bytes for the `Location` header, 0x21 to 0x7E only. Nothing that was ASCII has been changed.
    public let text: String

    public var description: String { text }

    /// Bytes of a destination once it is in ASCII.
    public static let maximumLength = 8192

    /// Bytes of a `Location` header with everything added to it: see `location(utm:visitorQuery:)`.
    public static let maximumLocationLength = 16_384

    /// Accepts a URL as it is. Three things are rewritten: white space around it is removed, an international host becomes
    /// its A-label, and characters outside ASCII after the host are percent-encoded as UTF-8.
    public init(validating text: String) throws(DestinationProblem) {
        let text = PlainText.trimmed(text)
        if text.isEmpty { throw .empty }
        if text.utf8.count > Self.maximumLength { throw .tooLong }
        try Self.checkCharacters(text)
        let parts = try Parts(text)
        try parts.checkPort()
        let host = try parts.checkedHost()
        self.text = text.utf8.allSatisfy(\.isVisibleASCII) ? text : parts.encoded(host: host)
        if self.text.utf8.count > Self.maximumLength { throw .tooLong }
    }

    /// The host in lower case: a name, four decimal numbers, or an IPv6 address in brackets in the form of RFC 5952.
    public var host: String {
        guard let parts = try? Parts(text), let host = try? parts.checkedHost() else { return "" }
        return host
    }

    /// The port that is connected to: the URL's, else its scheme's.
    public var port: Int {
        guard let parts = try? Parts(text) else { return 0 }
        return Int(Substring(parts.port.dropFirst())) ?? (Substring(parts.scheme).lowercased() == "https" ? 443 : 80)
    }

    private static func checkCharacters(_ text: String) throws(DestinationProblem) {
        for byte in text.utf8 {
            if byte <= 0x20 || byte == 0x7F { throw .character(Unicode.Scalar(byte)) }
            if byte == UInt8(ascii: "\\") { throw .backslash }
        }
    }
}

/// Why a text is no destination.
public enum DestinationProblem: Error, Hashable, Sendable {
    case empty
    case tooLong
    /// A space or a control character.
    case character(Unicode.Scalar)
    /// Browsers read `\` as `/`.
    case backslash
    /// Not `http://` or `https://`, or another number of slashes.
    case scheme
    /// `user@` or `user:password@` before the host.
    case credentials
    case host(HostNameError)
    /// Brackets that hold no IPv6 address.
    case ipv6
    case port

    /// Stable, for programs.
    public var code: String {
        self == .tooLong ? "url_too_long" : "invalid_url"
    }

    /// What is wrong and what to change, as one or two sentences.
    public var message: String {
        switch self {
        case .empty: "The URL is empty."
        case .tooLong: "The URL is longer than \(Destination.maximumLength) bytes once its characters are encoded."
        case .character(" "): "The URL has a space. Write it as %20."
        case .character(let scalar): "The URL has the control character \(scalar.named). Remove it."
        case .backslash: "The URL has a backslash. Write / for a folder, or %5C for the character itself."
        case .scheme: "The URL has to begin with http:// or https:// and a host."
        case .credentials: "The URL has a user name before the host. Remove the part up to and including @."
        case .host(let error): error.message
        case .ipv6: "The host in brackets is not an IPv6 address."
        case .port: "The port has to be a number from 1 to 65535 without leading zeros."
        }
    }
}

// MARK: - Parts

/// The pieces of a URL: `scheme://host:port` and the rest, which begins with `/`, `?` or `#` or is empty.
private struct Parts {
    let scheme: Substring.UTF8View
    let host: Substring.UTF8View
    /// With its colon; empty when there is none.
    let port: Substring.UTF8View
    let rest: Substring.UTF8View

    init(_ text: String) throws(DestinationProblem) {
        let bytes = text[...].utf8
        scheme = bytes.prefix { $0 != UInt8(ascii: ":") }
        let afterScheme = bytes[scheme.endIndex...]
        guard ["http", "https"].contains(Substring(scheme).lowercased()), afterScheme.starts(with: "://".utf8) else {
            throw .scheme
        }
        let authority = afterScheme.dropFirst(3).prefix { !Self.endsAuthority($0) }
        guard !authority.isEmpty else { throw .scheme }
        guard !authority.contains(UInt8(ascii: "@")) else { throw .credentials }
        rest = bytes[authority.endIndex...]
        host = Self.host(of: authority)
        port = authority[host.endIndex...]
    }

    private static func endsAuthority(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    /// Up to the colon of the port; the colons of an IPv6 address are inside its brackets.
    private static func host(of authority: Substring.UTF8View) -> Substring.UTF8View {
        if authority.first == UInt8(ascii: "[") {
            return authority.firstIndex(of: UInt8(ascii: "]")).map { authority[...$0] } ?? authority
        }
        return authority.prefix { $0 != UInt8(ascii: ":") }
    }

    func checkPort() throws(DestinationProblem) {
        if port.isEmpty { return }
        let digits = port.dropFirst()
        guard port.first == UInt8(ascii: ":"), digits.first != UInt8(ascii: "0"), digits.allSatisfy(\.isDigit),
            let number = UInt16(Substring(digits)), number > 0
        else { throw .port }
    }

    /// The host in its one spelling.
    func checkedHost() throws(DestinationProblem) -> String {
        if host.first == UInt8(ascii: "[") { return try canonicalIPv6() }
        do {
            let name = try HostRules.lowerCaseASCII(String(Substring(host)))
            if isIPv4(name) { return name }
            try HostRules.check(name, underscores: true)
            return name
        } catch {
            throw .host(error)
        }
    }

    /// Exactly four decimal numbers without leading zeros: the only IPv4 form that all parsers read alike.
    private func isIPv4(_ text: String) -> Bool {
        let numbers = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return numbers.count == 4
            && numbers.allSatisfy { number in
                number.allSatisfy(\.isDigit) && UInt8(Substring(number)) != nil
                    && (number.count == 1 || number.first != UInt8(ascii: "0"))
            }
    }

    /// inet_pton(3) reads all forms of RFC 4291 and no zone (`%eth0`); inet_ntop(3) writes the canonical one.
    private func canonicalIPv6() throws(DestinationProblem) -> String {
        guard host.last == UInt8(ascii: "]") else { throw .ipv6 }
        var address = in6_addr()
        let inner = String(Substring(host.dropFirst().dropLast()))
        guard inet_pton(AF_INET6, inner, &address) == 1 else { throw .ipv6 }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &address, &buffer, socklen_t(buffer.count)) != nil else { throw .ipv6 }
        return "[" + String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) + "]"
    }

    /// The URL in ASCII. A host that was ASCII already keeps its capitals.
    func encoded(host ascii: String) -> String {
        var bytes = [UInt8]()
        bytes.reserveCapacity(scheme.count + ascii.utf8.count + port.count + rest.count * 3 + 3)
        bytes += scheme
        bytes += "://".utf8
        if host.allSatisfy(\.isVisibleASCII) { bytes += host } else { bytes += ascii.utf8 }
        bytes += port
        bytes.appendEncoded(rest)
        return String(decoding: bytes, as: UTF8.self)
    }
}

// MARK: - Location

extension Destination {
    /// What the `Location` header of a redirect says: the destination, then the link's `utm_*`, then the visitor's own
    /// query, each parameter only where its name is not there yet. Names are compared after percent-decoding.
    ///
    /// - Parameter utm: the link's parameters in order, names and values not encoded; an empty value adds nothing.
    /// - Parameter visitorQuery: the query of the request as received, without its `?`. Its bytes are kept, except
    ///   that `#` and whatever is not visible ASCII are percent-encoded.
    ///
    /// A parameter that would make the header longer than `maximumLocationLength` is left out: nginx has to take the
    /// whole header into one buffer.
    public func location(utm: [(String, String)], visitorQuery: String) -> String {
        if utm.isEmpty, visitorQuery.isEmpty { return text }
        var query = QueryAdditions(to: text)
        for (name, value) in utm where !value.isEmpty {
            query.add(name: name, value: value)
        }
        query.add(visitorQuery: visitorQuery)
        return query.text
    }
}

/// Collects parameters for a URL and puts them in front of its fragment.
private struct QueryAdditions {
    private let original: String
    private let fragmentStart: String.Index
    private let ownQuery: Substring.UTF8View?
    /// Decoded names that are there already.
    private var names: Set<[UInt8]> = []
    /// Complete parameters, each followed by `&`.
    private var added: [UInt8] = []

    init(to url: String) {
        original = url
        fragmentStart = url.utf8.firstIndex(of: UInt8(ascii: "#")) ?? url.endIndex
        let beforeFragment = url[..<fragmentStart].utf8
        ownQuery = beforeFragment.firstIndex(of: UInt8(ascii: "?")).map { beforeFragment[$0...].dropFirst() }
        for parameter in ownQuery?.split(separator: UInt8(ascii: "&")) ?? [] {
            names.insert(Self.name(of: parameter))
        }
    }

    mutating func add(name: String, value: String) {
        guard names.insert(Array(name.utf8)).inserted else { return }
        var parameter: [UInt8] = []
        for byte in name.utf8 { Self.appendComponent(byte, to: &parameter) }
        parameter.append(UInt8(ascii: "="))
        for byte in value.utf8 { Self.appendComponent(byte, to: &parameter) }
        append(parameter)
    }

    /// A visitor may repeat a name of their own (`a=1&a=2`); both are kept.
    mutating func add(visitorQuery: String) {
        for parameter in visitorQuery.utf8.split(separator: UInt8(ascii: "&"))
        where !names.contains(Self.name(of: parameter)) {
            var clean: [UInt8] = []
            clean.reserveCapacity(parameter.count)
            for byte in parameter {
                if byte.isVisibleASCII && byte != UInt8(ascii: "#") {
                    clean.append(byte)
                } else {
                    clean.appendPercentEncoded(byte)
                }
            }
            append(clean)
        }
    }

    /// The URL with everything that was added.
    var text: String {
        if added.isEmpty { return original }
        var bytes = [UInt8]()
        bytes.reserveCapacity(original.utf8.count + added.count + 1)
        bytes += original.utf8[..<fragmentStart]
        if let ownQuery {
            if let last = ownQuery.last, last != UInt8(ascii: "&") { bytes.append(UInt8(ascii: "&")) }
        } else {
            bytes.append(UInt8(ascii: "?"))
        }
        bytes += added.dropLast()
        bytes += original.utf8[fragmentStart...]
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func append(_ parameter: [UInt8]) {
        let length = original.utf8.count + added.count + parameter.count + 1
        guard length <= Destination.maximumLocationLength else { return }
        added += parameter
        added.append(UInt8(ascii: "&"))
    }

    /// The part before `=`, decoded as forms do: `+` is a space.
    private static func name(of parameter: Substring.UTF8View) -> [UInt8] {
        let raw = parameter.prefix { $0 != UInt8(ascii: "=") }
        return [UInt8](percentDecoding: raw.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 })
    }

    /// RFC 3986, section 2.3: what is not unreserved is encoded.
    private static func appendComponent(_ byte: UInt8, to bytes: inout [UInt8]) {
        if byte.isUnreserved { bytes.append(byte) } else { bytes.appendPercentEncoded(byte) }
    }
}
