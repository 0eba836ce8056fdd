import Crypto

/// Why a passkey's answer is not taken.
public enum WebAuthnError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A part is empty or longer than any authenticator makes it.
    case length
    /// No JSON object.
    case clientData
    case type
    case challenge
    case origin
    case crossOrigin
    case authenticatorData
    case relyingParty
    case userPresence
    case userVerification
    /// Backed up, but not eligible for it.
    case backupState
    /// Eligible for backup now and not when it was registered, or the other way round.
    case backupEligibility
    case noCredential
    case credentialID
    case algorithm
    /// Not a key that the algorithm has.
    case publicKey
    /// A key that the authenticator's data do not have.
    case foreignKey
    case userHandle
    case signature
    /// OpenSSL could not tell: that says nothing of the answer.
    case failed(CryptoError)

    /// A sentence for the log and for whoever asks why.
    public var description: String {
        switch self {
        case .length: "A part of the passkey's answer is empty or too long."
        case .clientData: "The client data are no JSON object."
        case .type: "The answer belongs to another ceremony: registration and sign-in are two."
        case .challenge: "The answer is to another challenge."
        case .origin: "The answer was given to a page of another origin."
        case .crossOrigin: "The answer was given to a page inside another site's page."
        case .authenticatorData: "The authenticator's data are cut short."
        case .relyingParty: "The passkey answered for another host."
        case .userPresence: "Nobody touched the authenticator."
        case .userVerification: "The authenticator did not verify its user, by PIN, face or finger."
        case .backupState: "The passkey says that it is backed up and that it cannot be."
        case .backupEligibility: "The passkey says of its backup something else than when it was registered."
        case .noCredential: "The authenticator's data have no credential."
        case .credentialID: "The passkey's id is not the one that belongs to this answer."
        case .algorithm: "The passkey signs by an algorithm that was not offered."
        case .publicKey: "The public key cannot be read, or is none of its algorithm."
        case .foreignKey: "The public key is not the one in the authenticator's data."
        case .userHandle: "The passkey belongs to another user."
        case .signature: "The signature is not one of this passkey."
        case .failed(let error): "The signature could not be verified: \(error)"
        }
    }
}
