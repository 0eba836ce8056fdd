import CHiredis

/// An answer of Redis, copied out of hiredis. An error is not a reply: it is thrown as ``RedisError/server(_:)``.
public enum Reply: Sendable, Hashable {
    /// What Redis answers for a key that does not exist.
    case null
    case integer(Int64)
    /// A string of any bytes, or a status such as `OK`.
    case string([UInt8])
    case array([Reply])

    /// A string as text; bytes that are not UTF-8 become U+FFFD. Nil for other kinds.
    public var text: String? {
        guard case .string(let bytes) = self else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// An integer, or a string that is one in decimal, as counters are. Nil for all else.
    public var number: Int64? {
        if case .integer(let number) = self { return number }
        return text.flatMap { Int64($0) }
    }

    /// The elements of an array; nil for other kinds.
    public var elements: [Reply]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Copies a reply with everything in it. An error anywhere inside is thrown.
    init(_ reply: redisReply) throws(RedisError) {
        switch reply.type {
        case REDIS_REPLY_NIL: self = .null
        case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = .string(Self.bytes(of: reply))
        case REDIS_REPLY_ARRAY: self = .array(try Self.elements(of: reply))
        case REDIS_REPLY_ERROR: throw .server(String(decoding: Self.bytes(of: reply), as: UTF8.self))
        default: throw .lost("a reply of the unknown type \(reply.type)")
        }
    }

    private static func bytes(of reply: redisReply) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len))
    }

    private static func elements(of reply: redisReply) throws(RedisError) -> [Reply] {
        var elements: [Reply] = []
        elements.reserveCapacity(reply.elements)
        for index in 0..<reply.elements {
            guard let element = reply.element[index] else { throw .lost("an array with a missing element") }
            elements.append(try Reply(element.pointee))
        }
        return elements
    }
}
