import JSON

/// One thing that is wrong with one field of a body.
public struct FieldProblem: Sendable, Hashable {
    /// Where, as a JSON Pointer (RFC 6901), for example `/tags/0`; empty for the body as a whole.
    public let pointer: String
    /// A stable word for programs, snake_case.
    public let code: String
    /// What to change, as a sentence.
    public let message: String

    public init(pointer: String, code: String, message: String) {
        self.pointer = pointer
        self.code = code
        self.message = message
    }

    /// Of a field that has to be there.
    package static func missing(at pointer: String) -> FieldProblem {
        FieldProblem(pointer: pointer, code: "required", message: "Send this field.")
    }
}

/// An error that a validation throws, and that a client is meant to read.
public protocol FieldError: Error {
    /// A stable word for programs, snake_case.
    var code: String { get }
    /// What to change, as a sentence.
    var message: String { get }
}

/// What is wrong with a field, for a reader that has no error of its own.
package struct FieldRefusal: FieldError {
    package var code: String
    package var message: String

    package init(code: String, message: String) { (self.code, self.message) = (code, message) }
}

/// A field of a PATCH: left alone, cleared, or set.
public enum Field<Value> {
    case absent
    case null
    case value(Value)

    /// The value, where there is one.
    public var value: Value? { if case .value(let value) = self { value } else { nil } }
    public var isAbsent: Bool { if case .absent = self { true } else { false } }
}

extension Field: Sendable where Value: Sendable {}
extension Field: Equatable where Value: Equatable {}

extension JSONObject {
    /// Reads a body: 400 when it is not JSON, 422 when it is not an object.
    public init(ofBody body: [UInt8]) throws(Problem) {
        let json: JSON
        do throws(JSONError) { json = try JSON.parse(body, isOfStranger: true) } catch { throw .invalidJSON(error) }
        guard case .object(let object) = json else {
            throw .validationFailed("", code: "invalid_type", "Send a JSON object.")
        }
        self = object
    }
}

/// The strict reader of a request's body. It notes every problem instead of stopping at the first:
///
///     var fields = try JSONFields(parsing: request.body)
///     let url = fields.required("url", as: .string) { try Destination(validating: $0) }
///     let title = fields.value("title", as: .string(maximum: 200))
///     let tags = fields.value("tags", as: .stringArray) ?? []
///     let destination = try fields.finish(requiring: url)
///
/// A member that no line asks for is a problem too.
public struct JSONFields {
    /// What is wrong so far, in the order of the questions; the first 100 of it.
    public var problems: [FieldProblem] { noted.list }

    var noted = FieldProblems()
    private let object: JSONObject
    private let pointer: String
    private var isRead: [Bool]

    /// - Parameter pointer: where the object stands in the body.
    public init(_ object: JSONObject, pointer: String = "") {
        self.object = object
        self.pointer = pointer
        isRead = Array(repeating: false, count: object.members.count)
    }

    /// - Throws: as ``JSONObject/init(ofBody:)``.
    public init(parsing body: [UInt8]) throws(Problem) { self.init(try JSONObject(ofBody: body)) }

    // MARK: Reading

    /// The field's value; nil when it is absent or null, or wrong, which is noted.
    public mutating func value<Value>(_ name: String, as type: FieldType<Value>) -> Value? {
        field(name, as: type).value
    }

    /// The field's value, converted; what `convert` throws is noted.
    public mutating func value<Raw, Value>(
        _ name: String, as type: FieldType<Raw>, _ convert: (Raw) throws -> Value
    ) -> Value? {
        field(name, as: type, convert).value
    }

    /// Like `value`, but notes `required` when the field is absent or null.
    public mutating func required<Value>(_ name: String, as type: FieldType<Value>) -> Value? {
        required(name, as: type) { $0 }
    }

    /// Like `value`, but notes `required` when the field is absent or null.
    public mutating func required<Raw, Value>(
        _ name: String, as type: FieldType<Raw>, _ convert: (Raw) throws -> Value
    ) -> Value? {
        if member(name)?.isNull ?? true { noted.add(.missing(at: JSONPointer.appending(name, to: pointer))) }
        return value(name, as: type, convert)
    }

