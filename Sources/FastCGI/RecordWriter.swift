/// Collects an answer as the records of one request.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []

    /// Bytes of the answer (STDOUT).
    mutating func put(_ content: ArraySlice<UInt8>, of request: UInt16) {
        var rest = content
        while !rest.isEmpty {
            let piece = rest.prefix(Record.contentLimit)
            bytes += Record.head(.standardOutput, request, length: piece.count)
            bytes += piece
            rest = rest.dropFirst(piece.count)
        }
    }

    /// The end of the answer and of the request: FCGI_REQUEST_COMPLETE, status 0 (section 5.5).
    mutating func end(_ request: UInt16) {
        bytes += Record.head(.standardOutput, request, length: 0)
        bytes += Record.head(.end, request, length: 8)
        bytes += [0, 0, 0, 0, 0, 0, 0, 0]
    }

    /// Each thread keeps what it has had for its next answer: 64 KiB at the most.
    mutating func removeAll() { bytes.removeAll(keepingCapacity: bytes.count <= 1 << 16) }
}
