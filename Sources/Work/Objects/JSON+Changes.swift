import JSON

extension JSON {
    /// The members of two objects that differ, as they were before and as they are after; without the time of the change,
    /// which is told elsewhere.
    package static func changes(from before: JSON, to after: JSON) -> (before: JSON, after: JSON) {
        var (old, new) = (JSONObject(), JSONObject())
        for member in after.objectValue?.members ?? [] where before[member.name] != member.value && member.name != "updated_at" {
            old[member.name] = before[member.name] ?? .null
            new[member.name] = member.value
        }
        return (.object(old), .object(new))
    }
}
