import Text

/// Which way a language is written. HTML does not know it from `lang`.
enum TextDirection {
    /// - Parameter language: a language tag (BCP 47). A script in it decides, such as in `az-Arab`; else its language.
    static func isRightToLeft(_ language: String) -> Bool {
        let parts = language.lowercased().split { $0 == "-" || $0 == "_" }.map(String.init)
        if let script = parts.dropFirst().first(where: { $0.utf8.count == 4 && $0.first?.isLetter == true }) {
            return scripts.contains(script)
        }
        return parts.first.map(languages.contains) ?? false
    }

    /// ISO 15924: Adlam, Arabic, Hebrew, Mandaic, N'Ko, Hanifi Rohingya, Samaritan, Syriac, Thaana.
    private static let scripts: Set = ["adlm", "arab", "aran", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"]

    /// Languages that are usually written in one of them, by the likely subtags of Unicode's CLDR.
    private static let languages: Set = [
        "ar", "arc", "arz", "azb", "bal", "bgn", "bqi", "ckb", "dv", "fa", "glk", "he", "iw", "ks", "lrc", "mzn", "nqo", "pnb", "prs",
        "ps", "rhg", "sd", "sdh", "skr", "syr", "ug", "ur", "yi",
    ]
}
