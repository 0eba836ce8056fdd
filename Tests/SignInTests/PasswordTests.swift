import Crypto
import Glibc
import SignIn
import Testing

@Suite("Passwords of accounts")
struct PasswordTests {
    private let strength = PasswordStrength(
        about: ["Anna Schmidt-Öztürk", "anna.schmidt@kaffeehaus.example", "Rösterei", "app.shortlinks.example"])

    @Test(
        "long enough and hard to guess is all that a password has to be",
        arguments: [
            "correct horse battery staple", "ich mag blaue Elefanten", "xkqzjvwpmtrhlbd", "  spaces stay here  ",
            "пароль который никто не знает", "🦊🐝🪐🧭🦊🥨🪗🐢🧲🦉🪐🐝🧿🪁🎡", "tr0ub4dor&3 in the attic",
        ])
    func taken(password: String) {
        #expect(throws: Never.self) { try strength.check(AccountPassword(password), hasSecondFactor: false) }
    }

    @Test(
        "what is easy to guess is refused, however long it is",
        arguments: [
            "passwordpassword", "aaaaaaaaaaaaaaaaaaaaaaa", "qwertyuiopasdfghjkl", "123456789012345", "iloveyouiloveyou",
            "abcdefghijklmnopqrstuvwxyz", "P@ssw0rdP@ssw0rd",
        ])
    func guessable(password: String) {
        #expect(throws: PasswordWeakness.easyToGuess) { try strength.check(AccountPassword(password), hasSecondFactor: false) }
    }

    @Test(
        "so is what is known of the person: name, e-mail address, workspace, host, and whose program this is",
        arguments: [
            "annaschmidtanna", "AnnaSchmidtAnna1", "schmidtkaffeehaus", "kaffeehausschmidt!", "röstereirösterei",
            "shortlinksshortlinks", "maskmaskmaskmask", "kaffeehausmask1", "ÖztürkÖztürkÖztürk", "öztürköztürk öztürk",
        ])
    func personal(password: String) {
        #expect(throws: PasswordWeakness.easyToGuess) { try strength.check(AccountPassword(password), hasSecondFactor: false) }
    }

    @Test("without what is known of the person such a password is taken: it is the words that make it weak")
    func unknown() {
        let strength = PasswordStrength(about: [])
        #expect(throws: Never.self) { try strength.check(AccountPassword("schmidtkaffeehaus"), hasSecondFactor: false) }
    }

    @Test("15 characters are needed, or 8 beside a second factor")
    func short() {
        #expect(throws: PasswordWeakness.tooShort(least: 15)) {
            try strength.check(AccountPassword("xkqzjvwpmtrhlb"), hasSecondFactor: false)
        }
        #expect(throws: Never.self) { try strength.check(AccountPassword("xkqzjvwpmtrhlb"), hasSecondFactor: true) }
        #expect(throws: Never.self) { try strength.check(AccountPassword("k7#fQz9!"), hasSecondFactor: true) }
        #expect(throws: PasswordWeakness.tooShort(least: 8)) {
            try strength.check(AccountPassword("k7#fQz9"), hasSecondFactor: true)
        }
        #expect(throws: PasswordWeakness.easyToGuess) {
            try strength.check(AccountPassword("P@ssw0rd12"), hasSecondFactor: true)
        }
        #expect(throws: PasswordWeakness.tooShort(least: 15)) { try strength.check(AccountPassword(""), hasSecondFactor: false) }
    }

    @Test("256 characters are the most, counted as code points")
    func long() {
        let phrase = "ein Esel liest im Garten "
        let most = String(String(repeating: phrase, count: 20).prefix(256))
        #expect(throws: Never.self) { try strength.check(AccountPassword(most), hasSecondFactor: false) }
        #expect(throws: PasswordWeakness.tooLong(most: 256)) {
            try strength.check(AccountPassword(most + "x"), hasSecondFactor: false)
        }
        #expect(AccountPassword("e\u{301}").length == 1)
        #expect(AccountPassword("🦊é").length == 2)
    }

    @Test("a reason is a sentence that says what to do", arguments: [
        (PasswordWeakness.tooShort(least: 15), "at least 15 characters"), (.tooLong(most: 256), "at most 256 characters"),
        (.easyToGuess, "easy to guess"),
    ])
    func reasons(weakness: PasswordWeakness, words: String) {
        #expect(weakness.description.contains(words))
    }

    @Test("texts without words, with a thousand, and a password with a NUL are no trouble")
    func odd() {
        let odd = PasswordStrength(about: ["", "@", "\u{0}", String(repeating: "word ", count: 1000)])
        #expect(throws: Never.self) { try odd.check(AccountPassword("xkqzjvwpmtrhlbd"), hasSecondFactor: false) }
        #expect(throws: PasswordWeakness.easyToGuess) {
            try odd.check(AccountPassword("password\u{0}xkqzjvwpmtrhlbd"), hasSecondFactor: false)
        }
    }

    @Test("no password keeps the estimator busy, not even keys side by side, for which its time grows most", arguments: ["78", "89", "zx"])
    func quick(keys: String) {
        let password = AccountPassword(String(repeating: keys, count: 128))
        let before = Self.processorTime()
        for _ in 0..<5 {
            #expect(throws: PasswordWeakness.easyToGuess) { try strength.check(password, hasSecondFactor: false) }
        }
        #expect(Self.processorTime() - before < 1)
    }

    /// Of this thread, in seconds: other tests run beside.
    private static func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    @Test("threads may ask at the same time")
    func threads() async {
        let strength = strength
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<64 {
                let password = number.isMultiple(of: 2) ? "passwordpassword" : "correct horse battery staple"
                group.addTask {
                    do throws(PasswordWeakness) {
                        try strength.check(AccountPassword(password), hasSecondFactor: false)
                        return !number.isMultiple(of: 2)
                    } catch { return number.isMultiple(of: 2) }
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test("both spellings of an é are one password; nothing else is changed")
    func normalised() throws {
        let hash = try PasswordHash.make(AccountPassword("cafe\u{301} at the corner").text, cost: .account)
        #expect(try PasswordHash.verify(AccountPassword("caf\u{E9} at the corner").text, against: hash))
        #expect(Array(AccountPassword("  Ａﬁ \t ").text.utf8) == Array("  Ａﬁ \t ".utf8))
    }

    @Test("a password is never printed")
    func hidden() {
        let password = AccountPassword("xkqzjvwpmtrhlbd")
        var dumped = ""
        dump(password, to: &dumped)
        dump([password], to: &dumped)
        #expect(!(dumped + "\(password)" + String(reflecting: [password])).contains("xkq"))
        #expect("\(password)" == "password")
    }
}
