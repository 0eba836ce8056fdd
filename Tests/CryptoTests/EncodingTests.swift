import Crypto
import Testing

@Suite("Encodings")
struct EncodingTests {
    @Test(
        "Base64 is that of RFC 4648, section 10, and reads back",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ])
    func standard(plain: String, encoded: String) {
        #expect(base64(Array(plain.utf8)) == encoded)
        #expect(base64Decoded(encoded) == Array(plain.utf8))
    }

    @Test(
        "the URL alphabet replaces + and /, and leaves the padding out",
        arguments: [
            ([], ""), ([0xfb], "-w"), ([0xff, 0xef], "_-8"), ([0xfb, 0xff, 0xbf], "-_-_"),
        ] as [([UInt8], String)])
    func url(bytes: [UInt8], encoded: String) {
        #expect(base64URL(bytes) == encoded)
        #expect(base64URLDecoded(encoded) == bytes)
    }

    @Test("every length from 0 to 100 reads back in both alphabets")
    func lengths() throws {
        for length in 0...100 {
            let bytes = try randomBytes(length)
            #expect(base64Decoded(base64(bytes)) == bytes)
            #expect(base64URLDecoded(base64URL(bytes)) == bytes)
        }
    }

    @Test(
        "Base64 refuses white space, missing or extra padding, foreign letters and stray bits",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zm9v====", "=", "====", "Z===", " Zm9v", "Zm9v\n", "Zm 9v", "Zm9v    ", "Zh==",
            "Zm9=",
            "Zg==Zg==", "Z-8=", "Zm9é", "Zm\u{0}v",
        ])
    func refused(text: String) {
        #expect(base64Decoded(text) == nil)
    }

    @Test(
        "the URL alphabet refuses padding, white space and the other alphabet",
        arguments: [
            "Zg==", "Z", "Zm9v\n", "+w", "/w", "Zh",
        ])
    func refusedInURL(text: String) {
        #expect(base64URLDecoded(text) == nil)
    }
}
