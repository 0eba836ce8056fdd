import Crypto
import HTTP
import Journal
import Model
import Store

/// Answers visitors of short links: `GET /{slug}` on any link host.
///
/// A redirect waits for nothing but memory and one write(2): the click is in the journal before the answer is sent.
package struct Redirector: Sendable {
    let services: VisitServices

    package init(services: VisitServices) { self.services = services }

    private var budgets: ClickBudgets { ClickBudgets(lookups: services.visitors) }

    package func respond(to request: Request) -> Response {
        switch request.method {
        case .get, .head, .post: break
        default: return counted(.wrongMethod, Page.wrongMethod)
        }
        // No slug has a slash: what pages are made of is looked for only where there is none.
        guard let slug = Slug.fromPath(request.path) else {
            if request.path == "/" { return HostVisits(services: services).root(request) }
            return PageVisits(services: services).respond(to: request) ?? notFound(request)
        }
        if slug.hasSuffix(QRPage.suffix) { return QRPage(services: services).respond(to: request, slug) }
        switch services.links.find(host: request.host, slug: slug) {
        case .link(let link) where link.workspace == .ofPages: return PageVisits(services: services).show(slug, link, request)
        case .link(let link): return answer(request, link)
        case .unknown: return notFound(request)
        case .unavailable: return counted(.unavailable, Page.unavailable)
        }
    }

    /// The order is a promise: disabled, not yet begun, expired, loop, used up, password, and only then the destination.
    private func answer(_ request: Request, _ link: CachedLink) -> Response {
        let settings = link.settings
        let now = Timestamp.now()
        if settings.disabled { return notFound(request) }
        if let start = settings.startsAt, now < start { return notFound(request) }
        if let end = settings.expiresAt, now >= end { return expired(request, settings) }
        if link.isLoop { return counted(.loop, Page.loop) }
        if let maximum = settings.maxClicks, settings.passwordHash != nil {
            guard let isLeft = try? budgets.isLeft(link, maximum) else { return counted(.unavailable, Page.unavailable) }
            guard isLeft else { return expired(request, settings) }  // before anyone is asked for the password
        }
        if let hash = settings.passwordHash {
            if let refusal = ask(request, link, hash) { return refusal }
        } else if request.method == .post {
            return counted(.wrongMethod, Page.wrongMethod)
        }
        if let maximum = settings.maxClicks {
            if let refusal = spare(request, link, maximum) { return refusal }
            guard let taken = try? take(link, maximum, request) else { return counted(.unavailable, Page.unavailable) }
            guard taken else { return expired(request, settings) }
        }
        return lead(request, link, settings)
    }

    private func counted(_ outcome: VisitMetrics.Redirect, _ response: Response) -> Response {
        services.metrics.redirects.add(outcome)
        return response
    }

    private func notFound(_ request: Request) -> Response {
        counted(.notFound, HostVisits(services: services).notFound(request))
    }

    private func expired(_ request: Request, _ settings: LinkSettings) -> Response {
        services.metrics.redirects.add(.expired)
        let visits = HostVisits(services: services)
        return settings.expiredURL.map { visits.elsewhere($0) ?? Page.gone } ?? visits.expired(request)
    }

    /// The answer to what comes before the person or instead of one, and takes none of the link's max_clicks: a prefetch, a
    /// preview, a crawler. It never learns the destination: a link for one visit would not be one. Programs that somebody
    /// runs, such as curl, are visits.
    private func spare(_ request: Request, _ link: CachedLink, _ maximum: Int) -> Response? {
        let isAhead = request.fields.purpose != nil
        guard isAhead || UserAgentReading(request.fields.userAgent ?? "").isRobot else { return nil }
        guard let isLeft = try? budgets.isLeft(link, maximum) else { return counted(.unavailable, Page.unavailable) }
        guard isLeft else { return expired(request, link.settings) }
        return counted(.spared, isAhead ? Page.notPrefetched : Page.limited)
    }

    /// HEAD only looks: the preview of a chat must not use up the one visit that a link was made for.
    private func take(_ link: CachedLink, _ maximum: Int, _ request: Request) throws -> Bool {
        request.method == .head ? try budgets.isLeft(link, maximum) : try budgets.take(link, maximum, request)
    }

    // MARK: Password

    /// The form, or nil when the right password was sent.
    private func ask(_ request: Request, _ link: CachedLink, _ hash: String) -> Response? {
        if let safer = overTLS(request) { return counted(.password, safer) }
        guard request.method == .post else { return counted(.password, Page.password(wrong: false)) }
        do {
            switch try services.tryPassword(in: request, link, hash) {
            case .right: return nil
            case .wrong: return counted(.password, Page.password(wrong: true))
            case .tooMany(let seconds): return counted(.tooManyTries, Page.tooManyTries(seconds: seconds))
            case .busy(let seconds): return counted(.busy, Page.busy(seconds: seconds))
            }
        } catch {
            services.logger.critical("a password cannot be checked: \(error)", metadata: ["request_id": "\(request.publicID)"])
            return counted(.unavailable, Page.unavailable)
        }
    }

    /// A password is asked for over TLS wherever that can be.
    private func overTLS(_ request: Request) -> Response? {
        guard !request.isSecure, services.site.hasCertificate(request.host) else { return nil }
        let query = request.query.isEmpty ? "" : "?" + request.query
        return Response(
            status: request.method == .post ? 303 : 302,
            fields: [
                .init(.location, services.site.origin(ofHost: request.host) + request.path + query), .init(.cacheControl, Page.private),
            ])
    }

    // MARK: The destination

    private func lead(_ request: Request, _ link: CachedLink, _ settings: LinkSettings) -> Response {
        let visit = Visit(query: request.query)
        let location = visit.query.isEmpty ? link.location : Self.location(visit, settings)
        guard !location.isEmpty else { return counted(.unavailable, Page.unavailable) }
        services.metrics.redirects.add(.led)
        var response = Response(
            // A form was posted here: 303 makes the browser go on with GET and leave the password behind.
            status: request.method == .post ? 303 : settings.redirectStatus)
        response.fields.reserveCapacity(4)
        response.fields.append(.init(.location, location))
        response.fields.append(.init(.cacheControl, request.method == .post ? Page.private : caching(settings)))
        if !settings.indexable { response.fields.append(Page.noindex) }
        if isClick(request), record(request, visit, link, settings.utm) { response.fields.append(.init(.click, "1")) }
        return response
    }

    /// HEAD and prefetches are nobody's visit, and who asks not to be tracked is not where the installation heeds that.
    private func isClick(_ request: Request) -> Bool {
        request.method != .head && request.fields.purpose == nil
            && !(services.site.honorsDoNotTrack && request.fields.optsOutOfTracking)
    }

    /// A browser may keep a permanent redirect for 90 seconds, and never beyond the link's end. Of a limited number of
    /// visits each has to come here.
    private func caching(_ settings: LinkSettings) -> String {
        guard settings.redirectStatus == 301 || settings.redirectStatus == 308, settings.maxClicks == nil else {
            return Page.private
        }
        guard let end = settings.expiresAt else { return "private, max-age=90" }
        let left = (end.milliseconds - Timestamp.now().milliseconds) / 1000
        return left > 0 ? "private, max-age=\(min(left, 90))" : Page.private
    }

    private static func location(_ visit: Visit, _ settings: LinkSettings) -> String {
        (try? Destination(validating: settings.url))?
            .location(utm: settings.utm.parameters, visitorQuery: visit.query) ?? ""
    }

    /// False when the disk refuses: the visitor goes on all the same.
    private func record(_ request: Request, _ visit: Visit, _ link: CachedLink, _ utm: UTM) -> Bool {
        let campaign = Campaign(utm, visitorQuery: visit.query)
        let agent = request.fields.userAgent ?? ""
        let line = ClickLine(
            at: request.receivedMilliseconds, requestID: request.id, workspace: link.workspace, link: link.id,
            visitor: services.salts.visitor(request), country: request.country, city: request.city,
            referrer: request.fields.referer.map(referrerHost) ?? "", utmSource: campaign.source,
            utmMedium: campaign.medium, utmCampaign: campaign.campaign, userAgent: agent, trigger: visit.trigger)
        do {
            try services.journal.append(line.bytes)
            return true
        } catch {
            services.logger.critical("a click could not be recorded: \(error)", metadata: ["request_id": "\(request.publicID)"])
            return false
        }
    }
}

/// What a visitor's query says: whether the address was scanned, and what goes on to the destination.
package struct Visit {
    package var trigger = ClickTrigger.click
    package var query: String

    package init(query: String) {
        self.query = query
        guard !query.isEmpty else { return }
        let parameters = query.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        let others = parameters.filter { !$0.elementsEqual(ClickTrigger.scanMark.utf8) }
        guard others.count < parameters.count else { return }
        trigger = .qr
        self.query = others.map { String(Substring($0)) }.joined(separator: "&")
    }
}

/// The campaign of a click: the link's own, else what the visitor's address says.
package struct Campaign {
    package var source: String, medium: String, campaign: String

    package init(_ utm: UTM, visitorQuery: String) {
        source = utm.source ?? ""
        medium = utm.medium ?? ""
        campaign = utm.campaign ?? ""
        guard !visitorQuery.isEmpty else { return }
        for parameter in Query.leniently(visitorQuery) {
            switch parameter.name {
            case "utm_source" where source.isEmpty: source = parameter.value
            case "utm_medium" where medium.isEmpty: medium = parameter.value
            case "utm_campaign" where campaign.isEmpty: campaign = parameter.value
            default: break
            }
        }
    }
}
