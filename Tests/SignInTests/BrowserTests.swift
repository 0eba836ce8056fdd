import SignIn
import Testing
import Text

/// What a real browser sent, so that the tests do not only agree with the authenticator that they have themselves.
@Suite("A browser's passkeys")
struct BrowserTests {
    struct Part: Sendable {
        let clientData: String
        let authenticatorData: String
    }

    struct Exchange: Sendable, CustomTestStringConvertible {
        let algorithm: Credential.Algorithm
        /// Challenges were 32 bytes that count up from here.
        let firstByte: UInt8
        let credentialID: String
        let publicKey: String
        let created: Part
        let got: Part
        let signature: String

        var testDescription: String { "\(algorithm)" }
    }

    /// Chromium 156 on https://app.example.com with a virtual authenticator (CTAP 2.1, internal), asked for a discoverable
    /// credential, user verification and no attestation. The user's handle was 32 times the byte 7.
    static let exchanges = [
        Exchange(
            algorithm: .es256, firstByte: 7,
            credentialID: "eb61f33abdf72fdde6199d3cb07122655eb099c3189735db49c223a91f2798d5",
            publicKey: "3059301306072a8648ce3d020106082a8648ce3d0301070342000484d6085e2fcb4427a6138602f02df5e9555d012fec"
                + "00354767b6ce8c0949b496898e02b1e6adb8bf2eb9bf9284e80023d1939d7175851dead0bfe36f507b0920",
            created: Part(
                clientData: #"{"type":"webauthn.create","challenge":"BwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSY","origin":"https://app.example.com","crossOrigin":false}"#,
                authenticatorData: "28059829b1051f04ef03119067c0ce09e05277612890f8e0874f1d8ece1ae0345d000000010102030405060708010203"
                    + "04050607080020eb61f33abdf72fdde6199d3cb07122655eb099c3189735db49c223a91f2798d5a50102032620012158"
                    + "2084d6085e2fcb4427a6138602f02df5e9555d012fec00354767b6ce8c0949b496225820898e02b1e6adb8bf2eb9bf92"
                    + "84e80023d1939d7175851dead0bfe36f507b0920"),
            got: Part(
                clientData: #"{"type":"webauthn.get","challenge":"BwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSY","origin":"https://app.example.com","crossOrigin":false}"#,
                authenticatorData: "28059829b1051f04ef03119067c0ce09e05277612890f8e0874f1d8ece1ae0341d00000002"),
            signature: "3045022009c6421a01abe7e99940f72b27751eca7688ce71db24bd23948a5b765a558576022100a575c527d0e8d1a93f"
                + "2f473a031874eb508eda376dfd18ec1338b43e08412195"),
        Exchange(
            algorithm: .eddsa, firstByte: 8,
            credentialID: "e7c1fa4332e19b1fcb2e818b0ad24e26b4e52a41153cd180e2c79532a6176573",
            publicKey: "302a300506032b65700321006708991d849e9b8665d91a636a462d42ee8ca085b123c48c307cf0d16c3ca653",
            created: Part(
                clientData: #"{"type":"webauthn.create","challenge":"CAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJic","origin":"https://app.example.com","crossOrigin":false}"#,
                authenticatorData: "28059829b1051f04ef03119067c0ce09e05277612890f8e0874f1d8ece1ae0345d000000010102030405060708010203"
                    + "04050607080020e7c1fa4332e19b1fcb2e818b0ad24e26b4e52a41153cd180e2c79532a6176573a40101032720062158"
                    + "206708991d849e9b8665d91a636a462d42ee8ca085b123c48c307cf0d16c3ca653"),
            got: Part(
                clientData: #"{"type":"webauthn.get","challenge":"CAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJic","origin":"https://app.example.com","crossOrigin":false}"#,
                authenticatorData: "28059829b1051f04ef03119067c0ce09e05277612890f8e0874f1d8ece1ae0341d00000002"),
            signature: "057f43c9314fb27306496c687da7d0786704ea95172e128796bb71b17c1edb816d90f268cb4d000b5ba64d08e2adbaf5"
                + "e28bc14694d6b2143586b0fef8afa009"),
        Exchange(
            algorithm: .rs256, firstByte: 57,
            credentialID: "e2cb6b602f57802ff2fac4a74495a4d2b0764d22233ab4cabac9f79808dd5477",
            publicKey: "30820122300d06092a864886f70d01010105000382010f003082010a0282010100c1c9e25703699fc653345af6a03037"
                + "d871e100a8b38a65b1bef693c195f408b798139ebfab8fe1e4dd968e902e8b511d40ad617cd1a9a4b4710eda9c971f50"
                + "6049ee99bb58053e55a4e660960a3e1a9fc08cdac41fb3a2a7b925be56f6c6e0b1a71db16a8d536d2a9d633723c1b80e"
                + "a20e356e8d80687ab4eeca441ab803271852bef8d162a9d4b806cf77cc1a95caaf5bd34e23d2161f1ba6c568a17dd28f"
                + "91648b4b6af99b86db7b26cb5c3c81814a784ae5cc6ee9afd4d22869872770eafdfdb8efd2e82a9d13af81af2551632a"
                + "394c8b2a1ab78eac9a859762f8dcf58b8ae5a275a6dd7beecec2c6b50f95811802b4a18b9d38f1bde546cb0579d60ebf"
                + "cd0203010001",
            created: Part(
                clientData: #"{"type":"webauthn.create","challenge":"OTo7PD0-P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1g","origin":"https://app.example.com","crossOrigin":false}"#,
                authenticatorData: "28059829b1051f04ef03119067c0ce09e05277612890f8e0874f1d8ece1ae0345d000000010102030405060708010203"
                    + "04050607080020e2cb6b602f57802ff2fac4a74495a4d2b0764d22233ab4cabac9f79808dd5477a40103033901002059"
                    + "0100c1c9e25703699fc653345af6a03037d871e100a8b38a65b1bef693c195f408b798139ebfab8fe1e4dd968e902e8b"
                    + "511d40ad617cd1a9a4b4710eda9c971f506049ee99bb58053e55a4e660960a3e1a9fc08cdac41fb3a2a7b925be56f6c6"
                    + "e0b1a71db16a8d536d2a9d633723c1b80ea20e356e8d80687ab4eeca441ab803271852bef8d162a9d4b806cf77cc1a95"
                    + "caaf5bd34e23d2161f1ba6c568a17dd28f91648b4b6af99b86db7b26cb5c3c81814a784ae5cc6ee9afd4d22869872770"
                    + "eafdfdb8efd2e82a9d13af81af2551632a394c8b2a1ab78eac9a859762f8dcf58b8ae5a275a6dd7beecec2c6b50f9581"
                    + "1802b4a18b9d38f1bde546cb0579d60ebfcd2143010001"),
            got: Part(
                clientData: #"{"type":"webauthn.get","challenge":"OTo7PD0-P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1g","origin":"https://app.example.com","crossOrigin":false}"#,
                authenticatorData: "28059829b1051f04ef03119067c0ce09e05277612890f8e0874f1d8ece1ae0341d00000002"),
            signature: "1e17a266e830a57cd5d1f89a79552a5e43c5d833db023a4844df1c0c8ba853a4c274981a8b2c559bb66be303e1c1b7c0"
                + "2186e69107f67d80818c45b6527a7dc335233cf7db90c13c69d296ccb6e1a0637575963bc5bdf4deb041f352bba3aa99"
                + "0ab2ea2b2c231c5b7fb72a6a918cdfdc0a8a175c1186367d0d87085cbbef2ae0168c2302173d15382f615bc29b537c25"
                + "50a643410d703ea15aa58eed1ee52b242b231e550f443fc0ab89119e9bc5734f93f7e46757205240324780bdcd7ace52"
                + "4a7a5c1c7c6a2b6d6c47c64858cd0175873dc624bfe0a307a0a1ae414f4fa2b10db5bd0a937611c8730b099effbee26b"
                + "78448fe8aebc182f8912b9b65f460eb1"),
    ]

