import Bootstrap
import Glibc
import MariaDB
import POSIX

/// The file from which MariaDB's own programs learn where the server is and as whom to ask it: a password in their arguments
/// could be read by everybody. Gone with this object.
struct ClientOptions: ~Copyable {
    let path: String

    /// - Parameter address: the server of several that is in use.
    init(
        _ configuration: MariaDBConfiguration, _ address: MariaDBConfiguration.Address, at path: String
    ) throws(SystemError) {
        self.path = path
        var lines = ["[client]", "default-character-set = utf8mb4", Self.line("user", configuration.user)]
        switch address {
        case .socket(let socket): lines.append(Self.line("socket", socket))
        case .tcp(let host, let port): lines += [Self.line("host", host), "port = \(port)", "protocol = tcp"]
        }
        if let password = configuration.password { lines.append(Self.line("password", password)) }
        if let tls = configuration.tls {
            lines += [Self.line("ssl-ca", tls.authorities), "ssl-verify-server-cert"]
            if let client = tls.client { lines += [Self.line("ssl-cert", client.certificate), Self.line("ssl-key", client.key)] }
        }
        try HostFile.write(lines.joined(separator: "\n") + "\n", to: path, mode: 0o600)
    }

    deinit { unlink(path) }

    /// https://mariadb.com/kb/en/configuring-mariadb-with-option-files/#option-file-syntax
    private static func line(_ name: String, _ value: String) -> String {
        let escaped = value.reduce(into: "") { text, character in
            if character == "\\" || character == "\"" { text.append("\\") }
            text.append(character)
        }
        return "\(name) = \"\(escaped)\""
    }
}
