import Bootstrap
import Glibc
import POSIX

/// A folder that nobody else can read or write (mkdtemp(3)), gone with this object.
public struct ScratchFolder: ~Copyable {
    public let path: String

    public init() throws(SystemError) {
        var template = Array("/tmp/mask.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp", "/tmp/mask.XXXXXX") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { _ = Program.run(["rm", "-rf", "--", path]) }
}
