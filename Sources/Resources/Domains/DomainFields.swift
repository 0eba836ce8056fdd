import API
import HTTP
import LinkStore
import Model
import Store
import Visits

/// What a client sends of a domain. Fields that are absent change nothing, `null` clears.
struct DomainFields {
    private let rootURL: Field<Destination>
    private let notFoundURL: Field<Destination>
    private let expiredURL: Field<Destination>
    private let rootPage: Field<PageID>

    init(_ fields: inout JSONFields, _ call: Call) throws {
        rootURL = try Self.destination("root_url", &fields, call)
        notFoundURL = try Self.destination("not_found_url", &fields, call)
        expiredURL = try Self.destination("expired_url", &fields, call)
        rootPage = fields.field("root_page_id", as: .string) { text in
            guard let id = PageID(text) else { throw FieldRefusal(code: "invalid_id", message: "Send the id of a page, page_….") }
            return id
        }
    }

    /// Nothing of ours: two hosts could send visitors to each other for ever.
    private static func destination(_ name: String, _ fields: inout JSONFields, _ call: Call) throws -> Field<Destination> {
        let field = fields.field(name, as: .string) { try Destination(validating: $0) }
        if let host = field.value?.host, try call.services.visits.isOwn(host) {
            fields.note(name, code: "own_host", message: "Lead to an address outside of this service.")
        }
        return field
    }

    /// The settings with the changes made.
    func applied(to settings: DomainSettings) -> DomainSettings {
        var changed = settings
        if !rootURL.isAbsent { changed.rootURL = rootURL.value?.text }
        if !notFoundURL.isAbsent { changed.notFoundURL = notFoundURL.value?.text }
        if !expiredURL.isAbsent { changed.expiredURL = expiredURL.value?.text }
        if !rootPage.isAbsent { changed.rootPage = rootPage.value }
        return changed
    }

    /// A page counts its views on the host that it is on, so it is shown at the root of no other.
    func refusePage(on host: String?, _ fields: inout JSONFields, _ call: Call) throws {
        guard let id = rootPage.value else { return }
        let page = try call.services.store.read { try BioPages.find(id, in: call.workspace, on: $0) }
        guard let page, page.host == host else {
            return fields.note("root_page_id", code: "unknown_page", message: "Use a bio page that is on this domain.")
        }
    }
}
