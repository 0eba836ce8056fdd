import JSON
import Model

/// A link that is to be made. Its parts are found right by their own types; whether the domain is open to the workspace, and the
/// destination no host of ours, whoever makes it has asked ``KnownHosts``, or who remembers.
package struct LinkDraft {
    package let settings: LinkSettings
    package let domain: Domain
    /// Nil for a random one.
    package let slug: Slug?
    package let tags: [String]

    package init(settings: LinkSettings, domain: Domain, slug: Slug? = nil, tags: [String] = []) {
        self.settings = settings
        self.domain = domain
        self.slug = slug
        self.tags = tags
    }

    /// The link, under a new id and, where none was chosen, a new random slug.
    func link(_ assignment: Assignment) -> Link {
        Link(
            id: .new(), workspace: assignment.workspace.id, domain: domain.id, host: domain.host,
            slug: slug?.text ?? Slug.random(length: assignment.site.slugLength).text, settings: settings, tags: tags,
            createdAt: assignment.now, updatedAt: assignment.now)
    }
}
