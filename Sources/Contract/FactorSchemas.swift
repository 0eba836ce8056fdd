import AccountStore
import JSON
import Model

/// Passkeys, authenticator apps and recovery codes. Bytes are in base64url without padding, as browsers' own `toJSON()` has them.
extension Schemas {
    static let ofFactors: JSONObject = [
        "PasskeyChallenge": passkeyChallenge, "PasskeySignIn": passkeySignIn, "Passkey": passkey,
        "NewPasskeyChallenge": newPasskeyChallenge, "NewPasskey": newPasskey, "PasskeyChanges": object(["name": passkeyName]),
        "NewAuthenticatorApp": newAuthenticatorApp, "FirstCode": object(["code": ["type": "string", "maxLength": 64]]),
        "RecoveryCodes": recoveryCodes,
    ]

    private static func bytes(_ count: Int) -> JSON {
        ["type": "string", "pattern": "^[A-Za-z0-9_-]*$", "maxLength": .integer(Int64((count * 4 + 2) / 3))]
    }

    private static let timeout: JSON = ["type": "integer", "minimum": 1, "description": "In milliseconds"]

    private static let passkeyChallenge: JSON = object([
        "challenge": bytes(32), "rp_id": string, "timeout": timeout, "user_verification": .oneOf(["required"]),
    ])

    private static let assertion: JSONObject = [
        "id": bytes(1023), "client_data_json": bytes(4096), "authenticator_data": bytes(4096), "signature": bytes(512),
        "user_handle": orNull(bytes(64)),
    ]

    private static let required = ["id", "client_data_json", "authenticator_data", "signature"]

    /// What a passkey has signed, at a sign-in as well as later.
    static let passkeyAnswer: JSON = object(assertion, required: required)

    private static let passkeySignIn: JSON = object(
        JSONObject(assertion.members + [.init(name: "keep", value: ["type": ["boolean", "null"]])]), required: required)

    private static let passkeyName: JSON = ["type": "string", "minLength": 1, "maxLength": 100, "pattern": .string(plain)]

    private static let passkey: JSON = object([
        "id": .id(PasskeyKind.self), "name": passkeyName,
        "host": ["type": "string", "description": "For which it was made: under another name it is of no use"],
        "backed_up": ["type": "boolean"], "created_at": .time, "last_used_at": moment,
    ])

    private static let newPasskeyChallenge: JSON = object([
        "challenge": bytes(32), "rp_id": string, "rp_name": string, "user_handle": bytes(64), "user_name": string,
        "user_display_name": string, "exclude": array(of: object(["id": bytes(1023), "transports": array(of: string)])),
        "algorithms": array(of: ["type": "integer"]), "timeout": timeout,
    ])

    private static let newPasskey: JSON = object(
        [
            "name": passkeyName, "id": bytes(1023), "client_data_json": bytes(4096), "authenticator_data": bytes(4096),
            "public_key": bytes(1024), "algorithm": ["type": "integer", "description": "COSE's number: -8, -7 or -257"],
            "transports": ["type": ["array", "null"], "maxItems": 16, "items": ["type": "string", "maxLength": 32]],
        ],
        required: ["name", "id", "client_data_json", "authenticator_data", "public_key", "algorithm"])

    private static let newAuthenticatorApp: JSON = object([
        "secret": ["type": "string", "pattern": "^[A-Z2-7]{32}$"], "uri": ["type": "string", "pattern": "^otpauth://totp/"],
        "modules": object([
            "size": .count,
            "rows": [
                "type": "array", "items": ["type": "string", "pattern": "^[01]+$"],
                "description": "Of a QR code without its margin, which is four modules; 1 is dark",
            ],
        ]),
    ])

    private static let recoveryCodes: JSON = object([
        "recovery_codes": ["type": "array", "minItems": 10, "maxItems": 10, "items": ["type": "string", "pattern": "^([A-Z2-7]{5}-){4}[A-Z2-7]{5}$"]]
    ])
}
