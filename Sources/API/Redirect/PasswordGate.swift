import Crypto
import Threads

/// Checks passwords, two at a time: scrypt takes 16 MiB and some 50 ms each, on purpose.
final class PasswordGate: Sendable {
    private let free = Monitor(2)

    func verify(_ password: String, against hash: String) -> Bool {
        guard free.wait(until: .after(milliseconds: 5000), for: { $0 > 0 ? ($0 -= 1) : nil }) != nil else { return false }
        defer {
            free.withLock { $0 += 1 }
            free.signal()
        }
        return PasswordHash.verify(password, against: hash)
    }
}
