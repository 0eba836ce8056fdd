import Text

/// Two members of an object would have one name.
public struct RepeatedName: Error, Equatable {
    /// What the second of them is called before.
    public let name: String
}

extension JSONObject {
    /// The same members under other names, in linear time.
    public func renamed(_ rename: (String) -> String) throws(RepeatedName) -> JSONObject {
        var (result, seen) = (JSONObject(), SeenNames())
        for member in members {
            let name = rename(member.name)
            guard seen.insert(name, beside: result) else { throw RepeatedName(name: member.name) }
            result.members.append(Member(name: name, value: member.value))
        }
        return result
    }
}

/// The names that an object has so far. A few are compared one by one; many are hashed, so that an object
/// of a hundred thousand members still takes linear time.
struct SeenNames {
    private static let comparedAtMost = 16
    private var hashed: Set<ExactName> = []

    /// False when `object`, or this set beside it, already has the name.
    mutating func insert(_ name: String, beside object: JSONObject) -> Bool {
        if object.members.count < Self.comparedAtMost { return object.index(of: name) == nil }
        if hashed.isEmpty { hashed = Set(object.members.map { ExactName(text: $0.name) }) }
        return hashed.insert(ExactName(text: name)).inserted
    }
}

/// A string that is equal to the same bytes only.
private struct ExactName: Hashable {
    let text: String

    static func == (one: ExactName, other: ExactName) -> Bool { hasSameBytes(one.text, other.text) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
