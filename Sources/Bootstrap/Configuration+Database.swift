import Glibc
import MariaDB

extension Configuration {
    /// Where MariaDB is and as whom to speak to it.
    static func database(_ environment: Environment) throws(Environment.Failure) -> MariaDBConfiguration {
        let servers = try servers(environment)
        let processUser = processUser(environment)
        var configuration = MariaDBConfiguration(
            address: servers[0], user: environment.optional("MASK_MARIADB_USER") ?? processUser,
            password: try environment.secret("MASK_MARIADB_PASSWORD", user: processUser),
            database: environment.string("MASK_DATABASE", default: "mask"))
        configuration.others = Array(servers.dropFirst())
        configuration.tls = try tls(environment, to: servers)
        return configuration
    }

    /// Reached as the database is, at another host.
    static func analyticsDatabase(
        _ environment: Environment, besides database: MariaDBConfiguration
    ) throws(Environment.Failure) -> MariaDBConfiguration? {
        guard let host = environment.optional("MASK_MARIADB_ANALYTICS_HOST") else { return nil }
        let port = try environment.integer("MASK_MARIADB_PORT", default: 3306, in: 1...65535)
        guard let servers = MariaDBConfiguration.Address.list(host, port: UInt32(port)), servers.count == 1 else {
            throw Environment.Failure(
                description: "MASK_MARIADB_ANALYTICS_HOST is \(host); set it to the host of one replica, as db2 or db2:3307")
        }
        var configuration = database
        (configuration.address, configuration.others) = (servers[0], [])
        configuration.tls = try tls(environment, to: servers)
        return configuration
    }

    /// At least one.
    private static func servers(_ environment: Environment) throws(Environment.Failure) -> [MariaDBConfiguration.Address] {
        guard let hosts = environment.optional("MASK_MARIADB_HOST") else {
            return [.socket(path: environment.string("MASK_MARIADB_SOCKET", default: "/run/mysqld/mysqld.sock"))]
        }
        let port = try environment.integer("MASK_MARIADB_PORT", default: 3306, in: 1...65535)
        guard let servers = MariaDBConfiguration.Address.list(hosts, port: UInt32(port)) else {
            throw Environment.Failure(
                description: "MASK_MARIADB_HOST is \(hosts); set it to a host, or to several divided by commas, as db1,db2:3307")
        }
        return servers
    }

    /// The name of the user that this process runs as; its number where it has no name. By it MariaDB's unix_socket knows it.
    /// Over the network nobody knows root, who has the administrator's account there.
    private static func processUser(_ environment: Environment) -> String {
        if geteuid() == 0, Environment.file == Environment.packagedFile, environment.optional("MASK_MARIADB_HOST") != nil {
            return Account.administrator.rawValue
        }
        return getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? String(geteuid())
    }

    /// What leaves this host is encrypted and goes to nobody else, unless the sysadmin says otherwise in so many words.
    private static func tls(
        _ environment: Environment, to servers: [MariaDBConfiguration.Address]
    ) throws(Environment.Failure) -> MariaDBConfiguration.TLS? {
        let isNear = servers.allSatisfy { server in
            guard case .tcp(let host, _) = server else { return true }
            return host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
        guard try environment.bool("MASK_MARIADB_TLS", default: !isNear) else { return nil }
        if case .socket = servers[0] {
            throw Environment.Failure(description: "MASK_MARIADB_TLS is yes without MASK_MARIADB_HOST; a Unix socket needs no TLS")
        }
        let authorities = try file(environment, "MASK_MARIADB_TLS_CA") ?? "/etc/ssl/certs/ca-certificates.crt"
        let advice = """
            Set MASK_MARIADB_TLS_CA to the authority that signed MariaDB's certificate, and MASK_MARIADB_HOST to the name in it
            """
        switch (try file(environment, "MASK_MARIADB_TLS_CERTIFICATE"), try file(environment, "MASK_MARIADB_TLS_KEY")) {
        case (let certificate?, let key?):
            return .init(authorities: authorities, client: (certificate, key), advice: advice)
        case (nil, nil):
            return .init(authorities: authorities, advice: advice)
        default:
            throw Environment.Failure(
                description: "MASK_MARIADB_TLS_CERTIFICATE and MASK_MARIADB_TLS_KEY belong together; set both or none")
        }
    }

    /// The path of a file that can be read.
    private static func file(_ environment: Environment, _ name: String) throws(Environment.Failure) -> String? {
        guard let path = environment.optional(name) else { return nil }
        guard access(path, R_OK) == 0 else {
            throw Environment.Failure(description: "\(name): \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        return path
    }
}
