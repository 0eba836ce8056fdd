import CTurboJPEG

extension Bitmap {
    /// As a JPEG that has nothing but these pixels; what is transparent is lost.
    /// - Parameters:
    ///   - quality: 1 to 100.
    ///   - isProgressive: whether it shows coarsely first; else from top to bottom.
    public func jpeg(quality: Int, isProgressive: Bool = true) throws(ImageError) -> [UInt8] {
        guard let handle = tjInitCompress() else { throw .failed("tjInitCompress") }
        defer { tjDestroy(handle) }
        var (buffer, length): (UnsafeMutablePointer<UInt8>?, UInt) = (nil, 0)
        defer { tjFree(buffer) }
        let code = tjCompress2(
            handle, pixels, Int32(width), 0, Int32(height), Int32(TJPF_RGBA.rawValue), &buffer, &length,
            Int32(TJSAMP_420.rawValue), Int32(quality), isProgressive ? Int32(TJFLAG_PROGRESSIVE) : 0)
        guard code == 0, let buffer else {
            throw .failed(tjGetErrorStr2(handle).map { String(cString: $0) } ?? "tjCompress2")
        }
        return Array(UnsafeBufferPointer(start: buffer, count: Int(length)))
    }
}