    @Test("what Chromium registers is taken, and signs in", arguments: exchanges)
    func both(_ exchange: Exchange) throws {
        let challenge = try #require(Challenge((0..<32).map { exchange.firstByte + $0 }))
        let relyingParty = RelyingParty(host: "app.example.com")
        let id = try bytes(exchange.credentialID)
        let credential = try relyingParty.verify(
            RegistrationAnswer(
                clientDataJSON: Array(exchange.created.clientData.utf8),
                authenticatorData: bytes(exchange.created.authenticatorData),
                publicKey: bytes(exchange.publicKey), algorithm: exchange.algorithm.rawValue, credentialID: id,
                transports: ["internal"]),
            challenge: challenge)
        #expect(credential.algorithm == exchange.algorithm)
        let result = try relyingParty.verify(
            AssertionAnswer(
                clientDataJSON: Array(exchange.got.clientData.utf8), authenticatorData: bytes(exchange.got.authenticatorData),
                signature: bytes(exchange.signature), userHandle: [UInt8](repeating: 7, count: 32), credentialID: id),
            challenge: challenge, credential: credential, userHandle: [UInt8](repeating: 7, count: 32))
        guard case .verified = result else { return #expect(Bool(false), "\(result)") }
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(hexadecimalDecoded(text)) }
}
