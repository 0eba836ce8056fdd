import Crypto

/// Checks passwords, two at a time: scrypt takes 16 MiB and some 50 ms each, on purpose.
final class PasswordGate: Sendable {
    private let gate = Gate(places: 2)

    func verify(_ password: String, against hash: String) -> Bool {
        gate.enter { PasswordHash.verify(password, against: hash) } ?? false
    }
}
