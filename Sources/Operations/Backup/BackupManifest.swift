import Bootstrap
import Crypto
import JSON
import Model
import Text

/// What a backup is: `manifest.json`, the last file that is written into it but the sums.
public struct BackupManifest: Sendable, Equatable {
    public enum Method: String, Sendable, CaseIterable {
        /// mariadb-dump: the database as SQL. Restored into any server of the same or a later version.
        case logical
        /// mariadb-backup: the whole server's files, with its accounts and whatever else it has.
        case physical
    }

    public var method: Method
    /// MASK's.
    public var version: String
    public var newestMigration: String
    public var createdAt: String
    public var database: String
    /// MariaDB's version.
    public var server: String
    /// Where the server's binary log stood; nil where it has none. From there on the log leads to any later moment.
    public var binaryLog: BinaryLog?
    /// Tells MASK_SECRET_KEY from others, and tells nothing of it.
    public var secretKeyMark: String

    public struct BinaryLog: Sendable, Equatable {
        public var file: String
        public var position: Int
        public var gtid: String
    }

    static func mark(of secretKey: String) -> String {
        hexadecimal(Array(hmacSHA256(key: Array(secretKey.utf8), "a backup of MASK").prefix(8)))
    }

    var json: String {
        var object = JSONObject([
            .init(name: "format", value: 1), .init(name: "method", value: .string(method.rawValue)),
            .init(name: "version", value: .string(version)), .init(name: "newest_migration", value: .string(newestMigration)),
            .init(name: "created_at", value: .string(createdAt)), .init(name: "database", value: .string(database)),
            .init(name: "server", value: .string(server)), .init(name: "secret_key_mark", value: .string(secretKeyMark)),
        ])
        if let log = binaryLog {
            object["binary_log"] = .object(JSONObject([
                .init(name: "file", value: .string(log.file)), .init(name: "position", value: .string(String(log.position))),
                .init(name: "gtid", value: .string(log.gtid)),
            ]))
        }
        return String(decoding: JSON.object(object).serialized(pretty: true), as: UTF8.self) + "\n"
    }

    init(
        method: Method, version: String, newestMigration: String, createdAt: String, database: String, server: String,
        binaryLog: BinaryLog?, secretKeyMark: String
    ) {
        (self.method, self.version, self.newestMigration, self.createdAt) = (method, version, newestMigration, createdAt)
        (self.database, self.server, self.binaryLog, self.secretKeyMark) = (database, server, binaryLog, secretKeyMark)
    }

    /// Nil where it is not one that this version knows.
    init?(json text: String) {
        guard let json = try? JSON.parse(Array(text.utf8)), json["format"] == 1,
            let method = json["method"]?.stringValue.flatMap(Method.init), let version = json["version"]?.stringValue,
            let newest = json["newest_migration"]?.stringValue, let created = json["created_at"]?.stringValue,
            let database = json["database"]?.stringValue, let server = json["server"]?.stringValue,
            let mark = json["secret_key_mark"]?.stringValue
        else { return nil }
        var log: BinaryLog?
        if let entry = json["binary_log"], let file = entry["file"]?.stringValue, let gtid = entry["gtid"]?.stringValue,
            let position = entry["position"]?.stringValue.flatMap({ Int($0) })
        {
            log = BinaryLog(file: file, position: position, gtid: gtid)
        }
        self.init(
            method: method, version: version, newestMigration: newest, createdAt: created, database: database, server: server,
            binaryLog: log, secretKeyMark: mark)
    }
}
