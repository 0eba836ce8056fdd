import HTTP
import QRCodes
import Visits

extension Call {
    /// An image that was asked for: 304 where the client has it already.
    /// - Parameter logo: fetches it.
    package func show(_ drawing: QRDrawing, logo: () throws -> QRLogo? = { nil }) throws -> Answer {
        var answer = Answer(status: 304, content: .none)
        if try !preconditions.isKnown(drawing.tag) {
            let bytes = try services.visits.drawings.bytes(of: drawing, for: workspace, logo: logo)
            answer = Answer(status: 200, content: .file(type: drawing.format.mediaType, bytes))
        }
        answer.fields = [
            .init(.eTag, drawing.tag.description), .init(.cacheControl, "private, max-age=300"),
            .init(.vary, "Accept, Authorization"),
        ]
        return answer
    }
}
