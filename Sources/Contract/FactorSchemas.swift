import AccountStore
import JSON
import Model

/// Passkeys, authenticator apps and recovery codes. Bytes are in base64url without padding, as browsers' own `toJSON()` has them.
extension Schemas {
    static let ofFactors: JSONObject = [
        "PasskeyChallenge": passkeyChallenge, "PasskeySignIn": passkeySignIn, "PasskeyAnswer": input("What a passkey has signed", assertion, required: required),
        "Passkey": passkey, "PasskeyCreation": passkeyCreation, "KnownPasskey": knownPasskey, "PasskeyInput": passkeyInput,
        "PasskeyChanges": input("What changes of a passkey", ["name": passkeyName]),
        "AuthenticatorAppSetup": appSetup, "QRModules": modules,
        "FirstCode": input("That the app shows the right codes", ["code": ["type": "string", "maxLength": 64]]), "RecoveryCodes": recoveryCodes,
    ]

    private static func bytes(_ count: Int) -> JSON {
        ["type": "string", "pattern": "^[A-Za-z0-9_-]*$", "maxLength": .integer(Int64((count * 4 + 2) / 3))]
    }

    private static let timeout: JSON = ["type": "integer", "minimum": 1, "description": "In milliseconds"]

    private static let passkeyChallenge: JSON = object("What a passkey signs", [
        "challenge": bytes(32), "rp_id": string, "timeout": timeout, "user_verification": ["type": "string", "const": "required"],
    ])

    private static let assertion: JSONObject = [
        "id": bytes(1023), "client_data_json": bytes(4096), "authenticator_data": bytes(4096), "signature": bytes(512),
        "user_handle": orNull(bytes(64)),
    ]

    private static let required = ["id", "client_data_json", "authenticator_data", "signature"]

    private static let passkeySignIn: JSON = input(
        "What a passkey has signed, to sign in", JSONObject(assertion.members + [.init(name: "keep", value: ["type": ["boolean", "null"]])]), required: required)

    private static let passkeyName: JSON = ["type": "string", "minLength": 1, "maxLength": 100, "pattern": .string(plain)]

    private static let passkey: JSON = object("A passkey of the user", [
        "id": .id(PasskeyKind.self), "name": passkeyName,
        "host": ["type": "string", "description": "For which it was made: under another name it is of no use"],
        "backed_up": boolean, "created_at": .time, "last_used_at": moment,
    ])

    private static let passkeyCreation: JSON = object("What a browser makes a passkey of", [
        "challenge": bytes(32), "rp_id": string, "rp_name": string, "user_handle": bytes(64), "user_name": string,
        "user_display_name": string, "exclude": array(of: reference("KnownPasskey")),
        "algorithms": array(of: ["type": "integer"]), "timeout": timeout,
    ])

    private static let knownPasskey: JSON = object("A passkey that is there", ["id": bytes(1023), "transports": array(of: string)])

    private static let passkeyInput: JSON = input(
        "What a browser has made",
        [
            "name": passkeyName, "id": bytes(1023), "client_data_json": bytes(4096), "authenticator_data": bytes(4096),
            "public_key": bytes(1024), "algorithm": ["type": "integer", "description": "COSE's number: -8, -7 or -257"],
            "transports": ["type": ["array", "null"], "maxItems": 16, "items": ["type": "string", "maxLength": 32]],
        ],
        required: ["name", "id", "client_data_json", "authenticator_data", "public_key", "algorithm"])

    private static let appSetup: JSON = object("What an authenticator app is given", [
        "secret": ["type": "string", "pattern": "^[A-Z2-7]{32}$"], "uri": ["type": "string", "pattern": "^otpauth://totp/"],
        "modules": reference("QRModules"),
    ])

    private static let modules: JSON = object("A QR code of uri, without its margin, which is four modules", [
        "size": .count,
        "rows": ["type": "array", "items": ["type": "string", "pattern": "^[01]+$"], "description": "1 is dark"],
    ])

    private static let recoveryCodes: JSON = object("Each is good once, in place of a code", [
        "recovery_codes": ["type": "array", "minItems": 10, "maxItems": 10, "items": ["type": "string", "pattern": "^([A-Z2-7]{5}-){4}[A-Z2-7]{5}$"]]
    ])
}
