import API
import HTTP
import Model

/// What a client sends of a key beside its name and scopes. Fields that are absent change nothing, `null` clears.
struct KeyFields {
    private let expiresAt: Field<Timestamp>
    private let requestsPerMinute: Field<Int>
    private let allowedAddresses: Field<[AddressRange]>

    /// Ranges of one key.
    private static let rangeLimit = 50

    init(_ fields: inout JSONFields, now: Timestamp) {
        expiresAt = fields.field("expires_at", as: .timestamp) { time in
            guard time > now else { throw FieldRefusal(code: "not_in_future", message: "Send a time that is yet to come.") }
            return time
        }
        requestsPerMinute = fields.field("requests_per_minute", as: .integer(in: 1...1_000_000_000))
        allowedAddresses = fields.field("allowed_addresses", as: .array(of: .addressRange)) { ranges in
            guard ranges.count <= Self.rangeLimit else {
                throw FieldRefusal(code: "too_many", message: "Send at most \(Self.rangeLimit) ranges.")
            }
            return ranges
        }
    }

    /// Nothing of this was sent.
    var isEmpty: Bool { expiresAt.isAbsent && requestsPerMinute.isAbsent && allowedAddresses.isAbsent }

    func apply(to key: inout APIKey) {
        if !expiresAt.isAbsent { key.expiresAt = expiresAt.value }
        if !requestsPerMinute.isAbsent { key.requestsPerMinute = requestsPerMinute.value }
        if !allowedAddresses.isAbsent { key.allowedAddresses = allowedAddresses.value ?? [] }
    }
}

extension FieldType where Value == String {
    /// 1 to 255 characters in one line.
    static var keyName: FieldType { .string(maximum: 255).map { try notEmpty(plain($0)) } }
}

extension FieldType where Value == AddressRange {
    fileprivate static var addressRange: FieldType { FieldType<String>.string.map { try AddressRange(validating: $0) } }
}

extension FieldType where Value == Scopes {
    /// At least one of the scopes, by name.
    static var scopes: FieldType {
        FieldType<[Scope]>.array(of: .choice()).map { scopes in
            guard !scopes.isEmpty else { throw FieldRefusal(code: "empty", message: "Send at least one scope.") }
            return Scopes(scopes)
        }
    }
}

extension JSONFields {
    /// A field that can be changed but not cleared.
    mutating func refuseNull<Value>(_ name: String, _ field: Field<Value>) {
        if case .null = field { note(name, code: "required", message: "Send a value, or leave the field out.") }
    }
}
