import Crypto
import Model
import Threads

/// Makes and checks passwords' hashes, a few at a time.
///
/// Both throw where it was not done: a password that could not be made must not leave a link without one, and one that could
/// not be checked is not wrong.
package final class PasswordGate: Sendable {
    package typealias Make = @Sendable (_ password: String) throws -> String
    package typealias Verify = @Sendable (_ password: String, _ hash: String) throws -> Bool

    private let gate: Gate<WorkspaceID>
    private let make: Make
    private let verify: Verify

    /// - Parameters:
    ///   - make, verify: for tests, which let them fail.
    package init(
        _ gate: Gate<WorkspaceID>, make: @escaping Make = { try PasswordHash.make($0) },
        verify: @escaping Verify = { try PasswordHash.verify($0, against: $1) }
    ) {
        self.gate = gate
        self.make = make
        self.verify = verify
    }

    /// - Throws: ``TooBusy``, `CryptoError`.
    package func hash(of password: String, for workspace: WorkspaceID) throws -> String {
        try gate.enter(for: workspace) { try make(password) }
    }

    /// - Throws: ``TooBusy``, `CryptoError`.
    package func isRight(_ password: String, for hash: String, of workspace: WorkspaceID) throws -> Bool {
        try gate.enter(for: workspace) { try verify(password, hash) }
    }

    /// - Throws: ``TooBusy`` where a password of this workspace would be turned away at once.
    package func requireRoom(for workspace: WorkspaceID) throws(TooBusy) { try gate.requireRoom(for: workspace) }
}
