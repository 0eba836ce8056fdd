import MariaDB
import Model

extension Store {
    /// MariaDB's time.
    public func time() throws -> Timestamp {
        let text = try read { try $0.query("SELECT UTC_TIMESTAMP(3)").first?.string(0) ?? "" }
        guard let time = Timestamp(sql: text) else { throw MariaDBError(code: .unexpectedResult, message: "MariaDB tells no time") }
        return time
    }

    /// MariaDB's time, which this host's clock agrees with.
    /// - Throws: ``ClocksApart``.
    public func agreedTime(_ hostTime: Timestamp = .now()) throws -> Timestamp {
        let time = try time()
        let apart = abs(time.milliseconds - hostTime.milliseconds)
        guard apart <= ClocksApart.toleranceMilliseconds else { throw ClocksApart(seconds: Int(apart / 1000)) }
        return time
    }
}

/// The clocks are too far apart to forget anything.
public struct ClocksApart: Error, CustomStringConvertible {
    public var seconds: Int

    /// No more than the clocks of hosts without NTP are apart by themselves.
    static let toleranceMilliseconds: Int64 = 600_000

    public var description: String {
        "the clocks of this host and of MariaDB's are \(seconds) s apart, so nothing was done; run NTP on both"
    }
}
