/// Whether two strings are the same bytes, and not only canonically equivalent.
public func hasSameBytes(_ one: String, _ other: String) -> Bool {
    one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
}
