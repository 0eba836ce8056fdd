import Crypto
import Testing
import Text

@Suite("Public keys")
struct PublicKeyTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let kind: PublicKey.Kind
        let key: String
        let signature: String
        let numbers: [String]

        var testDescription: String { "\(kind)" }
    }

    private static let message = Array("MASK: what is signed".utf8)

    /// Made by OpenSSL's program: `openssl dgst -sha256 -sign`, `openssl pkeyutl -sign -rawin`.
    static let samples = [
        Sample(
            kind: .p256,
            key: "3059301306072a8648ce3d020106082a8648ce3d03010703420004b52c36d0fa1ec1a211a282203f39e8af169c70e6ccc7e6"
                + "d33ff863b1a0dce1c9af2074790e4983a45cfb274e017048819284c04b758761b8719a82ea82eaca8b",
            signature: "3045022067d5893d5319186b9a5ecda07674a7c2d47ace5d2557b84069e79ba31f2390cf022100c3760c161f33ea4a3d67f0"
                + "6c433577fdde8669934fe24edfbd0bf32faa472470",
            numbers: [
                "b52c36d0fa1ec1a211a282203f39e8af169c70e6ccc7e6d33ff863b1a0dce1c9",
                "af2074790e4983a45cfb274e017048819284c04b758761b8719a82ea82eaca8b",
            ]),
        Sample(
            kind: .ed25519, key: "302a300506032b65700321001a92824a388b6cb002cddf54775fbc2a1ed5e132bf0f49aef056b863c1a2751f",
            signature: "29a382f9997f4c2f2ff7fb1f26cc74ac149b0f3d290c08c7e7156f5786b730c8febef7633f05fafb2e95d6c4d1919232cae9"
                + "3119ef483695039caff621544103",
            numbers: ["1a92824a388b6cb002cddf54775fbc2a1ed5e132bf0f49aef056b863c1a2751f"]),
        Sample(
            kind: .rsa,
            key: "30820122300d06092a864886f70d01010105000382010f003082010a0282010100e05ba5bf73619a15f9d2d36b006682f7dc"
                + "fb4f0388540337014af0f0f38376b1c28e83600da07c8b1ae1316706cce4962a5b6388db91c1dd11817e2f5eaf694aa7d456"
                + "bdc69af9530d61f21014bdcce6c9a53ec8f2bffe74ed370caf1f0be461564a2bb48273d124c5bec7c0834565e8f342d9caf6"
                + "51565fe169c4abf657fbc07e8724a647c220c1be6ca8dd806e12e1ac9b3dfd9cee57e0317dbbcd02665966474f99d7e64809"
                + "6263a9b7374148f93ab58ef9d81fedbc1bb47960091ccc1704c7765a059a0b83a81c1bfb044f54d8bdc2207f192a8eebccc2"
                + "44ad167f4027e42fcc399b9130ede23e45d81d5480bae1cfa5e77b7534f8914f7da2e13d0e07cd0203010001",
            signature: "150faaa12809790d2acd2f58d37b058ef7cc367103d483f2bbc7b77845abd2bb7437301e42c479943029d6e20e68f0fec3fc"
                + "cba94578b4320e12fb9ed09580d5118b844219d342e205ddc76a0ce4a5134887ae5dd08225ae9c87ad05b497448ba50deb1e"
                + "fe2c204dabb74710f90bff2b6dbdb926f009095aaa0090619485941e62ba4021ab6332ea8350983790324e23d12155929441"
                + "e19496636c7199b10aae04b4e48600edbe0060adda94820d7bfee1573e4eb1c538d37ac7ee270badee300e3f360937f3c8e3"
                + "cf111274b85b850d7c2a0f06f5b304a3bf62836cac68d494f47454929e741413cb0da28352d4f9dfb67fd942c7e5db37a637"
                + "9183130baaf1",
            numbers: [
                "e05ba5bf73619a15f9d2d36b006682f7dcfb4f0388540337014af0f0f38376b1c28e83600da07c8b1ae1316706cce4962a5b"
                    + "6388db91c1dd11817e2f5eaf694aa7d456bdc69af9530d61f21014bdcce6c9a53ec8f2bffe74ed370caf1f0be461564a2bb4"
                    + "8273d124c5bec7c0834565e8f342d9caf651565fe169c4abf657fbc07e8724a647c220c1be6ca8dd806e12e1ac9b3dfd9cee"
                    + "57e0317dbbcd02665966474f99d7e648096263a9b7374148f93ab58ef9d81fedbc1bb47960091ccc1704c7765a059a0b83a8"
                    + "1c1bfb044f54d8bdc2207f192a8eebccc244ad167f4027e42fcc399b9130ede23e45d81d5480bae1cfa5e77b7534f8914f7d"
                    + "a2e13d0e07cd",
                "010001",
            ]),
    ]

    @Test("a signature made by OpenSSL's program verifies, each kind of key by its own algorithm", arguments: samples)
    func verified(_ sample: Sample) throws {
        let key = try read(sample)
        #expect(try key.isSignature(bytes(sample.signature), of: Self.message))
        #expect(key.kind == sample.kind)
    }

    @Test("another message, another key, a changed bit and what is no signature do not verify", arguments: samples)
    func refused(_ sample: Sample) throws {
        let key = try read(sample)
        let signature = try bytes(sample.signature)
        #expect(try !key.isSignature(signature, of: Self.message + [0]))
        #expect(try !key.isSignature([], of: Self.message))
        #expect(try !key.isSignature(signature + [0], of: Self.message))
        #expect(try !key.isSignature(signature.dropLast(), of: Self.message))
        #expect(try !key.isSignature([UInt8](repeating: 0, count: signature.count), of: Self.message))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(try !key.isSignature(changed, of: Self.message))
        }
        for other in Self.samples where other.kind != sample.kind {
            #expect(try !key.isSignature(bytes(other.signature), of: Self.message))
        }
    }

    @Test("a key tells the numbers that it consists of", arguments: samples)
    func numbers(_ sample: Sample) throws {
        #expect(try read(sample).numbers.map { hexadecimal($0) } == sample.numbers)
    }

    @Test("bytes before or behind a key, and a key that is cut, are none", arguments: samples)
    func whole(_ sample: Sample) throws {
        let der = try bytes(sample.key)
        #expect(!isKey(der + [0]))
        #expect(!isKey([0] + der))
        #expect(!isKey(der + der))
        for length in der.indices { #expect(!isKey(Array(der.prefix(length)))) }
    }

    @Test(
        "a key of another kind is none of ours",
        arguments: [
            (
                "P-384",
                "3076301006072a8648ce3d020106052b8104002203620004ff981b08b6eb4fc036011917425cebb08799d86dc5b4661d0299"
                    + "e0be9883b582650ea79fd81d3ae20a7fb5a8ab5d3e546cfc1d1fe0d0b6407f3e85dd4a8b6adbf6738e435ddbdb02b6bf031d"
                    + "7c467f6f0027a95144fabf7e897f96ec2a05fd9b"
            ),
            (
                "secp256k1",
                "3056301006072a8648ce3d020106052b8104000a03420004bdcb7e1e2d963cbfeeb97c660a826c3d179a6e7a97089c853d92"
                    + "e2c4ef181a3f628e340bfa4dbb55209e50b3c9031d2a0cdfd6c843b6a7539e658c8a91027f85"
            ),
            ("X25519", "302a300506032b656e03210057732d1ba8856894b63f337022e287823743a87d17c7250c76ecf2cc71841a19"),
            (
                "RSA of 1,024 bits",
                "30819f300d06092a864886f70d010101050003818d0030818902818100ca2531bb20962682abea09e294f0c0099d35622284"
                    + "644122a0b82c300728452bd9ca89b8d3269b75e014fb0d11a8a87219cec609abc8278fa0670b9b689f749b1ace5a531264e2"
                    + "746067e3ba04f3450a33964508f8da56a0a60041d354f384229d48e6b52904b0e3843ca34e83f07af96d1c712e5703b4b626"
                    + "93287245f6894f0203010001"
            ),
            (
                "RSA for PSS alone",
                "30820120300b06092a864886f70d01010a0382010f003082010a0282010100d30e9d606eeeac3edd22d7c15460ac87137d06"
                    + "6718c26b5f70faa843d7bf1b3a81b500e8ce09baff16b477121f0f9bd38574b40b4546c2a4f73fce901a7559f99c8a2ec305"
                    + "ba47946af4075498c87277014ab50ef7c5935444bf9fe762f46b5af3e0789556f1506a40fac7dd1efc324007c8a2caf29ac3"
                    + "486a862c21eefde4e3a48691db674b7c6fb218cb865e4718e6ac87cc6c797b2558e5ba729b447f0c281cd5504e4b29f4cf7c"
                    + "2657b43d345c03c08a8be03c166271fe586d9b02858711dec706a74c96c71ca349aabc31daad82c22d572aab9667ad57c1ed"
                    + "f2a871134d50be71b8663e21b3ce2104576379ebfe5c07499e0a53428b643dd2c26627d33f0203010001"
            ),
            (
                "RSA of 4,104 bits",
                "30820223300d06092a864886f70d010101050003820210003082020b0282020200c7e4f1d0f965dc8aecc1679923f6bb8d8a"
                    + "4e90c971b9934a6a8be582df2fc14734ac43711bbd6acd9855c2ccb454ece02fb50b19bbf413b3610c7ef20df5873273baf5"
                    + "c6f738254653b91885a1c50af09df89fd87e23838f96a08b41bd2c2f616e35d867aec728219d189042e4b376d12ba6d0ff79"
                    + "b4e18f65c9f9c3b99f0d23d66ce07778a7f8d37c1439831155a3c37fc9e03f3152cbfb34054b2b241191088255268fe6c5ef"
                    + "e17e89ebb0afd2d3401e048e6f92febd3f261c7443ba57b3ce2b459627d79a630757c6700ba70bfd85a9769c51d1fa1e5ef5"
                    + "831275b8e435f2c98510e4d6f24f512a81f88fddf3d721ae704265ed5f47cd127c4cd50a656c425b4942a4769150c6e9e8b7"
                    + "e2909ae3b6b4ff732c1a5d3c96a2e58a3fd8f0fc9391d62c5d966ea5161685d02633a39429a504476fa482ac48d1f11b9b00"
                    + "9194785adc9c6c8b26975d1e2d826c886cb7326da0bcf449923b8d007297fc0db9d8bcbad0f16e679826a373b2281b1d9e94"
                    + "e184c89d857964d1ea4b162c0a4e7f33f503e283d1059e64efbf1fc4e5c7d54f95fdc26ffa66d8e14db0763a7debe35ec619"
                    + "6488b6ab9f4a69e925589bbbae69e3e49e385a8b0f66889be94fca2aa7890eab8c9f549d6e97a7789b5382ac92c80819357d"
                    + "0d658e3bd17227c7758c715ac9b2bfb0491f0b6e2c96838ad11070d6b4c140828c836c76d3c93b54d2154f90ed6d02030100"
                    + "01"
            ),
        ])
    func foreign(kind: String, key: String) throws {
        #expect(try !isKey(bytes(key)), "\(kind)")
    }

    @Test("a point that is not on the curve is no key, and an even modulus is none")
    func unsound() throws {
        var point = try bytes(Self.samples[0].key)
        point[point.count - 1] ^= 1
        #expect(!isKey(point))
        var modulus = try bytes(Self.samples[2].key)
        modulus[modulus.count - 6] ^= 1
        #expect(!isKey(modulus))
    }

    @Test("a point may be written by its x alone: the key is the same")
    func compressed() throws {
        let der = "3039301306072a8648ce3d020106082a8648ce3d030107032200"
            + "03b52c36d0fa1ec1a211a282203f39e8af169c70e6ccc7e6d33ff863b1a0dce1c9"
        guard let key = PublicKey(subjectPublicKeyInfo: try bytes(der)) else { throw NoKey() }
        #expect(key.numbers.map { hexadecimal($0) } == Self.samples[0].numbers)
    }

    private func read(_ sample: Sample) throws -> PublicKey {
        guard let key = PublicKey(subjectPublicKeyInfo: try bytes(sample.key)) else { throw NoKey() }
        return key
    }

    private struct NoKey: Error {}

    private func isKey(_ der: [UInt8]) -> Bool {
        if PublicKey(subjectPublicKeyInfo: der) != nil { true } else { false }
    }

    private func bytes(_ text: String) throws -> [UInt8] { try #require(hexadecimalDecoded(text)) }
}
