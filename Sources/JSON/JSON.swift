import Text

/// A JSON value (RFC 8259).
///
/// Whole numbers and numbers with a fraction are kept apart: `1` is an `integer`, `1.0` and `1e0` are `double`s.
/// A tree reads as literals do: `["id": .string(id), "tags": ["a", "b"], "clicks": 0, "title": nil]`.
public enum JSON: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSON])
    case object(JSONObject)
}

/// The members of a JSON object, in the order in which they were written.
///
/// Names are compared byte by byte. Swift's own comparison of strings would take the Kelvin sign for the letter K,
/// and a reader that sees one name where another sees two is how a check is passed by.
public struct JSONObject: Sendable, Equatable {
    public struct Member: Sendable, Equatable {
        public var name: String
        public var value: JSON

        public init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// All members; their names have to be distinct.
    public var members: [Member]

    public init(_ members: [Member] = []) {
        self.members = members
    }

    /// The member of this name. Setting one replaces it in its place or appends it; setting `nil` removes it
    /// (to write a JSON null, set `JSON.null`).
    public subscript(name: String) -> JSON? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    package func index(of name: String) -> Int? {
        members.firstIndex { hasSameBytes($0.name, name) }
    }
}

extension JSON {
    /// The text, or null when there is none.
    public init(_ text: String?) { self = text.map(JSON.string) ?? .null }

    /// The whole number, or null when there is none.
    public init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }

    /// The flag, or null when there is none.
    public init(_ flag: Bool?) { self = flag.map(JSON.bool) ?? .null }

    /// An array of strings.
    public init(_ texts: [String]) { self = .array(texts.map(JSON.string)) }

    public var isNull: Bool { self == .null }

    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    public var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The member of this name; nil when this is no object or has no such member.
    public subscript(name: String) -> JSON? { objectValue?[name] }

    /// The element at this index, from 0; nil when this is no array or has no such element.
    public subscript(index: Int) -> JSON? {
        guard let elements = arrayValue, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(name: $0, value: $1) }))
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(elements.map { Member(name: $0, value: $1) })
    }
}
