/// Collects an answer as the records of one request, in memory that the next answer uses again.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []

    /// Bytes of the answer (STDOUT).
    mutating func put(_ content: ArraySlice<UInt8>, of request: UInt16) {
        var rest = content
        while !rest.isEmpty {
            let piece = rest.prefix(Record.contentLimit)
            begin(.standardOutput, request, length: piece.count)
            bytes += piece
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Bytes of the answer that `write` appends where they are to stand.
    mutating func put(of request: UInt16, _ write: (inout [UInt8]) -> Void) {
        let head = bytes.count
        begin(.standardOutput, request, length: 0)
        let start = bytes.count
        write(&bytes)
        let length = bytes.count - start
        if length <= Record.contentLimit {
            (bytes[head + 4], bytes[head + 5]) = (UInt8(length >> 8), UInt8(length & 255))
        } else {
            let content = bytes[start...]
            bytes.removeSubrange(head...)
            put(content, of: request)
        }
    }

    /// The end of the answer and of the request: FCGI_REQUEST_COMPLETE, status 0 (section 5.5).
    mutating func end(_ request: UInt16) {
        begin(.standardOutput, request, length: 0)
        begin(.end, request, length: 8)
        for _ in 0..<8 { bytes.append(0) }
    }

    /// The head of a record without padding.
    private mutating func begin(_ kind: Record.Kind, _ request: UInt16, length: Int) {
        bytes.append(1)
        bytes.append(kind.rawValue)
        bytes.append(UInt8(request >> 8))
        bytes.append(UInt8(request & 255))
        bytes.append(UInt8(length >> 8))
        bytes.append(UInt8(length & 255))
        bytes.append(0)
        bytes.append(0)
    }

    /// Each thread keeps what it has had for its next answer: 16 KiB at the most.
    mutating func removeAll() { bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 14) }
}
