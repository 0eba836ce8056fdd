import CIDN2

/// The ASCII form of an internationalised host name, by UTS-46 (non-transitional): `Bücher.DE` gives `xn--bcher-kva.de`.
/// Answers nil where the name has no such form: broken right-to-left text, a label too long.
///
/// Emoji are taken, as browsers do and IDNA2008 alone does not: `i❤️.example` gives `xn--i-7iq.example`.
///
/// Meant for hosts with characters outside ASCII. The answer still has to be checked as any other host name: UTS-46
/// maps full-width digits to digits and may leave an underscore in a label.
public func hostToASCII(_ host: String) -> String? {
    if let ascii = idna2008(host) { return ascii }
    guard host.unicodeScalars.contains(where: isEmoji) else { return nil }
    // The dots that UTS-46 takes for one.
    let dots: Set<Unicode.Scalar> = [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"]
    var labels: [String] = []
    for label in host.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: dots.contains) {
        guard let ascii = labelToASCII(String(label)) else { return nil }
        labels.append(ascii)
    }
    return labels.joined(separator: ".")
}

/// The letters that a host is read in: `xn--bcher-kva.de` gives `bücher.de`. Nil where a label is no A-label of IDNA2008.
public func hostToUnicode(_ host: String) -> String? {
    var output: UnsafeMutablePointer<CChar>?
    guard idn2_to_unicode_8z8z(host, &output, 0) == IDN2_OK.rawValue, let output else { return nil }
    defer { idn2_free(output) }
    return String(cString: output)
}

/// `idn2_to_ascii_8z`, https://www.gnu.org/software/libidn/libidn2/reference/libidn2-idn2.html: "Convert UTF-8 domain
/// name to ASCII string using the IDNA2008 rules." IDN2_USE_STD3_ASCII_RULES is left out on purpose: with it
/// libidn2 2.3 drops characters it should refuse.
private func idna2008(_ host: String) -> String? {
    // A C string ends at the first NUL, and no control character or space belongs in a host.
    guard host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
    var output: UnsafeMutablePointer<CChar>?
    let flags = Int32(bitPattern: IDN2_NONTRANSITIONAL.rawValue | IDN2_NFC_INPUT.rawValue)
    let result = idn2_to_ascii_8z(host, &output, flags)
    defer { idn2_free(output) }
    guard result == IDN2_OK.rawValue, let output else { return nil }
    return String(cString: output)
}

// MARK: - Emoji

/// A label that may have emoji: what stands between them is put in order by libidn2, the emoji stay as they are.
private func labelToASCII(_ label: String) -> String? {
    var unicode = ""
    var run = String.UnicodeScalarView()
    func endRun() -> Bool {
        if run.isEmpty { return true }
        // A hyphen at an end of the run is none at an end of the label.
        guard let ordered = orderedRun(String(run)) else { return false }
        unicode += ordered
        run = String.UnicodeScalarView()
        return true
    }
    for scalar in label.unicodeScalars {
        if isVariationSelector(scalar) { continue }
        guard isEmoji(scalar) else {
            run.append(scalar)
            continue
        }
        guard endRun() else { return nil }
        unicode.unicodeScalars.append(scalar)
    }
    guard endRun() else { return nil }
    if unicode.utf8.allSatisfy({ $0 < 0x80 }) { return unicode }
    guard let encoded = Punycode.encode(unicode), encoded.utf8.count <= 59 else { return nil }
    return "xn--" + encoded
}

private func orderedRun(_ run: String) -> String? {
    if run.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) { return run.lowercased() }
    return idna2008(run).flatMap(hostToUnicode)
}

/// Emoji that UTS-46 takes as they are. Those that it maps to letters, such as ™, libidn2 takes by itself.
private func isEmoji(_ scalar: Unicode.Scalar) -> Bool {
    // The circle of keycaps.
    if scalar.value == 0x20E3 { return true }
    return scalar.value > 0x7F && scalar.properties.isEmoji && idna2008(String(scalar)) == nil
}

/// How the character before is to look: UTS-46 drops it.
private func isVariationSelector(_ scalar: Unicode.Scalar) -> Bool { 0xFE00...0xFE0F ~= scalar.value }
