import Bootstrap
import Contract
import JSON
import Model

/// What the texts of the documentation know of this installation and of the API, by the names of their templates.
struct DocsContext {
    let site: SiteConfiguration
    let reference: Reference

    /// Where the documentation is read: on the dashboard's host, or else the API's.
    var address: String { "\(site.appHost.map(site.origin) ?? site.origin(ofHost: site.apiHost))/docs" }

    var values: [String: Any] {
        // An empty text would be something to a template.
        let dashboard: [String: Any] = site.appHost.map { ["app": site.appURL, "appHost": $0] } ?? [:]
        return dashboard.merging(others) { $1 }
    }

    private var others: [String: Any] {
        [
            "api": site.apiURL, "apiHost": site.apiHost, "apiOrigin": site.origin(ofHost: site.apiHost),
            "links": site.origin(ofHost: site.linkHost), "linkHost": site.linkHost, "quick": site.origin(ofHost: site.linkHost) + "/api/v1",
            "docs": address, "version": Release.version, "document_sha256": reference.documentDigest,
            "errors": ErrorCatalog.entries.map {
                ["code": $0.code, "status": String($0.status), "meaning": $0.meaning, "remedy": $0.remedy]
            },
            "events": EventCatalog.entries.map { ["type": $0.type, "about": $0.about, "payload": Sample.pretty($0.payload)] },
            "scopes": Scope.allCases.map(scope), "plans": Plan.allCases.map(plan), "quotas": Quota.allCases.map(quota), "topics": Reference.topics.map(topic),
        ]
    }

    private func scope(_ scope: Scope) -> [String: Any] {
        [
            "scope": scope.rawValue, "anchor": scope.anchor, "about": scope.about, "role": scope.leastRole.rawValue,
            "isPublic": Scope.publicScopes.contains(scope), "operations": reference.operations.filter { $0.route.scope == scope }.map(operation),
        ]
    }

    private func plan(_ plan: Plan) -> [String: Any] {
        [
            "name": plan.rawValue, "title": plan.rawValue.prefix(1).uppercased() + plan.rawValue.dropFirst(),
            "requests_per_minute": plan.requestsPerMinute.grouped, "audit_days": String(plan.auditDays),
            "quotas": Quota.allCases.map { ["name": $0.rawValue, "limit": plan.limit(of: $0).grouped] },
        ]
    }

    private func quota(_ quota: Quota) -> [String: Any] {
        ["name": quota.rawValue, "limits": Plan.allCases.map { ["limit": $0.limit(of: quota).grouped] }]
    }

    private func topic(_ topic: Topic) -> [String: Any] {
        ["title": topic.title, "href": topic.rawValue, "operations": reference.operations(of: topic).map(operation)]
    }

    private func operation(_ operation: Reference.Operation) -> [String: Any] {
        [
            "id": operation.id, "name": operation.route.method.rawValue + " " + operation.route.path, "method": operation.method,
            "path": "/v1" + operation.route.path, "summary": operation.summary, "href": "\(operation.route.topic.rawValue)#\(operation.id)",
        ]
    }
}

extension Int {
    /// `6,000`.
    var grouped: String {
        var digits = String(self)
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
            index -= 3
        }
        return digits
    }
}
