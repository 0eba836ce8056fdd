import Model
import QRCodes
import Threads

/// Draws QR codes for everybody who asks: a few at a time, and what is asked for again from memory. A code at its short link
/// needs no key, and drawing one takes milliseconds of a processor.
package final class QRDrawings: Sendable {
    package let gate: Gate<WorkspaceID>
    private let limit: Int
    /// By entity tag; they cost bytes.
    private let kept: Monitor<RecentlyUsed<String, [UInt8]>>

    /// - Parameter limit: bytes of the images that are kept: a thousand of usual size, as PNG and as SVG.
    package init(_ gate: Gate<WorkspaceID>, limit: Int = 4 << 20) {
        (self.gate, self.limit) = (gate, limit)
        kept = Monitor(RecentlyUsed(budget: limit))
    }

    /// - Parameters:
    ///   - workspace: whose link it is of.
    ///   - logo: fetches it.
    /// - Throws: ``TooBusy``, ``QRRefusal``, what `logo` throws.
    package func bytes(
        of drawing: QRDrawing, for workspace: WorkspaceID, logo: () throws -> QRLogo? = { nil }
    ) throws -> [UInt8] {
        let tag = drawing.tag.description
        if let bytes = kept.withLock({ $0.use(tag) }) { return bytes }
        // Outside the gate: the logo comes from the database, and what cannot be drawn is refused without a wait. The modules take
        // parts of a millisecond, a logo a few.
        let image = try drawing.image(logo: try logo())
        // What is quick is no work that anybody has to wait for.
        let bytes = try drawing.isQuick ? drawing.bytes(of: image) : gate.enter(for: workspace) { try drawing.bytes(of: image) }
        keep(bytes, tag)
        return bytes
    }

    private func keep(_ image: [UInt8], _ tag: String) {
        // One large image takes the place of no more than a few others.
        guard image.count <= limit / 16 else { return }
        let exact = image.withUnsafeBufferPointer { Array($0) }  // without the room that it was drawn in
        kept.withLock { $0.set(tag, to: exact, cost: exact.count) }
    }
}
