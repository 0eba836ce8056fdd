import Foundation
import Testing

@Suite("Failures of OpenSSL")
struct HandlingTests {
    @Test("nobody takes a failure for an answer: no try? stands before what throws CryptoError")
    func noneIsSwallowed() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources").standardized
        let files = try #require(FileManager.default.enumerator(atPath: sources.path)).compactMap { $0 as? String }
        #expect(files.contains { $0.hasSuffix(".swift") })
        let swallowed = /try\?[^\n]*\b(PasswordHash\.|seal\(|unseal\(|randomBytes\(|scrypt\(|Cipher\(|plaintext\(|\.hash\(of:|isRight\(|isSignature\()/
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            #expect(text.firstMatch(of: swallowed) == nil, "\(file)")
        }
    }
}
