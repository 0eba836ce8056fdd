import Model

/// Which addresses a webhook may be sent to: those of the public Internet, and no other, so that nobody makes us knock at
/// doors that only we can reach.
///
/// Ports are few as well: a public address can have doors that only we can reach, and mail or databases behind them.
///
/// An IPv4 address in IPv6 dress (`::ffff:10.0.0.1`) is judged as the IPv4 address. What is no address is refused.
public struct AddressPolicy: Sendable {
    /// Those of HTTP, and their usual alternatives.
    public static let usualPorts: Set = [80, 443, 8080, 8443]

    /// Nil for any.
    public let ports: Set<Int>?
    private let opened: [AddressRange]

    /// - Parameters:
    ///   - opened: ranges that are allowed all the same, for receivers in an intranet.
    ///   - ports: nil allows any.
    public init(opened: [AddressRange], ports: Set<Int>? = usualPorts) {
        self.opened = opened
        self.ports = ports
    }

    /// - Parameter address: as inet_ntop(3) writes it.
    public func isAllowed(_ address: String, port: Int) -> Bool { isAllowed(port: port) && isAllowed(address) }

    public func isAllowed(port: Int) -> Bool { ports?.contains(port) ?? true }

    /// - Parameter address: as inet_ntop(3) writes it, such as `203.0.113.7` or `2001:db8::1`.
    public func isAllowed(_ address: String) -> Bool {
        if opened.contains(where: { $0.contains(address) }) { return true }
        return Self.unicast.contains { $0.contains(address) } && !Self.refused.contains { $0.contains(address) }
    }

    /// All of IPv4, and what IANA has set aside for global unicast in IPv6 (RFC 4291, section 2.4): what stands in no table
    /// yet is refused there.
    private static let unicast = ranges(["0.0.0.0/0", "2000::/3"])

    /// The special-purpose addresses of IANA's two registries, and a few more. IPv6 ranges outside 2000::/3 are refused
    /// anyway; they stand here so that nobody has to wonder.
    ///
    /// https://www.iana.org/assignments/iana-ipv4-special-registry/
    /// https://www.iana.org/assignments/iana-ipv6-special-registry/
    private static let refused = ranges([
        "0.0.0.0/8",  // "this network": RFC 791; Linux takes 0.0.0.0 for the host itself
        "10.0.0.0/8",  // private: RFC 1918
        "100.64.0.0/10",  // shared by a carrier's customers (CGNAT): RFC 6598; a cloud's metadata at 100.100.100.200
        "127.0.0.0/8",  // loopback: RFC 1122
        "168.63.129.16/32",  // no RFC: the host of a virtual machine at Azure
        "169.254.0.0/16",  // link-local: RFC 3927; the clouds' metadata at 169.254.169.254
        "172.16.0.0/12",  // private: RFC 1918
        "192.0.0.0/24",  // IETF protocol assignments: RFC 6890; a cloud's metadata at 192.0.0.192
        "192.0.2.0/24",  // documentation (TEST-NET-1): RFC 5737
        "192.88.99.0/24",  // 6to4 relays: RFC 7526
        "192.168.0.0/16",  // private: RFC 1918
        "198.18.0.0/15",  // benchmarks: RFC 2544
        "198.51.100.0/24",  // documentation (TEST-NET-2): RFC 5737
        "203.0.113.0/24",  // documentation (TEST-NET-3): RFC 5737
        "224.0.0.0/4",  // multicast: RFC 5771
        "240.0.0.0/4",  // reserved (class E): RFC 1112; broadcast, 255.255.255.255: RFC 919

        "::/96",  // IPv4-compatible: RFC 4291; in it :: (unspecified) and ::1 (loopback)
        "64:ff9b::/96",  // translated to IPv4 (NAT64), to any address of it: RFC 6052
        "64:ff9b:1::/48",  // NAT64 of local use: RFC 8215
        "100::/64",  // thrown away: RFC 6666
        "2001::/23",  // IETF protocol assignments: RFC 2928; the next three are in it
        "2001::/32",  // Teredo, with an IPv4 address inside: RFC 4380
        "2001:10::/28",  // ORCHID: RFC 4843
        "2001:20::/28",  // ORCHIDv2: RFC 7343
        "2001:db8::/32",  // documentation: RFC 3849
        "2002::/16",  // 6to4, with an IPv4 address inside: RFC 3056
        "3fff::/20",  // documentation: RFC 9637
        "5f00::/16",  // segments (SRv6): RFC 9602
        "fc00::/7",  // unique local: RFC 4193; a cloud's metadata at fd00:ec2::254
        "fe80::/10",  // link-local: RFC 4291
        "fec0::/10",  // site-local: RFC 3879
        "ff00::/8",  // multicast: RFC 4291
    ])

    /// A range with a slip of the pen would leave a door open, so there is no going on with one.
    private static func ranges(_ texts: [String]) -> [AddressRange] {
        texts.map { text in
            guard let range = try? AddressRange(validating: text) else { preconditionFailure("not a range: \(text)") }
            return range
        }
    }
}
