import CZxcvbn
import Glibc
import Text

/// Why a password is not taken.
public enum PasswordWeakness: Error, Hashable, Sendable, CustomStringConvertible {
    case tooShort(least: Int)
    case tooLong(most: Int)
    case easyToGuess

    public var description: String {
        switch self {
        case .tooShort(let least): "The password is too short: it needs at least \(least) characters."
        case .tooLong(let most): "The password is too long: it may have at most \(most) characters."
        case .easyToGuess:
            "The password is easy to guess: common words, patterns, or what is known of you. Add a word that nobody expects."
        }
    }
}

/// What a password of an account has to be: long enough and hard to guess; any characters, no rules of composition (NIST SP
/// 800-63B-4, section 3.1.1.2).
public struct PasswordStrength: Sendable {
    /// In Unicode code points, for whoever signs in with the password alone.
    public static let leastLength = 15
    public static let leastLengthWithSecondFactor = 8
    public static let mostLength = 256
    /// 10^10 guesses, in bits: what zxcvbn calls very unguessable, even by somebody who has the slow hash.
    static let leastBits = 33.22

    private let words: [String]

    /// - Parameter texts: what anybody would try first: name, e-mail address, workspace, host. They are taken to words.
    public init(about texts: [String]) {
        // Of letters libzxcvbn knows the case of ASCII's alone.
        let words = ["mask"] + texts.flatMap { Self.words(of: $0.lowercased()) + Self.words(of: $0) }
        self.words = Array(words.prefix(Self.mostWords))
    }

    private static let mostWords = 100
    /// In UTF-8. Shorter ones say nothing, and each makes the estimate slower.
    private static let wordLengths = 3...64

    private static func words(of text: String) -> [String] {
        text.normalised.split { !$0.isLetter && !$0.isNumber }.map(String.init).filter { wordLengths.contains($0.utf8.count) }
    }

    /// - Parameter hasSecondFactor: whether the account has one, or gets one in the same step.
    /// - Throws: the first reason not to take it.
    public func check(_ password: AccountPassword, hasSecondFactor: Bool) throws(PasswordWeakness) {
        let least = hasSecondFactor ? Self.leastLengthWithSecondFactor : Self.leastLength
        guard password.length >= least else { throw .tooShort(least: least) }
        guard password.length <= Self.mostLength else { throw .tooLong(most: Self.mostLength) }
        guard bits(of: password) >= Self.leastBits else { throw .easyToGuess }
    }

    /// So many bytes of UTF-8 are looked at; what is behind counts for nothing. The library itself looks at 100, and may
    /// take a second for them: the time for keys side by side, `787878…`, grows with the fourth power. Here it is 30 ms.
    private static let weighedLength = 48

    /// The logarithm to base 2 of how many guesses it takes. libzxcvbn's `ZxcvbnMatch`: "Returns the entropy of the password (in
    /// bits)." A NUL ends the password for it: what is behind adds nothing.
    ///
    /// Any thread may call it. Version 2.5, as Debian builds it, has its dictionary as constants, so that `ZxcvbnInit` is a macro
    /// that does nothing; it has no variable outside its functions, and each call works in memory of its own (zxcvbn.h, zxcvbn.c;
    /// of the library's symbols none is in writable data).
    func bits(of password: AccountPassword) -> Double {
        var list = words.map { UnsafePointer(strdup($0)) }
        defer { for word in list { free(UnsafeMutablePointer(mutating: word)) } }
        // "null last entry (like the argv parameter to main())"
        list.append(nil)
        let beginning = password.text.utf8.prefix(Self.weighedLength).map { CChar(bitPattern: $0) }
        return ZxcvbnMatch(beginning + [0], &list, nil)
    }
}
