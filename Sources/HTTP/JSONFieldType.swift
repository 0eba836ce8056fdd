import JSON

/// How a field is written in JSON and what it is read as: `.string`, `.integer(in: 1...100)`, `.array(of: .string)`.
///
/// Modules above add their own:
///
///     extension FieldType where Value == Slug {
///         static var slug: FieldType { FieldType<String>.string.map { try Slug(validating: $0) } }
///     }
public struct FieldType<Value> {
    /// The value, or nil with a problem noted at the pointer.
    let read: (JSON, _ pointer: String, inout FieldProblems) -> Value?

    /// The same in JSON, read as something else; what `convert` throws is noted as the field's problem.
    public func map<New>(_ convert: @escaping (Value) throws -> New) -> FieldType<New> {
        FieldType<New> { json, pointer, problems in
            guard let value = read(json, pointer, &problems) else { return nil }
            return problems.noting(at: pointer) { try convert(value) }
        }
    }

    fileprivate static func simple(_ expected: String, _ value: @escaping (JSON) -> Value?) -> FieldType {
        FieldType { json, pointer, problems in
            if let value = value(json) { return value }
            problems.add(.invalidType(at: pointer, expected: expected))
            return nil
        }
    }
}

extension FieldType where Value == String {
    public static var string: FieldType { .simple("a string") { $0.stringValue } }

    /// A string of at most so many characters (Unicode scalars, as the database counts); `too_long` otherwise.
    public static func string(maximum: Int) -> FieldType {
        string.map { text in
            guard text.unicodeScalars.count <= maximum else {
                throw TypeError(code: "too_long", message: "Use at most \(maximum) characters.")
            }
            return text
        }
    }
}

extension FieldType where Value == Int {
    /// A whole number. `1.0` and `1e0` are whole too: JSON Schema tells numbers by their value, not by their spelling.
    public static var integer: FieldType {
        .simple("a whole number") { json in
            if case .double(let number) = json { return Int(exactly: number) }
            return json.integerValue.flatMap(Int.init(exactly:))
        }
    }

    /// A whole number within a range; `out_of_range` otherwise.
    public static func integer(in range: ClosedRange<Int>) -> FieldType {
        integer.map { number in
            guard range.contains(number) else {
                let message = "Send a number from \(range.lowerBound) to \(range.upperBound)."
                throw TypeError(code: "out_of_range", message: message)
            }
            return number
        }
    }
}

extension FieldType where Value == Bool {
    public static var bool: FieldType { .simple("true or false") { $0.boolValue } }
}

extension FieldType where Value == JSON {
    /// Any value but null.
    public static var json: FieldType { .simple("a value") { $0 } }
}

extension FieldType where Value == [String] {
    public static var stringArray: FieldType { .array(of: .string) }
}

extension FieldType {
    /// An array; the problems of its elements have pointers of their own.
    public static func array<Element>(of element: FieldType<Element>) -> FieldType where Value == [Element] {
        FieldType { json, pointer, problems in
            guard let elements = json.arrayValue else {
                problems.add(.invalidType(at: pointer, expected: "an array"))
                return nil
            }
            let values = elements.enumerated().compactMap { index, json in
                element.read(json, JSONPointer.appending(String(index), to: pointer), &problems)
            }
            return values.count == elements.count ? values : nil
        }
    }

    /// An object, read as strictly as the body: `read` asks for its fields; others are noted as unknown.
    public static func object(_ read: @escaping (inout JSONFields) -> Value?) -> FieldType {
        FieldType { json, pointer, problems in
            guard let object = json.objectValue else {
                problems.add(.invalidType(at: pointer, expected: "an object"))
                return nil
            }
            var fields = JSONFields(object, pointer: pointer)
            swap(&fields.noted, &problems)
            defer { swap(&fields.noted, &problems) }
            let value = read(&fields)
            fields.unknownFieldsAreProblems()
            return value
        }
    }

    /// One of the words of an enumeration; `invalid_choice` otherwise.
    public static func choice(of type: Value.Type = Value.self) -> FieldType
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        FieldType<String>.string.map { word in
            if let value = Value(rawValue: word) { return value }
            throw TypeError.invalidChoice(Value.allCases.map(\.rawValue))
        }
    }

    /// One of the numbers of an enumeration; `invalid_choice` otherwise.
    public static func choice(of type: Value.Type = Value.self) -> FieldType
    where Value: CaseIterable & RawRepresentable, Value.RawValue == Int {
        FieldType<Int>.integer.map { number in
            if let value = Value(rawValue: number) { return value }
            throw TypeError.invalidChoice(Value.allCases.map { String($0.rawValue) })
        }
    }
}

private struct TypeError: FieldError {
    let code: String
    let message: String

    static func invalidChoice(_ choices: [String]) -> TypeError {
        TypeError(code: "invalid_choice", message: "Use one of: \(choices.joined(separator: ", ")).")
    }
}
