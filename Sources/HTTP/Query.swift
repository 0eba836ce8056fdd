import Text

/// The strict reader of a query (`application/x-www-form-urlencoded`, https://url.spec.whatwg.org/#urlencoded-parsing):
///
///     var query = try Query(request.query)
///     let limit = try query.integer("limit", in: 1...100) ?? 25
///     let tags = query.values("tag")
///     try query.finish()
///
/// Everything that is wrong is a 400. A parameter that no line asks for is wrong too.
public struct Query: Sendable {
    public struct Parameter: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    /// All parameters, decoded once, in order.
    public let parameters: [Parameter]

    private var known: [String] = []

    /// - Parameter raw: what stands behind the `?`, as it was sent.
    public init(_ raw: String) throws(Problem) {
        var parameters: [Parameter] = []
        // By bytes: a combining mark behind an `&` would hide it from a comparison of characters.
        for pair in raw.utf8.split(separator: UInt8(ascii: "&")) {
            parameters.append(try Self.parameter(pair))
        }
        self.parameters = parameters
    }

    // MARK: Reading

    /// The value of a parameter; nil when it is absent.
    public mutating func value(_ name: String) throws(Problem) -> String? {
        let values = values(name)
        guard values.count <= 1 else { throw .invalidParameter(name, "Send this parameter once.") }
        return values.first
    }

    /// The value of a parameter, converted; a `FieldError` that `convert` throws becomes the problem's detail.
    public mutating func value<Value>(
        _ name: String, _ convert: (String) throws -> Value
    ) throws(Problem) -> Value? {
        guard let text = try value(name) else { return nil }
        do {
            return try convert(text)
        } catch let error as any FieldError {
            throw .invalidParameter(name, error.message)
        } catch {
            throw .invalidParameter(name, "Send a valid value.")
        }
    }

    /// All values of a parameter that may be repeated, in order.
    public mutating func values(_ name: String) -> [String] {
        known.append(name)
        return parameters.filter { hasSameBytes($0.name, name) }.map(\.value)
    }

    /// A whole number in decimal digits.
    public mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = try value(name) else { return nil }
        // `Int` takes a plus sign, which a reader of strict parameters should not have to expect.
        guard let number = Int(text), range.contains(number), !text.hasPrefix("+") else {
            throw .invalidParameter(name, "Use a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// `true` or `false`.
    public mutating func bool(_ name: String) throws(Problem) -> Bool? {
        switch try value(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        default: throw .invalidParameter(name, "Use true or false.")
        }
    }

    /// One of the words of an enumeration.
    public mutating func choice<Value>(_ name: String, of type: Value.Type = Value.self) throws(Problem) -> Value?
    where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
        guard let text = try value(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw .invalidParameter(name, "Use one of: \(Value.allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return value
    }

    /// Ends the reading: a parameter that was not asked for is an error.
    public func finish() throws(Problem) {
        let unknown = parameters.first { parameter in !known.contains { hasSameBytes($0, parameter.name) } }
        guard let unknown else { return }
        let advice = known.isEmpty ? "No parameter is known here." : "Known here: \(known.joined(separator: ", "))."
        throw .invalidParameter(unknown.name, "Remove this parameter or correct its name. \(advice)")
    }

    // MARK: Parsing

    /// The parameters of a query that is not ours, each read by itself as well as it can be.
    public static func leniently(_ raw: String) -> [Parameter] {
        raw.utf8.split(separator: UInt8(ascii: "&")).map { pair in
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            return Parameter(
                name: PercentEncoding.decodeLeniently(Substring(name)),
                value: PercentEncoding.decodeLeniently(Substring(pair[name.endIndex...].dropFirst())))
        }
    }

    private static func parameter(_ pair: Substring.UTF8View) throws(Problem) -> Parameter {
        let rawName = pair.prefix { $0 != UInt8(ascii: "=") }
        let rawValue = pair[rawName.endIndex...].dropFirst()
        guard let name = PercentEncoding.decode(Substring(rawName), plusIsSpace: true) else {
            throw .invalidParameter(String(Substring(rawName)), malformed)
        }
        guard let value = PercentEncoding.decode(Substring(rawValue), plusIsSpace: true) else {
            throw .invalidParameter(name, malformed)
        }
        if name.hasEndlessMarks || value.hasEndlessMarks {
            throw .invalidParameter(name, "Put at most \(String.marksLimit) marks on a letter.")
        }
        return Parameter(name: name, value: value)
    }

    private static let malformed = "Encode it as UTF-8, with two hexadecimal digits after every %."
}
