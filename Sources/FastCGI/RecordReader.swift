import Glibc

/// Where a peer's bytes come from.
protocol ByteSource {
    /// The first bytes of a request have come.
    mutating func begin()

    /// Waits for bytes. 0 at the end; a negated errno, or any negative number, where it fails.
    /// - Parameter isBegun: some bytes of the request have come.
    mutating func receive(into buffer: UnsafeMutableRawBufferPointer, isBegun: Bool) -> Int
}

/// Why reading a request ended before its end. The connection is of no more use.
enum RecordFailure: Error {
    /// A signal ended the wait for a request of which nothing has come yet.
    case interrupted
    /// The peer has gone, or is silent in the middle of a request.
    case ended
    /// The peer sends what nginx does not: another version, role, kind or request.
    case unexpected
    /// More parameters than nginx ever sends.
    case tooLong
}

/// Reads the records of one request after the other, as nginx sends them: BEGIN_REQUEST, PARAMS to an empty one, STDIN to an
/// empty one, all of one request. Nothing else is answered: management records and multiplexing are not for web servers.
///
/// Its own, and not libfcgi's reader: that one aborts the process where a pair of lengths overflows an int.
struct RecordReader<Source: ByteSource> {
    private(set) var source: Source
    private var buffer = [UInt8](repeating: 0, count: 8_192)
    private var (start, end) = (0, 0)
    /// The name-value pairs of the request that was begun last.
    private(set) var parameters: [UInt8] = []
    private(set) var request: UInt16 = 0
    private(set) var keepsConnection = false
    private var isBegun = false

    init(_ source: Source) { self.source = source }

    /// Reads from another source from now on, with the memory of the one before.
    mutating func restart(_ source: Source) {
        self.source = source
        (start, end, isBegun) = (0, 0, false)
    }

    /// Reads a request up to its body.
    /// - Parameter limit: bytes of its parameters.
    mutating func readHead(limit: Int) throws(RecordFailure) {
        isBegun = hasBytes
        if isBegun { source.begin() }
        let begin = try head()
        guard begin.kind == .begin, begin.request != 0, begin.length >= 8 else { throw .unexpected }
        request = begin.request
        var pairs: [UInt8] = []
        swap(&pairs, &parameters)  // its memory is used again
        defer { swap(&pairs, &parameters) }
        pairs.removeAll(keepingCapacity: true)
        try read(begin, into: &pairs)
        // FCGI_RESPONDER; FCGI_KEEP_CONN
        guard pairs[0] == 0, pairs[1] == 1 else { throw .unexpected }
        keepsConnection = pairs[2] & 1 == 1
        pairs.removeAll(keepingCapacity: true)
        while true {
            let record = try head(.parameters)
            guard pairs.count + record.length <= limit else { throw .tooLong }
            try read(record, into: &pairs)
            if record.length == 0 { return }
        }
    }

    /// Reads the body to its end. Nil where it is not as long as announced.
    mutating func readBody(_ length: Int) throws(RecordFailure) -> [UInt8]? {
        var body: [UInt8] = []
        body.reserveCapacity(length)
        let isWhole = try eachRecord(ofBody: length) { record, reader throws(RecordFailure) in
            try reader.read(record, into: &body)
        }
        return isWhole ? body : nil
    }

    /// As ``readBody(_:)``, but keeps nothing. False where it is not as long as announced.
    mutating func skipBody(_ length: Int) throws(RecordFailure) -> Bool {
        try eachRecord(ofBody: length) { record, reader throws(RecordFailure) in
            try reader.eachPiece(of: record.length + record.padding) { _ in }
        }
    }

    private mutating func eachRecord(
        ofBody length: Int, _ take: (Record, inout Self) throws(RecordFailure) -> Void
    ) throws(RecordFailure) -> Bool {
        var missing = length
        while true {
            let record = try head(.standardInput)
            guard record.length <= missing else { return false }
            try take(record, &self)
            missing -= record.length
            if record.length == 0 { return missing == 0 }
        }
    }

    /// Whether bytes wait that were received already.
    var hasBytes: Bool { start < end }

    // MARK: Bytes

    private mutating func head(_ kind: Record.Kind) throws(RecordFailure) -> Record {
        let record = try head()
        guard record.kind == kind, record.request == request else { throw .unexpected }
        return record
    }

    private mutating func head() throws(RecordFailure) -> Record {
        while end - start < Record.headBytes { try receive() }
        guard let record = Record(buffer[start..<(start + Record.headBytes)]) else { throw .unexpected }
        start += Record.headBytes
        return record
    }

    /// The content of a record; its padding is skipped.
    private mutating func read(_ record: Record, into bytes: inout [UInt8]) throws(RecordFailure) {
        try eachPiece(of: record.length) { bytes += $0 }
        try eachPiece(of: record.padding) { _ in }
    }

    /// So many bytes, in pieces as they come.
    private mutating func eachPiece(of length: Int, _ take: (ArraySlice<UInt8>) -> Void) throws(RecordFailure) {
        var missing = length
        while missing > 0 {
            if start == end { try receive() }
            let count = min(missing, end - start)
            take(buffer[start..<(start + count)])
            start += count
            missing -= count
        }
    }

    /// More bytes, behind those that wait.
    private mutating func receive() throws(RecordFailure) {
        if start > 0 {
            // Less than a head, if anything.
            for index in 0..<(end - start) { buffer[index] = buffer[start + index] }
            (start, end) = (0, end - start)
        }
        let (begin, count) = (end, buffer.count - end)
        let received = buffer.withUnsafeMutableBytes { source.receive(into: .init(rebasing: $0[begin..<(begin + count)]), isBegun: isBegun) }
        guard received > 0 else { throw received == -Int(EINTR) && !isBegun ? .interrupted : .ended }
        if !isBegun { source.begin() }
        isBegun = true
        end += received
    }
}
