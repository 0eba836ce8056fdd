import Crypto
import Model

/// Makes and checks passwords' hashes, a few at a time.
///
/// Both throw where it was not done: a password that could not be made must not leave a link without one, and one that could
/// not be checked is not wrong.
final class PasswordGate: Sendable {
    typealias Make = @Sendable (_ password: String) throws -> String
    typealias Verify = @Sendable (_ password: String, _ hash: String) throws -> Bool

    private let gate: Gate<WorkspaceID>
    private let make: Make
    private let verify: Verify

    /// - Parameters:
    ///   - make, verify: for tests, which let them fail.
    init(
        _ gate: Gate<WorkspaceID>, make: @escaping Make = { try PasswordHash.make($0) },
        verify: @escaping Verify = { try PasswordHash.verify($0, against: $1) }
    ) {
        self.gate = gate
        self.make = make
        self.verify = verify
    }

    /// - Throws: ``TooBusy``, `CryptoError`.
    func hash(of password: String, for workspace: WorkspaceID) throws -> String {
        try gate.enter(for: workspace) { try make(password) }
    }

    /// - Throws: ``TooBusy``, `CryptoError`.
    func isRight(_ password: String, for hash: String, of workspace: WorkspaceID) throws -> Bool {
        try gate.enter(for: workspace) { try verify(password, hash) }
    }

    /// - Throws: ``TooBusy`` where a password of this workspace would be turned away at once.
    func requireRoom(for workspace: WorkspaceID) throws(TooBusy) { try gate.requireRoom(for: workspace) }
}

/// The hash of the password that a call sets: made once, however often its change is tried.
final class MadeHash {
    private var made: (password: String, hash: String)?

    func of(_ password: String, make: (String) throws -> String) rethrows -> String {
        if let made, made.password == password { return made.hash }
        let hash = try make(password)
        made = (password, hash)
        return hash
    }
}
