// The standard library keeps its NFC normaliser behind this name; the alternatives are Foundation and libunistring.
@_spi(_Unicode) import Swift

extension String {
    /// Normalisation form C: one spelling for `é`, whether it was typed as one code point or two.
    public var normalised: String {
        if isASCII { return self }
        var scalars = String.UnicodeScalarView()
        for scalar in _nfc { scalars.append(scalar) }
        return String(scalars)
    }
}
