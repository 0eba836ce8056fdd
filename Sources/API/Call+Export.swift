import HTTP
import Text

extension Call {
    /// One file that is made while it is sent.
    /// - Parameters:
    ///   - name: of the file, without its ending.
    ///   - limit: of what stands in it.
    ///   - isLonger: whether there is more than that.
    ///   - write: the handler has left the gate of reports when this runs: each page goes in again, and none stays inside while the
    ///     client takes its time.
    package func export(
        _ name: String, as format: ExportFormat, atMost limit: Int, isLonger: () throws -> Bool,
        write: @escaping @Sendable (_ send: ([UInt8]) throws -> Void) throws -> Void
    ) throws -> Answer {
        // Taken before the first byte: a refusal is an answer of its own, not one that breaks off.
        let ticket = try services.exports.ticket(for: workspace)
        guard try !isLonger() else { throw Problem.exportTooLong(limit) }
        return Answer(
            status: 200,
            content: .stream(type: format.mediaType) { send in
                defer { ticket.giveBack() }
                try write(send)
            },
            fields: [.init(.contentDisposition, "attachment; filename=\"\(name).\(format.rawValue)\"")])
    }
}
