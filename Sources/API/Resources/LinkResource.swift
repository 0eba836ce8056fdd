import HTTP
import MariaDB
import Model
import Store

/// `/links`: create, list, read, change, delete.
enum LinkResource {
    /// Random slugs that are tried before the request is refused.
    private static let slugTries = 5
    /// Versions that an update is tried against before it is refused: others change the link at the same time.
    private static let updateTries = 5

    static func create(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = LinkFields(&fields, isNew: true)
        let domain = try domain(wanted.domain.value?.text ?? call.services.site.linkHost, call, &fields)
        try refuseOwnHosts(wanted, call, &fields)
        let (url, home) = try fields.finish(requiring: wanted.url, domain)
        let settings = wanted.applied(to: LinkSettings(url: url.text))
        try refuseWrongOrder(settings)
        let tries = wanted.slug.value == nil ? slugTries : 1
        for _ in 0..<tries {
            let link = Link(
                id: .new(), workspace: call.workspace, domain: home.id, host: home.host,
                slug: wanted.slug.value?.text ?? Slug.random(length: call.services.site.slugLength).text,
                settings: settings, tags: wanted.tags.value ?? [], createdAt: call.now, updatedAt: call.now)
            do {
                try insert(link, call)
                // Nobody can have asked for a random slug before; a chosen one may be remembered as unknown.
                if wanted.slug.value != nil { call.services.forget(link) }
                return .created(link.json(call.services.site), at: "\(call.basePath)/links/\(link.id)")
            } catch Links.Refusal.slugTaken where wanted.slug.value == nil {
                continue
            } catch let refusal as Links.Refusal {
                throw problem(refusal, link)
            }
        }
        throw Problem.slugSpaceExhausted()
    }

    static func list(_ call: Call) throws -> Answer {
        var query = try call.query()
        let limit = try query.integer("limit", in: 1...100) ?? 25
        let cursor = try query.value("starting_after")
        let filter = try filter(&query)
        try query.finish()
        let position = try cursor.map { try Cursor.decode($0, filter, call.workspace) }
        let links = try call.services.store.read {
            try Links.list(filter, in: call.workspace, after: position, limit: limit + 1, on: $0)
        }
        let page = links.prefix(limit)
        let next = links.count > limit ? page.last.map { LinkPosition(id: $0.id, clicks: $0.clicks) } : nil
        return .page(
            page.map { $0.json(call.services.site) }, cursor: next.map { Cursor.encode($0, filter, call.workspace) })
    }

    static func get(_ call: Call) throws -> Answer {
        .ok(try find(call).json(call.services.site))
    }

    static func update(_ call: Call) throws -> Answer {
        var fields = try call.fields()
        let wanted = LinkFields(&fields, isNew: false)
        let host = wanted.domain.isAbsent ? nil : wanted.domain.value?.text ?? call.services.site.linkHost
        let domain = try host.flatMap { try self.domain($0, call, &fields) }
        try refuseOwnHosts(wanted, call, &fields)
        try fields.finish()
        for _ in 0..<updateTries {
            let before = try find(call)
            let after = try changed(before, wanted, domain, call)
            do {
                try write(after, before, call)
                return .ok(try find(call).json(call.services.site))
            } catch Links.Refusal.changedMeanwhile {
                continue
            } catch let refusal as Links.Refusal {
                throw problem(refusal, after)
            }
        }
        throw Problem.conflict("Others keep changing this link; try again.")
    }

    static func delete(_ call: Call) throws -> Answer {
        for _ in 0..<updateTries {
            let id: LinkID = try call.identifier()
            guard let link = try call.services.store.read({ try Links.find(id, in: call.workspace, on: $0) }) else {
                return try answerToRepeatedDelete(of: id, call)
            }
            let json = link.json(call.services.site)
            do {
                try call.services.store.write {
                    try Links.delete(
                        link, audit: call.audit(.linkDeleted, id.description, changes: ["before": json]),
                        event: call.event(.linkDeleted, data: json), on: $0)
                }
                call.services.forget(link)
                return .noContent
            } catch Links.Refusal.changedMeanwhile {
                continue
            }
        }
        throw Problem.conflict("Others keep changing this link; try again.")
    }

    // MARK: Writing

    private static func insert(_ link: Link, _ call: Call) throws {
        let json = link.json(call.services.site)
        let audit = call.audit(.linkCreated, link.id.description, changes: ["after": json])
        let event = call.event(.linkCreated, data: json)
        do {
            try call.services.store.write { try Links.create(link, audit: audit, event: event, on: $0) }
        } catch let error as MariaDBError where error.isConnectionLost {
            // Committed or not? Only the database knows; where it cannot be asked the client has to.
            let stored = try call.services.store.read { try Links.find(link.id, in: call.workspace, on: $0) }
            guard stored != nil else { throw error }
        }
    }

