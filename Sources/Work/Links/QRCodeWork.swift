import LinkStore
import MariaDB
import Model
import Store

/// What is done to stored QR codes.
package struct QRCodeWork {
    let assignment: Assignment

    package init(_ assignment: Assignment) { self.assignment = assignment }

    /// - Parameter logo: PNG. Whether the workspace may have one more is asked before it is drawn.
    package func create(_ code: QRCode, logo: [UInt8]?) -> Change<QRCode> {
        Change(assignment) { connection in
            try QRCodes.create(code, logo: logo, on: connection)
            try assignment.record(.qrCodeCreated, code.id.description, after: code.settings, on: connection)
            return .init(code)
        }.otherwise { error in
            throw error is QRCodes.LinkGone ? Refusal.unknownLink : error
        }
    }

    /// - Parameter after: the code as it should be; the same where there is nothing to change.
    package func update(_ before: QRCode, to after: QRCode, logo: QRCodes.LogoChange) -> Change<QRCode> {
        guard after != before else { return .nothing(assignment, before, since: before.updatedAt) }
        return Change(assignment) { connection in
            try QRCodes.update(after, logo: logo, on: connection)
            try assignment.record(.qrCodeUpdated, after.id.description, from: before.settings, to: after.settings, on: connection)
            var made = after
            made.version += 1
            return .init(made)
        }
    }

    /// - Parameter isPurged: the code does not go into the bin; nobody can restore it.
    package func delete(_ code: QRCode, isPurged: Bool = false) -> Change<Void> {
        Change(assignment) { connection in
            if isPurged { try QRCodes.delete(code, on: connection) } else { try discard(code, on: connection) }
            try assignment.record(.qrCodeDeleted, code.id.description, before: code.settings, on: connection)
            if isPurged { try assignment.record(.qrCodePurged, code.id.description, on: connection) }
            return .init(())
        }
    }

    private func discard(_ code: QRCode, on connection: Connection) throws {
        let limit = assignment.workspace.limit(of: .qrCodes)
        try DeletedObjects.makeRoom(for: 1, .qrCode, limit: limit, in: assignment.workspace.id.bin, on: connection)
        try QRCodes.discard(code, at: assignment.now, on: connection)
    }

    /// Deletes a code of the bin for good.
    package func purge(_ code: QRCode) -> Change<Void> {
        Change(assignment) { connection in
            try QRCodes.purge(code, on: connection)
            try assignment.record(.qrCodePurged, code.id.description, on: connection)
            return .init(())
        }
    }

    /// Brings a code back from the bin; its link has to be there.
    package func restore(_ code: QRCode) throws -> Change<QRCode> {
        try assignment.admit(of: .qrCodes)
        return Change(assignment) { connection in
            try QRCodes.restore(code, to: assignment.workspace.id, at: assignment.now, on: connection)
            try assignment.record(.qrCodeRestored, code.id.description, after: code.settings, on: connection)
            guard let restored = try QRCodes.find(code.id, in: assignment.workspace.id, on: connection) else { throw ChangedMeanwhile() }
            return .init(restored)
        }.otherwise { error in
            throw error is QRCodes.LinkGone ? Refusal.linkDeleted(code.link) : error
        }
    }
}
