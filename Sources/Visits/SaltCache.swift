import AnalyticsStore
import Crypto
import HTTP
import Model
import Store
import Threads

/// The salts of today and tomorrow, with which visitors are hashed.
package final class SaltCache: Sendable {
    private let lookups: VisitorLookups
    private let salts = Monitor<[Int: Salt]>([:])

    package final class Salt: Sendable {
        package let bytes: [UInt8]
        fileprivate let hash: KeyedHash
        /// This process has made it up, for want of the one that all share.
        fileprivate let isProvisional: Bool

        fileprivate init(_ bytes: [UInt8], isProvisional: Bool = false) {
            (self.bytes, hash, self.isProvisional) = (bytes, KeyedHash(key: bytes), isProvisional)
        }
    }

    package init(_ lookups: VisitorLookups) {
        self.lookups = lookups
    }

    /// The salt of a day. While MariaDB is away or late and the day is new, one of this process's own, until ``refresh()`` has
    /// fetched the one that all share: whoever comes before and after counts twice.
    package func salt(ofDay day: Int) -> Salt {
        if let salt = salts.withLock({ $0[day] }) { return salt }
        do { return try fetch(day) } catch { return makeUp(day) }
    }

    /// Address and user agent under the salt of the day: tells visitors apart for a day, and leads back to nobody.
    package func visitor(_ request: Request) -> UInt64 {
        let day = Timestamp(milliseconds: request.receivedMilliseconds).day
        var code = salt(ofDay: day).hash.code
        code.append(request.remoteAddress)
        code.append("\n")
        code.append(request.fields.userAgent ?? "")
        return code.first64Bits()
    }

    /// Fetches today's and tomorrow's ahead, so that midnight waits for nothing, and forgets the day before yesterday's.
    package func refresh() throws {
        let today = Timestamp.now().day
        for day in [today, today + 1] where salts.withLock({ $0[day]?.isProvisional ?? true }) { _ = try fetch(day) }
        salts.withLock { $0 = $0.filter { $0.key >= today - 1 } }
    }

    private func fetch(_ day: Int) throws -> Salt {
        let proposal = freshSalt()
        let found = try lookups.attempt { [store = lookups.store] in
            try store.writeRepeatably(priority: .reserved) { try VisitorSalts.salt(ofDay: day, proposing: proposal, on: $0) }
        }
        // Neither a visitor nor a worker that begins waits for a restart of MariaDB: there is another way.
        guard let found else { throw StoreSilent() }
        let salt = Salt(found)
        salts.withLock { $0[day] = salt }
        return salt
    }

    /// Others may have made one up, or fetched it, meanwhile.
    private func makeUp(_ day: Int) -> Salt {
        let salt = Salt(freshSalt(), isProvisional: true)
        return salts.withLock { salts in
            let kept = salts[day] ?? salt
            salts[day] = kept
            return kept
        }
    }

    private func freshSalt() -> [UInt8] {
        var source = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &source) }
    }
}
