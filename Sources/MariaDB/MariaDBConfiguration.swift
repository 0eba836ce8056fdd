/// Where a MariaDB server is and how to speak to it. Crosses threads; the connections made from it do not.
public struct MariaDBConfiguration: Sendable {
    /// How the server is reached.
    public enum Address: Sendable, Hashable, CustomStringConvertible {
        /// A Unix socket: no network, and the server can know the caller by its user id (`unix_socket`).
        case socket(path: String)
        case tcp(host: String, port: UInt32)

        public var description: String {
            switch self {
            case .socket(let path): path
            case .tcp(let host, let port): "\(host):\(port)"
            }
        }
    }

    public var address: Address
    /// Further nodes of the same cluster, in the order in which they are taken: see ``Servers``.
    public var others: [Address] = []
    public var user: String
    public var password: String?
    /// `nil` speaks in the clear, which only a Unix socket and this host's own network keep to themselves.
    public var tls: TLS?
    /// `nil` connects without choosing a database.
    public var database: String?
    /// Seconds until an attempt to connect is given up.
    public var connectSeconds: UInt32 = 2
    /// Seconds until an answer that does not come is given up; the connection is unusable afterwards.
    public var answerSeconds: UInt32 = 30
    /// Seconds after which a machine that has gone without a word, and does not even acknowledge, is known to be gone.
    public var silenceSeconds: UInt32 = 5
    /// A statement that the server runs for every new session, such as `SET SESSION …`. Only long values of compressed columns are
    /// compressed, at the fastest level: a short one hardly shrinks, and the usual level gains 2 %.
    public var sessionStatement: String = """
        SET SESSION time_zone = '+00:00',
            sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE',
            tx_isolation = 'READ-COMMITTED',
            innodb_lock_wait_timeout = 3,
            idle_transaction_timeout = 60,
            column_compression_threshold = 400,
            column_compression_zlib_level = 1
        """

    /// TLS 1.2 or later. The server's certificate is always verified, and that it is the certificate of this host's name.
    public struct TLS: Sendable {
        /// A file of certificate authorities (PEM), one of which must have signed the server's certificate.
        public var authorities: String
        /// Files of a certificate and its key (PEM), by which the server can know this client.
        public var client: (certificate: String, key: String)?
        /// What stands behind the library's own words when TLS fails: where this was configured.
        public var advice: String

        public init(authorities: String, client: (certificate: String, key: String)? = nil, advice: String = "") {
            self.authorities = authorities
            self.client = client
            self.advice = advice
        }
    }

    public init(address: Address, user: String, password: String? = nil, database: String? = nil) {
        self.address = address
        self.user = user
        self.password = password
        self.database = database
    }
}

extension MariaDBConfiguration.Address {
    /// Servers in text, divided by commas: `db1, db2:3307, [2001:db8::1]:3306`.
    /// - Parameter port: of those that name none.
    /// - Returns: nil where a name or a port is none.
    public static func list(_ text: String, port: UInt32) -> [Self]? {
        var list: [Self] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let one = one(String(item.filter { $0 != " " }), port: port) else { return nil }
            list.append(one)
        }
        return list
    }

    private static func one(_ text: String, port: UInt32) -> Self? {
        var (host, number) = (text[...], text[text.endIndex...])
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            (host, number) = (text[..<end].dropFirst(), text[end...].dropFirst())
            guard number.isEmpty || number.first == ":" else { return nil }
        } else if let colon = text.firstIndex(of: ":"), colon == text.lastIndex(of: ":") {
            (host, number) = (text[..<colon], text[colon...])
        }
        guard !host.isEmpty else { return nil }
        if number.isEmpty { return .tcp(host: String(host), port: port) }
        guard let own = UInt32(number.dropFirst()), (1...65535).contains(own) else { return nil }
        return .tcp(host: String(host), port: own)
    }
}
