import CAres
import Glibc

/// A message of RFC 1035 section 4, as a server sent it: read with a look at each length.
struct Message {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 12

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The records of the answer section that are of a known type, in their order.
    func records() throws(DNSFailure) -> [Record] {
        var copy = self
        return try copy.read()
    }

    private mutating func read() throws(DNSFailure) -> [Record] {
        guard bytes.count >= 12 else { throw .malformed }
        for _ in 0..<number(at: 4) {
            _ = try name()
            position += 4
        }
        var records: [Record] = []
        for _ in 0..<number(at: 6) {
            _ = try name()
            guard position + 10 <= bytes.count else { throw .malformed }
            let (type, length) = (RecordType(rawValue: number(at: position)), number(at: position + 8))
            position += 10
            guard position + length <= bytes.count else { throw .malformed }
            let end = position + length
            if let type, let record = try record(type, until: end) { records.append(record) }
            position = end
        }
        return records
    }

    private mutating func record(_ type: RecordType, until end: Int) throws(DNSFailure) -> Record? {
        switch type {
        case .a: address(AF_INET, length: 4, until: end)
        case .aaaa: address(AF_INET6, length: 16, until: end)
        case .cname: .alias(try name())
        case .txt: .text(try text(until: end))
        }
    }

    private func address(_ family: Int32, length: Int, until end: Int) -> Record? {
        guard end - position == length, let base = bytes.baseAddress else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, base + position, &text, socklen_t(text.count)) != nil else { return nil }
        return .address(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }

    /// Strings of up to 255 bytes, each behind its length.
    private func text(until end: Int) throws(DNSFailure) -> String {
        var (joined, next) = ([UInt8](), position)
        while next < end {
            let length = Int(bytes[next])
            guard next + 1 + length <= end else { throw .malformed }
            joined += bytes[(next + 1)..<(next + 1 + length)]
            next += 1 + length
        }
        return String(decoding: joined, as: UTF8.self)
    }

    /// > "The ares_expand_name function converts a DNS-encoded name to an alphanumeric dotted name", following the pointers
    /// > of compressed ones. https://c-ares.org/docs/ares_expand_name.html
    private mutating func name() throws(DNSFailure) -> String {
        guard position < bytes.count, let base = bytes.baseAddress else { throw .malformed }
        var text: UnsafeMutablePointer<CChar>?
        var length = 0
        guard ares_expand_name(base + position, base, Int32(bytes.count), &text, &length) == mask_ares_success, let text else {
            throw .malformed
        }
        defer { ares_free_string(text) }
        position += length
        return String(cString: text).lowercased()
    }

    private func number(at index: Int) -> Int { Int(bytes[index]) << 8 | Int(bytes[index + 1]) }
}
