import Model
import QRCodes
import Threads

/// Draws QR codes for everybody who asks: a few at a time, and what is asked for again from memory. A code at its short link
/// needs no key, and drawing one takes milliseconds of a processor.
package final class QRDrawings: Sendable {
    private struct Kept {
        var images: [String: [UInt8]] = [:]
        /// Tags, oldest first.
        var order: [String] = []
        var bytes = 0
    }

    package let gate: Gate<WorkspaceID>
    private let limit: Int
    private let kept = Monitor(Kept())

    /// - Parameter limit: bytes of the images that are kept: some hundreds of usual size.
    package init(_ gate: Gate<WorkspaceID>, limit: Int = 2 << 20) { (self.gate, self.limit) = (gate, limit) }

    /// - Parameters:
    ///   - workspace: whose link it is of.
    ///   - logo: fetches it.
    /// - Throws: ``TooBusy``, ``QRRefusal``, what `logo` throws.
    package func bytes(
        of drawing: QRDrawing, for workspace: WorkspaceID, logo: () throws -> QRLogo? = { nil }
    ) throws -> [UInt8] {
        let tag = drawing.tag.description
        if let bytes = kept.withLock({ $0.images[tag] }) { return bytes }
        // Outside the gate: the logo comes from the database.
        let image = try drawing.image(logo: try logo())
        let bytes = try gate.enter(for: workspace) { try drawing.bytes(of: image) }
        keep(bytes, tag)
        return bytes
    }

    private func keep(_ image: [UInt8], _ tag: String) {
        // One large image takes the place of no more than a few others.
        guard image.count <= limit / 16 else { return }
        kept.withLock { kept in
            guard kept.images.updateValue(image, forKey: tag) == nil else { return }
            kept.order.append(tag)
            kept.bytes += image.count
            while kept.bytes > limit { kept.bytes -= kept.images.removeValue(forKey: kept.order.removeFirst())?.count ?? 0 }
        }
    }
}
