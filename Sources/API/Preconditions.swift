import HTTP
import JSON

extension Call {
    /// A resource that was asked for: 304 where the client has it already.
    package func show(_ json: JSON, _ version: ResourceVersion) throws(Problem) -> Answer { try show(.object(json), version) }

    package func show(_ content: Answer.Content, _ version: ResourceVersion) throws(Problem) -> Answer {
        let isKnown = try preconditions.isKnown(version.tag)
        return Answer(status: isKnown ? 304 : 200, content: isKnown ? .none : content).tagged(version)
    }
}
