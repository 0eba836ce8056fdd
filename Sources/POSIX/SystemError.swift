import Glibc

/// A system call that failed: what errno(3) said when this was made.
public struct SystemError: Error, CustomStringConvertible {
    public let call: String
    public let path: String
    public let code: Int32

    public init(_ call: String, _ path: String, code: Int32 = errno) {
        self.call = call
        self.path = path
        self.code = code
    }

    /// What strerror(3) says of the code.
    public var reason: String { String(cString: strerror(code)) }

    public var description: String { "\(call) \(path): \(reason)" }
}
