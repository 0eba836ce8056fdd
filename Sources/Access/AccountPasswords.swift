import Crypto
import SignIn
import Threads

/// Makes and checks the hashes of accounts' passwords: one a processor at a time, for each is five times as dear as a link's.
package final class AccountPasswords: Sendable {
    /// By the network that asks, so that a flood of one lets others in.
    private let gate: Gate<String>
    /// What is compared with where there is no such user: it takes as long, and nothing is the same as it.
    private let nobody: String

    package init(_ gate: Gate<String>) {
        self.gate = gate
        nobody = "$scrypt$ln=14,r=8,p=5$" + "AAAAAAAAAAAAAAAAAAAAAA" + "$" + String(repeating: "A", count: 43)
    }

    /// - Parameter network: who asks.
    /// - Throws: ``TooBusy``, `CryptoError`.
    package func hash(of password: AccountPassword, for network: String) throws -> String {
        try gate.enter(for: network) { try PasswordHash.make(password.text, cost: .account) }
    }

    /// - Parameter hash: nil where there is no such user, or none with a password.
    /// - Throws: ``TooBusy``, `CryptoError`: then nobody knows whether it is right.
    package func isRight(_ password: AccountPassword, for hash: String?, from network: String) throws -> Bool {
        let isRight = try gate.enter(for: network) { try PasswordHash.verify(password.text, against: hash ?? nobody) }
        return isRight && hash != nil
    }

    /// Whether a hash is of another cost than new ones.
    package func isOutdated(_ hash: String) -> Bool { PasswordHash.needsRehash(hash, to: .account) }
}
