import Crypto
import Model
import Testing
import Webhooks

@Suite("Signatures")
struct SignatureTests {
    /// The example of the specification and of its reference libraries.
    @Test("the example of Standard Webhooks is signed as its libraries sign it")
    func example() throws {
        let secret = WebhookSecret(bytes: try #require(base64Decoded("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")))
        let signature = Signature(
            Array(#"{"test": 2432232314}"#.utf8), id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at: Timestamp(milliseconds: 1_614_265_330_999), secrets: [secret])
        #expect(signature.fields.map(\.name) == ["webhook-id", "webhook-timestamp", "webhook-signature"])
        #expect(signature.fields.map(\.value) == [
            "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ])
        #expect(secret.text == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    }

    @Test("during a rotation's overlap both secrets sign, the new one first")
    func overlap() {
        let (new, old) = (WebhookSecret.random(), WebhookSecret.random())
        func value(_ secrets: [WebhookSecret]) -> String {
            Signature([1, 2, 3], id: "evt_1", at: Timestamp(milliseconds: 5), secrets: secrets).fields[2].value
        }
        #expect(value([new, old]) == value([new]) + " " + value([old]))
    }

    @Test("secrets have 32 random bytes")
    func secrets() {
        let secrets = (0..<100).map { _ in WebhookSecret.random() }
        #expect(secrets.allSatisfy { $0.bytes.count == 32 } && Set(secrets.map(\.bytes)).count == 100)
    }
}
