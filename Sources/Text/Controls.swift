extension UnsafeBufferPointer<UInt8> {
    /// Whether there is a control character of ASCII among the bytes, DEL too.
    ///
    /// Without a branch, so that the compiler looks at many bytes at a time.
    @inlinable
    public var hasControl: Bool {
        reduce(0 as UInt8) { $0 | ($1 < 0x20 ? 1 : 0) | ($1 == 0x7F ? 1 : 0) } != 0
    }
}
