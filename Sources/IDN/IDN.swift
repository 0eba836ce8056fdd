import CIDN2

/// The ASCII form of an internationalised host name, by UTS-46 (non-transitional) and IDNA2008: `Bücher.DE` gives
/// `xn--bcher-kva.de`. Answers nil where the name has no such form: emoji, broken right-to-left text, a label too long.
///
/// Meant for hosts with characters outside ASCII. The answer still has to be checked as any other host name: UTS-46
/// maps full-width digits to digits and may leave an underscore in a label.
///
/// `idn2_to_ascii_8z`, https://www.gnu.org/software/libidn/libidn2/reference/libidn2-idn2.html: "Convert UTF-8 domain
/// name to ASCII string using the IDNA2008 rules." IDN2_USE_STD3_ASCII_RULES is left out on purpose: with it
/// libidn2 2.3 drops characters it should refuse.
public func hostToASCII(_ host: String) -> String? {
    // A C string ends at the first NUL, and no control character or space belongs in a host.
    guard host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
    var output: UnsafeMutablePointer<CChar>?
    let flags = Int32(bitPattern: IDN2_NONTRANSITIONAL.rawValue | IDN2_NFC_INPUT.rawValue)
    let result = idn2_to_ascii_8z(host, &output, flags)
    defer { idn2_free(output) }
    guard result == IDN2_OK.rawValue, let output else { return nil }
    return String(cString: output)
}
