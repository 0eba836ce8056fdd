import CZlib

/// The bytes in the gzip format (RFC 1952), as small as zlib makes them; nil where it has no memory.
package func gzip(_ bytes: [UInt8]) -> [UInt8]? {
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