    private static func write(_ after: Link, _ before: Link, _ call: Call) throws {
        let (old, new) = (before.json(call.services.site), after.json(call.services.site))
        var changes = JSON.changes(from: old, to: new)
        if before.settings.passwordHash != after.settings.passwordHash {
            changes = (changes.before.adding("password", "***"), changes.after.adding("password", "***"))
        }
        try call.services.store.write {
            try Links.update(
                after,
                audit: call.audit(.linkUpdated, after.id.description, changes: ["before": changes.before, "after": changes.after]),
                event: call.event(.linkUpdated, data: new, previous: changes.before), on: $0)
        }
        call.services.forget(before)
        if (before.host, before.slug) != (after.host, after.slug) { call.services.forget(after) }
    }

    private static func changed(_ link: Link, _ wanted: LinkFields, _ domain: Domain?, _ call: Call) throws -> Link {
        var link = link
        link.settings = wanted.applied(to: link.settings)
        try refuseWrongOrder(link.settings)
        if let domain { (link.domain, link.host) = (domain.id, domain.host) }
        switch wanted.slug {
        case .absent: break
        case .null: link.slug = Slug.random(length: call.services.site.slugLength).text
        case .value(let slug): link.slug = slug.text
        }
        if !wanted.tags.isAbsent { link.tags = wanted.tags.value ?? [] }
        link.updatedAt = call.now
        return link
    }

    /// nginx asks a second worker when the first dies; the deletion may have been made. It is the same request then.
    private static func answerToRepeatedDelete(of id: LinkID, _ call: Call) throws -> Answer {
        let wasMade = try call.services.store.read {
            try AuditLog.contains(
                request: call.request.id, action: EventType.linkDeleted.rawValue, resource: id.description,
                in: call.workspace, since: Timestamp(milliseconds: call.now.milliseconds - 120_000), on: $0)
        }
        guard wasMade else { throw Problem.notFound() }
        return .noContent
    }

    // MARK: Reading

    private static func find(_ call: Call) throws -> Link {
        let id: LinkID = try call.identifier()
        guard let link = try call.services.store.read({ try Links.find(id, in: call.workspace, on: $0) }) else {
            throw Problem.notFound()
        }
        return link
    }

    private static func filter(_ query: inout Query) throws -> LinkFilter {
        var filter = LinkFilter()
        filter.host = try query.value("domain").map { $0.lowercased() }
        filter.tags = query.values("tag").map(Tag.spelling(of:))
        filter.search = try query.value("search")
        filter.externalID = try query.value("external_id")
        filter.createdAfter = try query.time("created_after")
        filter.createdBefore = try query.time("created_before")
        filter.disabled = try query.bool("disabled")
        filter.order = try query.value("sort", { text throws -> LinkFilter.Order in
            guard let order = LinkFilter.Order(rawValue: text) else {
                throw FieldRefusal(code: "invalid_choice", message: "Use created_at or clicks.")
            }
            return order
        }) ?? .createdAt
        return filter
    }

    // MARK: Refusing

    /// The domain to put a link on: the shared one, or one of the workspace's own.
    private static func domain(_ host: String, _ call: Call, _ fields: inout JSONFields) throws -> Domain? {
        let domain = try call.services.domains.find(host, isNewExpected: true)
        guard let domain, domain.workspace == nil || domain.workspace == call.workspace else {
            fields.note("domain", code: "unknown_domain", message: "Use a domain of this workspace, or leave it out.")
            return nil
        }
        return domain
    }

    /// A link to a short link would count twice, and two can make a circle.
    private static func refuseOwnHosts(_ wanted: LinkFields, _ call: Call, _ fields: inout JSONFields) throws {
        for (pointer, destination) in wanted.destinations {
            let host = destination.host
            let isOwn = host == call.services.site.apiHost || host == call.services.site.linkHost
            guard try isOwn || call.services.domains.find(host) != nil else { continue }
            fields.note(
                String(pointer.dropFirst()), code: "own_host",
                message: "Lead to the final address instead of to a host of this service.")
        }
    }

    private static func refuseWrongOrder(_ settings: LinkSettings) throws {
        guard let start = settings.startsAt, let end = settings.expiresAt, start >= end else { return }
        throw Problem.validationFailed("/expires_at", code: "invalid_order", "Send a time after starts_at.")
    }

    private static func problem(_ refusal: Links.Refusal, _ link: Link) -> Problem {
        switch refusal {
        case .slugTaken: .slugTaken(link.slug)
        case .externalIDTaken:
            .conflict(code: "external_id_taken", "Choose another external_id; a link of this workspace has it.")
        case .changedMeanwhile: .conflict("Others keep changing this link; try again.")
        }
    }
}

extension Services {
    /// Makes every worker load a link anew.
    func forget(_ link: Link) {
        let key = LinkCache.key(host: link.host, slug: link.slug)
        links.invalidate(key)
        Invalidation.publish(key, through: redis)
    }
}

extension Call {
    /// The path before `/links` under which this call came in.
    var basePath: String { dialect == .reference ? "/v1" : "/api/v1" }
}

extension JSON {
    fileprivate func adding(_ name: String, _ value: JSON) -> JSON {
        guard case .object(var object) = self else { return self }
        object[name] = value
        return .object(object)
    }
}

extension Query {
    mutating func time(_ name: String) throws(Problem) -> Timestamp? {
        guard let text = try value(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            throw .invalidParameter(name, "Use an RFC 3339 time with an offset, such as 2026-12-31T23:59:59Z.")
        }
        return time
    }
}
