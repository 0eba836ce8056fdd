import Testing

/// Everything here goes through nginx, and some of it kills servers, so it runs one test after the other.
@Suite("End to end", .serialized)
struct EndToEndTests {
    let stack = Stack.shared
}