    /// The field of a PATCH. One that is wrong is noted and reads as absent.
    /// - Parameter type: made only where the field has a value.
    public mutating func field<Value>(_ name: String, as type: @autoclosure () -> FieldType<Value>) -> Field<Value> {
        field(name, as: type()) { $0 }
    }

    /// The field of a PATCH, converted; what `convert` throws is noted.
    public mutating func field<Raw, Value>(
        _ name: String, as type: @autoclosure () -> FieldType<Raw>, _ convert: (Raw) throws -> Value
    ) -> Field<Value> {
        guard let json = member(name) else { return .absent }
        if json.isNull { return .null }
        let place = JSONPointer.appending(name, to: pointer)
        guard let raw = type().read(json, place, &noted) else { return .absent }
        return noted.noting(at: place) { try convert(raw) }.map(Field.value) ?? .absent
    }

    public mutating func string(_ name: String) -> String? { value(name, as: .string) }
    public mutating func integer(_ name: String) -> Int? { value(name, as: .integer) }
    public mutating func bool(_ name: String) -> Bool? { value(name, as: .bool) }
    public mutating func strings(_ name: String) -> [String]? { value(name, as: .stringArray) }

    /// The member as it came, without reading it; nil when it is absent or null.
    public func peek(_ name: String) -> JSON? {
        // `nil` in a closure would be JSON's own null, which is a value.
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    /// Reads all that is left without a look: what it should be cannot be told.
    public mutating func ignoreTheRest() {
        for index in isRead.indices { isRead[index] = true }
    }

    // MARK: Problems

    /// Adds a problem that only the handler can see, such as two fields that exclude each other.
    public mutating func note(_ name: String, code: String, message: String) {
        noted.add(FieldProblem(pointer: JSONPointer.appending(name, to: pointer), code: code, message: message))
    }

    /// The problem of a field that shows only when the reading has ended.
    public func refusal(of name: String, code: String, message: String) -> Problem {
        .validationFailed(JSONPointer.appending(name, to: pointer), code: code, message)
    }

    /// Notes each member that was not asked for. To be called last.
    public mutating func unknownFieldsAreProblems() {
        for index in isRead.indices where !isRead[index] {
            isRead[index] = true
            note(
                object.members[index].name, code: "unknown_field",
                message: "Remove this field or correct its name; it is not known here.")
        }
    }

    /// Ends the reading: throws 422 with all problems, unknown fields among them.
    public mutating func finish() throws(Problem) {
        unknownFieldsAreProblems()
        if !noted.list.isEmpty { throw Problem.validationFailed(noted.list, omitted: noted.omitted) }
    }

    /// Ends the reading like `finish()`, and gives what `required` read, no longer optional.
    public mutating func finish<each Value>(requiring values: repeat (each Value)?) throws(Problem) -> (
        repeat each Value
    ) {
        try finish()
        return (repeat try Self.unwrap(each values))
    }

    private static func unwrap<Value>(_ value: Value?) throws(Problem) -> Value {
        // `required` notes a problem whenever it returns nil, so that `finish` has thrown before.
        guard let value else { throw Problem.internalError() }
        return value
    }

    private mutating func member(_ name: String) -> JSON? {
        guard let index = object.index(of: name) else { return nil }
        isRead[index] = true
        return object.members[index].value
    }
}

/// Problems as they are found. A body of 1 MiB can hold a hundred thousand: the first are kept, the others counted.
struct FieldProblems {
    static let maximum = 100

    private(set) var list: [FieldProblem] = []
    private(set) var omitted = 0

    mutating func add(_ problem: FieldProblem) {
        if list.count < Self.maximum { list.append(problem) } else { omitted += 1 }
    }

    /// Runs a validation; when it throws, notes why and returns nil.
    mutating func noting<Value>(at pointer: String, _ validate: () throws -> Value) -> Value? {
        do {
            return try validate()
        } catch let error as any FieldError {
            add(FieldProblem(pointer: pointer, code: error.code, message: error.message))
        } catch {
            // Not written for clients: its text stays here.
            add(FieldProblem(pointer: pointer, code: "invalid_value", message: "Send a valid value."))
        }
        return nil
    }
}

extension FieldProblem {
    /// - Parameter expected: with its article, for example "a string".
    static func invalidType(at pointer: String, expected: String) -> FieldProblem {
        FieldProblem(pointer: pointer, code: "invalid_type", message: "Send \(expected).")
    }
}
