import Access
import AccountStore
import API
import Crypto
import HTTP
import JSON
import Model
import SignIn
import Work

/// `/session/passkey`: signing in with a passkey, which is two factors in one: no password and no code is asked for.
enum PasskeySignIn {
    /// Has the challenge that this browser asked for: an answer counts in no other.
    static let cookie = HostCookie("mask_challenge")

    static func challenge(_ call: GuestCall) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        try call.services.signInLimits.admitChallenge(call.request)
        let challenge = try PasskeyCheck(call).newChallenge(for: .signIn)
        return answer(challenge, call.services, at: "/v1/session/passkey/challenge").adding([
            cookie.setting(base64URL(challenge.bytes), seconds: Challenges.seconds)
        ])
    }

    static func create(_ call: GuestCall) throws -> Answer {
        var fields = try call.fields()
        let assertion = AssertionAnswer(&fields)
        let isKept = fields.value("keep", as: .bool) ?? false
        let given = try fields.finish(requiring: assertion)
        try call.services.signInLimits.admitPasskey(call.request)
        let check = PasskeyCheck(call)
        let challenge = try check.take(cookie.value(in: call.request.fields).flatMap { base64URLDecoded($0) }, for: .signIn)
        let (user, passkey) = try check.user(of: given, to: challenge)
        return try SessionResource.start(by: .passkey, with: passkey, isKept: isKept, user, call).adding([cookie.removal])
    }

    // MARK: Showing again who one is

    static func stepUpChallenge(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        try call.services.signInLimits.admitChallenge(call.request)
        let challenge = try PasskeyCheck(call).newChallenge(for: call.ceremony)
        return answer(challenge, call.services, at: "/v1/session/step-up/challenge")
    }

    /// - Throws: 401 `invalid_credentials`, unless a passkey of the user has answered a challenge of this session.
    static func stepUp(_ answer: AssertionAnswer, _ call: PersonCall) throws {
        let check = PasskeyCheck(call)
        let challenge = try check.take(Challenge.bytes(inClientData: answer.clientDataJSON), for: call.ceremony)
        _ = try check.user(of: answer, to: challenge, expected: call.user.id)
    }

    private static func answer(_ challenge: Challenge, _ services: Services, at location: String) -> Answer {
        .created([
            "challenge": .string(base64URL(challenge.bytes)), "rp_id": .string(services.relyingParty.id),
            "timeout": .integer(Int64(Challenges.seconds * 1000)), "user_verification": "required",
        ], at: location)
    }
}

extension PersonCall {
    /// What challenges of this session are for.
    var ceremony: Challenges.Ceremony { .session(session.id, of: user.id) }
}

extension AssertionAnswer {
    /// What a body has of it; nil where something is missing or wrong, which is noted.
    init?(_ fields: inout JSONFields) {
        let id = fields.required("id", as: .base64URL(maximum: 1023))
        let clientData = fields.required("client_data_json", as: .base64URL(maximum: 4096))
        let data = fields.required("authenticator_data", as: .base64URL(maximum: 4096))
        let signature = fields.required("signature", as: .base64URL(maximum: 512))
        let handle = fields.value("user_handle", as: .base64URL(maximum: 64))
        guard let id, let clientData, let data, let signature else { return nil }
        self.init(
            clientDataJSON: clientData, authenticatorData: data, signature: signature, userHandle: handle, credentialID: id)
    }
}

extension FieldType where Value == AssertionAnswer {
    static var assertion: FieldType { .object { AssertionAnswer(&$0) } }
}

extension FieldType where Value == [UInt8] {
    /// Bytes in base64url without padding, as browsers' own `toJSON()` gives them.
    static func base64URL(maximum: Int) -> FieldType {
        FieldType<String>.string(maximum: (maximum * 4 + 2) / 3).map { text in
            guard let bytes = base64URLDecoded(text) else {
                throw FieldRefusal(code: "invalid_base64url", message: "Send bytes in base64url without padding.")
            }
            return bytes
        }
    }
}
