import CZlib
import Glibc
import POSIX

/// The bytes in the gzip format (RFC 1952), as small as zlib makes them; nil where it has no memory.
private func gzip(_ bytes: [UInt8]) -> [UInt8]? {
    var (stream, input) = (z_stream(), bytes)
    guard mask_deflate_init_gzip(&stream, Z_BEST_COMPRESSION) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    let isWhole = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            return deflate(&stream, Z_FINISH) == Z_STREAM_END
        }
    }
    return isWhole ? Array(output.prefix(Int(stream.total_out))) : nil
}

/// A file that nginx may be reading, with `NAME.gz` beside it for its gzip_static.
package enum ZippedFile {
    /// Puts both in their places whole, the zipped one first.
    package static func replace(_ path: String, with bytes: [UInt8], modifiedAt seconds: Int) throws {
        guard let zipped = gzip(bytes) else { throw PageError("zlib has no memory for a page of \(bytes.count) bytes") }
        try File.replace(path + ".gz", with: zipped, modifiedAt: seconds)
        try File.replace(path, with: bytes, modifiedAt: seconds)
    }

    /// - Returns: whether there was either.
    @discardableResult
    package static func remove(_ path: String) throws(SystemError) -> Bool {
        var found = false
        for file in [path, path + ".gz"] {
            if unlink(file) == 0 {
                found = true
            } else if errno != ENOENT && errno != ENOTDIR {
                throw SystemError("unlink", file)
            }
        }
        return found
    }
}
