import Authenticators
import Crypto
import HTTP
import JSON
import SignIn
import Testing

/// An authenticator with one passkey for the app host. It does everything as it should, unless a test changes one thing.
final class Device {
    typealias Passkey = Authenticators.Passkey

    var passkey: Passkey

    init(_ algorithm: Credential.Algorithm = .es256) throws {
        passkey = try Passkey(algorithm, Challenge())
        (passkey.origin, passkey.host) = ("https://" + Stage.appHost, Stage.appHost)
        let id = try randomBytes(32)
        (passkey.attestedID, passkey.credentialID) = (id, id)
    }

    var id: String { base64URL(passkey.credentialID) }

    /// What a page sends once a passkey was made.
    /// - Parameter asked: what `POST /account/passkeys/challenge` has answered.
    func made(for asked: JSON, name: String = "Key", _ change: (inout Passkey) -> Void = { _ in }) throws -> JSON {
        passkey.userHandle = base64URLDecoded(asked["user_handle"]?.stringValue ?? "")
        let answer = try answering(asked, change).registration()
        return [
            "name": .string(name), "id": .string(base64URL(answer.credentialID)),
            "client_data_json": .string(base64URL(answer.clientDataJSON)),
            "authenticator_data": .string(base64URL(answer.authenticatorData)), "public_key": .string(base64URL(answer.publicKey)),
            "algorithm": .integer(Int64(answer.algorithm)), "transports": JSON(answer.transports),
        ]
    }

    /// What a page sends once the passkey has signed.
    /// - Parameter asked: what the challenge's route has answered.
    func signed(for asked: JSON, _ change: (inout Passkey) -> Void = { _ in }) throws -> JSON {
        let answer = try answering(asked, change).assertion()
        return [
            "id": .string(base64URL(answer.credentialID)), "client_data_json": .string(base64URL(answer.clientDataJSON)),
            "authenticator_data": .string(base64URL(answer.authenticatorData)), "signature": .string(base64URL(answer.signature)),
            "user_handle": JSON(answer.userHandle.map { base64URL($0) }),
        ]
    }

    private func answering(_ asked: JSON, _ change: (inout Passkey) -> Void) throws -> Passkey {
        passkey.challenge = try #require(base64URLDecoded(asked["challenge"]?.stringValue ?? ""))
        var changed = passkey
        change(&changed)
        return changed
    }
}

extension Browser {
    /// Makes a passkey of who is signed in.
    @discardableResult
    func add(_ device: Device, name: String = "Key", _ change: (inout Device.Passkey) -> Void = { _ in }) throws -> Response {
        let asked = ask(.post, "/account/passkeys/challenge", [:])
        try #require(asked.status == 201, "\(asked.text)")
        return ask(.post, "/account/passkeys", try device.made(for: asked.json, name: name, change))
    }

    /// Signs in with a passkey.
    @discardableResult
    func signIn(with device: Device, _ change: (inout Device.Passkey) -> Void = { _ in }) throws -> Response {
        let asked = ask(.post, "/session/passkey/challenge", [:])
        try #require(asked.status == 201, "\(asked.text)")
        return ask(.post, "/session/passkey", try device.signed(for: asked.json, change))
    }

    /// Shows with a passkey who is signed in.
    func stepUp(with device: Device, _ change: (inout Device.Passkey) -> Void = { _ in }) throws -> Response {
        let asked = ask(.post, "/session/step-up/challenge", [:])
        try #require(asked.status == 201, "\(asked.text)")
        return ask(.post, "/session/step-up", ["passkey": try device.signed(for: asked.json, change)])
    }
}

extension Response {
    /// What it was refused with.
    var refusal: String { "\(status) \(code ?? "")" }
}
