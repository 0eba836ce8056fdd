import Crypto
import Testing

@Suite("Base32")
struct Base32Tests {
    @Test(
        "Base32 is that of RFC 4648, section 10, without padding, and reads back",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ])
    func known(plain: String, encoded: String) {
        #expect(Base32.encode(Array(plain.utf8)) == encoded)
        #expect(Base32.decode(encoded) == Array(plain.utf8))
    }

    @Test("every length from 0 to 100 reads back")
    func lengths() throws {
        for length in 0...100 {
            let bytes = try randomBytes(length)
            #expect(Base32.decode(Base32.encode(bytes)) == bytes)
        }
    }

    @Test("case, spaces and hyphens do not matter", arguments: ["mzxw6ytboi", "MZXW-6YTB-OI", " mzXW 6ytb - oi "])
    func typed(text: String) {
        #expect(Base32.decode(text) == Array("foobar".utf8))
        #expect(Base32.canonical(text) == "MZXW6YTBOI")
    }

    @Test(
        "padding, foreign signs, a letter too many and stray bits are refused",
        arguments: [
            "MY======", "M", "A", "AAA", "AAAAAA", "MZX", "MZXW6Y", "MZ", "MZXW6YR", "0", "1", "8", "9", "MY\n", "MÝ", "ſs",
            "MY\u{0}",
        ])
    func refused(text: String) {
        #expect(Base32.decode(text) == nil)
    }
}
