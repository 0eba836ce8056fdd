import API
import Crypto
import HTTP
import JSON
import LinkStore
import Model
import QRCodes
import Store
import Visits
import Work

/// `/qr-codes`: create, list, read, change, delete, draw.
enum QRCodeResource {
    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = QRCodeFields(&fields, isNew: true)
        let id = try fields.finish(requiring: wanted.link)
        guard let link = try call.services.store.read({ try Links.find(id, in: call.workspace, on: $0) }) else {
            throw unknownLink
        }
        try call.assignment.admit(of: .qrCodes)
        let logo = try call.drawnLogo(wanted.logo.value)
        let code = wanted.applied(to: QRCode(workspace: call.workspace, link: id, createdAt: call.now), logo, at: call.now)
        try refuse(code, link, call)
        do {
            return try call.commit(call.qrCodes.create(code, logo: logo?.png)) {
                .created($0.json, at: "\(call.basePath)/qr-codes/\($0.id)").tagged($0.resourceVersion)
            }
        } catch Refusal.unknownLink {
            throw unknownLink
        }
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let pagination = try Pagination(&query, call.workspace)
        let link = try query.value("link_id") { text throws -> LinkID in
            guard let id = LinkID(text) else {
                throw FieldRefusal(code: "invalid_id", message: "Use the id of a link, lnk_….")
            }
            return id
        }
        let isDeleted = try query.choice("state", of: Existence.self) == .deleted
        try query.finish()
        let question = "\(isDeleted ? "deleted " : "")qr-codes \(link?.description ?? "")"
        return try pagination.page(of: question, id: \QRCode.id, json: \.json) { last, limit in
            try call.services.store.read {
                try isDeleted
                    ? QRCodes.listDeleted(of: link, in: call.workspace.bin, after: last, limit: limit, on: $0)
                    : QRCodes.list(of: link, in: call.workspace, after: last, limit: limit, on: $0)
            }
        }
    }

    static func get(_ call: Call) throws -> Answer {
        let code = try call.qrCode()
        return try call.show(code.json, code.resourceVersion)
    }

    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = QRCodeFields(&fields, isNew: false)
        try fields.finish()
        _ = try call.qrCode()  // before a logo is drawn
        let logo = try call.drawnLogo(wanted.logo.value)
        return try call.retrying("QR code") {
            let before = try call.qrCode()
            try call.preconditions.requireMatch(before.resourceVersion)
            let after = wanted.applied(to: before, logo, at: call.now)
            if after != before { try refuse(after, try call.link(of: before), call) }
            let change: QRCodes.LogoChange = wanted.logo.isAbsent ? .none : logo.map { .replaced($0.png) } ?? .removed
            return try call.commit(call.qrCodes.update(before, to: after, logo: change)) {
                .ok($0.json).tagged($0.resourceVersion)
            }
        }
    }

    static func delete(_ call: Call) throws -> Answer {
        let isPurged = try call.isPurged()
        return try call.delete("QR code", isPurged ? .qrCodePurged : .qrCodeDeleted, find: {
            let code = try QRCodes.find($0, in: call.workspace, on: $1)
            return try code ?? (isPurged ? QRCodes.findDeleted($0, in: call.workspace.bin, on: $1) : nil)
        }) { code in
            try call.preconditions.requireMatch(code.resourceVersion)
            return code.workspace.isBin ? call.qrCodes.purge(code) : call.qrCodes.delete(code, isPurged: isPurged)
        }
    }

    /// Brings a code back that was deleted.
    static func restore(_ call: Call) throws -> Answer {
        var fields = try call.fields(orEmpty: true)
        try fields.finish()
        let id: QRCodeID = try call.identifier()
        return try call.retrying("QR code") {
            let code = try call.services.store.read { try QRCodes.findDeleted(id, in: call.workspace.bin, on: $0) }
            guard try call.isDeleted(.qrCodeRestored, id, find: { _, _ in code != nil }), let code else {
                let code = try call.qrCode()
                return .ok(code.json).tagged(code.resourceVersion)
            }
            return try call.commit(call.qrCodes.restore(code)) { .ok($0.json).tagged($0.resourceVersion) }
        }
    }

    static func image(_ call: Call) throws -> Answer {
        var query = try call.query()
        let format = try query.choice("format") ?? QRFormat.preferred(by: call.request.fields.accept)
        let size = try query.integer("size", in: QRStyle.sizes)
        try query.finish()
        return try call.retrying("QR code") {
            let code = try call.qrCode()
            var drawing = drawing(code, try call.link(of: code), format, call)
            drawing.style.size = size ?? code.style.size
            do {
                return try call.show(drawing) { try call.logo(of: code) }
            } catch let refusal as QRRefusal {
                throw size == nil ? refusal.ofState : refusal.ofQuery
            }
        }
    }

    // MARK: Parts

    private static func drawing(_ code: QRCode, _ link: Link, _ format: QRFormat, _ call: Call) -> QRDrawing {
        QRDrawing(
            text: call.services.site.scannedURL(of: link), style: code.style, format: format,
            logoDigest: code.logoDigest ?? [])
    }

    /// What nobody could scan.
    private static func refuse(_ code: QRCode, _ link: Link, _ call: Call) throws {
        do { _ = try drawing(code, link, .png, call).image() } catch let refusal as QRRefusal { throw refusal.ofBody }
    }

    private static let unknownLink = Problem.validationFailed(
        "/link_id", code: "unknown_link", "Use a link of this workspace.")
}

extension Call {
    /// The QR code in the path.
    fileprivate func qrCode() throws -> QRCode {
        let id: QRCodeID = try identifier()
        return try found { try QRCodes.find(id, in: workspace, on: $0) }
    }

    fileprivate func link(of code: QRCode) throws -> Link {
        try found { try Links.find(code.link, in: workspace, on: $0) }
    }

    /// The logo that a code had when it was read: the entity tag speaks of that one.
    fileprivate func logo(of code: QRCode) throws -> QRLogo? {
        guard let digest = code.logoDigest else { return nil }
        let png = try services.store.read { try QRCodes.logo(of: code.id, in: workspace, on: $0) }
        guard let png, sha256(png) == digest else { throw ChangedMeanwhile() }
        return try QRLogo(png: png)
    }

    /// A logo that was sent, drawn anew. An SVG counts as ten requests, for it may take seconds of work.
    fileprivate func drawnLogo(_ file: LogoFile?) throws -> QRLogo? {
        guard let file else { return nil }
        if file.format == .svg { try charge(9) }
        do {
            return try services.pictures.enter(for: workspace) { try file.drawn(by: services.svg) }
        } catch let problem as LogoProblem {
            throw Problem.validationFailed("/logo", code: problem.code, problem.message)
        }
    }
}
