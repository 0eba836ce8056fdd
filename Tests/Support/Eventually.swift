import Glibc

/// Waits for something that another thread brings about; false when it has not come after five seconds.
public func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
    for _ in 0..<500 {
        if try condition() { return true }
        usleep(10_000)
    }
    return try condition()
}
