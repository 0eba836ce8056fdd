import HTTP
import Testing

@Suite("Accept")
struct AcceptTests {
    @Test("the most specific range that holds a type says how much it is liked", arguments: [
        (nil, 1), ("*/*", 1), ("image/*", 1), ("image/png", 1), ("IMAGE/PNG", 1), ("image/png;q=0.3", 0.3),
        ("image/png;q=0.2, image/*;q=0.9, */*", 0.2), ("*/*, image/*;q=0.4", 0.4), ("text/html, */*;q=0.1", 0.1),
        ("text/html", 0), ("image/svg+xml", 0), ("", 0), ("image/png;q=0", 0), ("image/png;q=7", 1), ("image/png;q=x", 0),
        ("nonsense, image/png", 1), (",,image/png,", 1), ("image/png; charset=x; q=0.5", 0.5),
    ] as [(String?, Double)])
    func quality(field: String?, quality: Double) {
        #expect(Accept(field).quality(of: "image/png") == quality)
    }
}
