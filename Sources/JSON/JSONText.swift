/// What takes the members of an object one by one, in order: a tree, or bytes at once. So what an object consists of is said once,
/// for both.
public protocol MemberWriter {
    mutating func member(_ name: String, _ text: String?)
    mutating func member(_ name: String, _ number: Int?)
    mutating func member(_ name: String, _ flag: Bool)
    mutating func member(_ name: String, _ texts: [String])
}

extension JSONObject: MemberWriter {
    public mutating func member(_ name: String, _ text: String?) { append(name, JSON(text)) }
    public mutating func member(_ name: String, _ number: Int?) { append(name, JSON(number)) }
    public mutating func member(_ name: String, _ flag: Bool) { append(name, .bool(flag)) }
    public mutating func member(_ name: String, _ texts: [String]) { append(name, JSON(texts)) }

    private mutating func append(_ name: String, _ value: JSON) { members.append(Member(name: name, value: value)) }
}

/// An object that is written straight into bytes, as ``JSON/serialized(pretty:)`` writes a tree of it.
///
/// ```swift
/// var text = JSONText()
/// text.member("id", link.id.description)
/// text.member("tags", link.tags)
/// return text.finished()
/// ```
public struct JSONText: MemberWriter {
    private var writer = JSONWriter(isPretty: false)
    private var isEmpty = true

    public init() { writer.output.append(UInt8(ascii: "{")) }

    public mutating func member(_ name: String, _ text: String?) {
        begin(name)
        if let text { writer.append(text) } else { writer.append(.null, depth: 0) }
    }

    public mutating func member(_ name: String, _ number: Int?) {
        begin(name)
        writer.append(JSON(number), depth: 0)
    }

    public mutating func member(_ name: String, _ flag: Bool) {
        begin(name)
        writer.append(.bool(flag), depth: 0)
    }

    public mutating func member(_ name: String, _ texts: [String]) {
        begin(name)
        writer.output.append(UInt8(ascii: "["))
        for (index, text) in texts.enumerated() {
            if index > 0 { writer.output.append(UInt8(ascii: ",")) }
            writer.append(text)
        }
        writer.output.append(UInt8(ascii: "]"))
    }

    /// A member whose value is written already.
    public mutating func member(_ name: String, written value: [UInt8]) {
        begin(name)
        writer.output += value
    }

    public consuming func finished() -> [UInt8] {
        writer.output.append(UInt8(ascii: "}"))
        return writer.output
    }

    private mutating func begin(_ name: String) {
        if !isEmpty { writer.output.append(UInt8(ascii: ",")) }
        isEmpty = false
        writer.append(name)
        writer.output.append(UInt8(ascii: ":"))
    }
}
