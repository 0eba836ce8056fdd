import AccountStore
import API
import Crypto
import HTTP
import JSON
import Model
import QRCodes
import SignIn
import Store
import Work

/// `/account/totp`: the authenticator app that a code is asked of beside the password. `/account/recovery-codes`: what stands in
/// for it.
enum SecondFactorResource {
    /// Gives a secret, which counts for nothing before a code of it was seen.
    static func create(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        // Else the one that counts would count no more, before the new one does.
        if call.user.hasSecondFactor { throw Problem.conflict("Remove the authenticator app first; the account has one.") }
        let secret = try AuthenticatorApp.newSecret()
        let sealed = try seal(secret, secret: call.services.secretKey)
        try call.make(call.account.setAuthenticatorApp(sealedSecret: sealed))
        let uri = AuthenticatorApp.uri(secret: secret, issuer: "MASK", account: call.user.email)
        let rows = try QRImage(of: uri, style: QRStyle()).rows
        var answer = Answer.created([
            "secret": .string(Base32.encode(secret)), "uri": .string(uri),
            "modules": ["size": .integer(Int64(rows.count)), "rows": JSON(rows)],
        ], at: "/v1/account/totp")
        (answer.isSecret, answer.isChange) = (true, true)
        return answer
    }

    /// Sees a code of the app, which counts from now on; all other sessions end.
    static func confirm(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields()
        let code = fields.required("code", as: .string(maximum: 64))
        let text = try fields.finish(requiring: code)
        try call.services.signInLimits.admitStepUp(call.session)
        guard let app = call.user.authenticatorApp, !app.isConfirmed else {
            throw Problem.conflict("Set an authenticator app up first; there is none that waits for its first code.")
        }
        guard case .totp(let digits) = SecondFactorCode(text),
            let step = try call.services.step(of: digits, in: app, at: call.now)
        else {
            try call.account.refuseAuthenticatorApp().make()
            throw Problem.invalidCode
        }
        let codes = try RecoveryCode.make()
        try call.make(call.account.confirmAuthenticatorApp(step: step, recoveryCodes: codes.map(\.digest), in: call.session.id))
        return try call.renewing(shown(codes, status: 200))
    }

    static func remove(_ call: PersonCall) throws -> Answer {
        guard call.user.authenticatorApp != nil else { throw Problem.notFound() }
        try call.make(call.account.removeAuthenticatorApp(in: call.session.id))
        return try call.renewing(.noContent)
    }

    /// Other recovery codes, in place of those that there are.
    static func createCodes(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        guard call.user.hasSecondFactor else { throw Problem.conflict("Set an authenticator app up first; the codes stand in for it.") }
        let codes = try RecoveryCode.make()
        try call.make(call.account.setRecoveryCodes(codes.map(\.digest)))
        return try call.renewing(shown(codes, status: 201))
    }

    private static func shown(_ codes: [RecoveryCode], status: Int) -> Answer {
        var answer = Answer(status: status, content: .object(["recovery_codes": JSON(codes.map(\.shown))]))
        if status == 201 { answer.fields.append(.init(.location, "/v1/account/recovery-codes")) }
        answer.isSecret = true
        return answer
    }
}
