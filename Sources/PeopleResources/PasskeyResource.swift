import AccountStore
import API
import Crypto
import HTTP
import JSON
import Model
import SignIn
import Store
import Work

/// `/account/passkeys`: the passkeys of a user.
enum PasskeyResource {
    static func list(_ call: PersonCall) throws -> Answer {
        let passkeys = try call.services.store.read { try Passkeys.list(of: call.user.id, on: $0) }
        return .page(passkeys.map(\.json), cursor: nil)
    }

    /// What `navigator.credentials.create` is told.
    static func challenge(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let user = call.user
        let passkeys = try call.services.store.read { try Passkeys.list(of: user.id, on: $0) }
        let challenge = try PasskeyCheck(call).newChallenge(for: call.ceremony)
        return .created([
            "challenge": .string(base64URL(challenge.bytes)), "rp_id": .string(call.services.relyingParty.id), "rp_name": "MASK",
            "user_handle": .string(base64URL(user.handle)), "user_name": .string(user.email), "user_display_name": .string(user.name),
            "exclude": .array(passkeys.map { ["id": .string(base64URL($0.credential)), "transports": JSON($0.transports)] }),
            "algorithms": .array(Credential.Algorithm.allCases.map { .integer(Int64($0.rawValue)) }),
            "timeout": .integer(Int64(Challenges.seconds * 1000)),
        ], at: "/v1/account/passkeys/challenge")
    }

    static func create(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields()
        let name = fields.required("name", as: .passkeyName)
        let registration = RegistrationAnswer(&fields)
        let (called, answer) = try fields.finish(requiring: name, registration)
        let challenge = try PasskeyCheck(call).take(Challenge.bytes(inClientData: answer.clientDataJSON), for: call.ceremony)
        let credential = try verified(answer, challenge, call)
        let passkey = Passkey(
            of: call.user.id, credential: credential.id, publicKey: credential.publicKey, algorithm: credential.algorithm.rawValue,
            counter: Int(credential.counter), isBackupEligible: credential.backupEligible, isBackedUp: credential.backedUp,
            transports: storable(credential.transports), host: call.services.relyingParty.id, name: called, createdAt: call.now)
        let made = try call.make(call.account.add(passkey))
        return try call.renewing(.created(made.json, at: "/v1/account/passkeys/\(made.id)"))
    }

    static func rename(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields()
        let name = fields.required("name", as: .passkeyName)
        let called = try fields.finish(requiring: name)
        return .ok(try call.make(call.account.rename(try find(call), to: called)).json)
    }

    /// Removes one; all other sessions end.
    static func remove(_ call: PersonCall) throws -> Answer {
        try call.make(call.account.remove(try find(call), in: call.session.id))
        return try call.renewing(.noContent)
    }

    // MARK: Parts

    private static func find(_ call: PersonCall) throws -> Passkey {
        let id: PasskeyID = try call.identifier()
        guard let passkey = try call.services.store.read({ try Passkeys.find(id, of: call.user.id, on: $0) }) else {
            throw Problem.notFound()
        }
        return passkey
    }

    /// Whoever makes a passkey is known, and is told what is wrong with it.
    private static func verified(_ answer: RegistrationAnswer, _ challenge: Challenge?, _ call: PersonCall) throws -> Credential {
        guard let challenge else {
            throw Problem.validationFailed(
                "/client_data_json", code: "unknown_challenge", "Ask for a challenge again; this one was used, has ended or is not yours.")
        }
        do throws(WebAuthnError) {
            return try call.services.relyingParty.verify(answer, challenge: challenge)
        } catch {
            if case .failed(let cause) = error { throw cause }
            throw Problem.validationFailed("", code: "passkey_refused", error.description)
        }
    }

    /// Of the transports as many as there is room for: browsers know five, and it is a hint.
    private static func storable(_ transports: [String]) -> [String] {
        var kept: [String] = []
        for transport in transports where !kept.contains(transport) {
            guard (kept + [transport]).joined(separator: " ").utf8.count <= Passkey.transportsLength else { break }
            kept.append(transport)
        }
        return kept
    }
}

extension RegistrationAnswer {
    /// What a body has of it; nil where something is missing or wrong, which is noted.
    fileprivate init?(_ fields: inout JSONFields) {
        let id = fields.required("id", as: .base64URL(maximum: 1023))
        let clientData = fields.required("client_data_json", as: .base64URL(maximum: 4096))
        let data = fields.required("authenticator_data", as: .base64URL(maximum: 4096))
        let key = fields.required("public_key", as: .base64URL(maximum: 1024))
        let algorithm = fields.required("algorithm", as: .integer)
        let transports = fields.value("transports", as: .array(of: .string(maximum: 32))) ?? []
        guard let id, let clientData, let data, let key, let algorithm else { return nil }
        self.init(
            clientDataJSON: clientData, authenticatorData: data, publicKey: key, algorithm: algorithm, credentialID: id,
            transports: transports)
    }
}

extension FieldType where Value == String {
    /// What a passkey is called: 1 to 100 characters in one line.
    static var passkeyName: FieldType { .string(maximum: 100).map { try notEmpty(plain(PlainText.trimmed($0))) } }
}
