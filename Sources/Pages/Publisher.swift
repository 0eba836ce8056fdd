import LinkStore
import Logging
import MariaDB
import Model
import POSIX
import Store

/// Brings the files of this host to what the database says, one page or all.
///
/// What a page looks like is decided by the database and the clock alone, so any process of any host may do it, at any time
/// and more than once.
public struct Publisher: Sendable {
    private let store: Store
    private let directory: PageDirectory
    private let themeFolder: String
    private let site: SiteConfiguration
    private let logger: Logger

    /// - Parameters:
    ///   - directory: where nginx finds the files.
    ///   - themes: the folder of the templates.
    public init(store: Store, directory: String, themes: String, site: SiteConfiguration, logger: Logger) {
        self.store = store
        self.directory = PageDirectory(path: directory)
        themeFolder = themes
        self.logger = logger
        self.site = site
    }

    /// The themes that a page can have.
    public func themes() throws -> [String] { try Themes(folder: themeFolder).names }

    /// Brings the files of one page up to date, and returns what visitors see; nil where they see none.
    @discardableResult
    public func refresh(host: String, slug: String) throws -> [UInt8]? {
        try directory.locked(host: host, slug: slug) { try refreshLocked(host: host, slug: slug, readThemes).html }
    }

    /// Brings the files at these places up to date, and what their hosts show without a slug. What fails is logged: a worker
    /// renders a page for whoever asks, and cron tries again.
    public func refresh(_ places: Set<Place>) {
        for place in places where !place.slug.isEmpty {
            do {
                try refresh(host: place.host, slug: place.slug)
            } catch {
                logger.error("the file of \(place.host)/\(place.slug) is not up to date: \(error)")
            }
        }
        // Which page the bare host shows may depend on any of its pages.
        for host in Set(places.map(\.host)) {
            do { try refreshRoot(ofHost: host) } catch {
                logger.error("what \(host)/ shows is not up to date: \(error)")
            }
        }
    }

    /// Brings what visitors of the bare host see up to date.
    public func refreshRoot(ofHost host: String) throws {
        try directory.locked(host: host, slug: "") {
            let slug = try store.read { try BioPages.root(ofHost: host, on: $0) }
            try directory.showRoot(ofHost: host, slug: slug)
        }
    }

    /// What visitors see, without the files: where the disk is full or may not be written.
    public func html(host: String, slug: String) throws -> [UInt8]? {
        guard let page = try store.read({ try BioPages.find(host: host, slug: slug, on: $0) }) else { return nil }
        return try render(page, readThemes())
    }

    /// What the draft would look like. It counts no views, and has no policy of its own.
    public func preview(_ page: BioPage) throws -> [UInt8] {
        try html(of: PageContent(stored: page.draft), page, readThemes(), at: .now(), isPreview: true)
    }

    public struct Synced: Sendable, Equatable {
        public var written: [String] = []
        public var removed: [String] = []
        /// What could not be written, with why.
        public var failed: [String] = []
    }

    /// Writes what is due and what this host lacks, and removes what nobody should see any more.
    /// - Parameter isRehearsal: only finds out what that is.
    public func synchronize(at now: Timestamp = .now(), isRehearsal: Bool = false) throws -> Synced {
        if isRehearsal { return try rehearse(at: now) }
        try reschedule(at: now)
        // Read where a page has to be rendered: what is to be removed is removed whatever has become of the themes.
        var read: Themes?
        func themes() throws -> Themes {
            if let read { return read }
            let fresh = try readThemes()
            read = fresh
            return fresh
        }
        let published = try store.read { try BioPages.published(on: $0) }
        var synced = Synced()
        for page in published where !isWritten(page) {
            let place = page.place
            do {
                let done = try directory.locked(host: place.host, slug: place.slug) {
                    try refreshLocked(host: place.host, slug: place.slug, themes)
                }
                if done.isWritten { synced.written.append(url(place)) }
            } catch where error is PageError || error is SystemError {
                synced.failed.append("\(url(place)): \(error)")
            }
        }
        for place in abandoned(besides: published) {
            let done = try directory.locked(host: place.host, slug: place.slug) {
                try refreshLocked(host: place.host, slug: place.slug, themes)
            }
            if done.html == nil { synced.removed.append(url(place)) }
        }
        try removeImages()
        try synchronizeRoots()
        directory.removeLeftovers()
        return synced
    }

    private func synchronizeRoots() throws {
        let wanted = try store.read { try BioPages.roots(on: $0) }
        for host in Set(wanted.keys).union(directory.hostsWithRoot) where directory.root(ofHost: host) != wanted[host] {
            try refreshRoot(ofHost: host)
        }
    }

    private func rehearse(at now: Timestamp) throws -> Synced {
        let (published, due) = try store.read { connection in
            (try BioPages.published(on: connection), try BioPages.due(at: now, limit: Self.batch, on: connection))
        }
        let changing = Set(due.map(\.place))
        return Synced(
            written: published.filter { changing.contains($0.place) || !isWritten($0) }.map { url($0.place) },
            removed: abandoned(besides: published).map(url))
    }

    /// Whether the file of a page is the one that visitors are to see.
    private func isWritten(_ page: BioPages.Published) -> Bool {
        directory.stamp(host: page.place.host, slug: page.place.slug) == page.stamp
    }

    /// Places that have a file, and no page that visitors are to see.
    private func abandoned(besides published: [BioPages.Published]) -> [Place] {
        let known = Set(published.map(\.place))
        return directory.list().filter { !known.contains($0) }
    }

    private func url(_ place: Place) -> String { site.shortURL(host: place.host, slug: place.slug) }

    private func readThemes() throws -> Themes {
        let themes = try Themes(folder: themeFolder)
        for reason in themes.broken.values { logger.error("a theme is left out: \(reason)") }
        return themes
    }

    /// Gives the pages a new stamp whose blocks begin or end to show, once over all hosts.
    private func reschedule(at now: Timestamp) throws {
        while true {
            let due = try store.read { try BioPages.due(at: now, limit: Self.batch, on: $0) }
            for var page in due {
                page.dueAt = try published(page)?.nextChange(after: now)
                page.moveStamp(at: now)
                let moved = page
                try store.write { try BioPages.reschedule(moved, on: $0) }
            }
            if due.count < Self.batch { return }
        }
    }

    private static let batch = 500

    // MARK: Images

    /// An image whose file this host does not have yet, which it has from now on; nil where there is none.
    public func image(_ id: ImageID) throws -> (image: Image, bytes: [UInt8])? {
        guard let (image, bytes) = try store.read({ try Images.bytes(of: id, on: $0) }) else { return nil }
        do { try directory.write(bytes, image) } catch {
            logger.critical("the file of an image cannot be written: \(error)")
        }
        return (image, bytes)
    }

    /// Removes an image that is gone from this host; ``synchronize(at:)`` does so on others.
    public func remove(_ image: Image) { directory.remove(image: String(image.path.dropFirst(Image.folder.count))) }

    private func removeImages() throws {
        let names = directory.images()
        let ids = names.compactMap { Image.id(fromPath: Image.folder + $0) }
        let gone = try store.read { try Images.gone(ids, on: $0) }
        for name in names where Image.id(fromPath: Image.folder + name).map(gone.contains) ?? false {
            directory.remove(image: name)
        }
    }

    // MARK: One page

    private func refreshLocked(
        host: String, slug: String, _ themes: () throws -> Themes
    ) throws -> (html: [UInt8]?, isWritten: Bool) {
        guard let page = try store.read({ try BioPages.find(host: host, slug: slug, on: $0) }),
            page.publishedVersion != nil
        else {
            try directory.remove(host: host, slug: slug)
            return (nil, false)
        }
        if directory.stamp(host: host, slug: slug) == page.stamp {
            return (try directory.html(host: host, slug: slug), false)
        }
        guard let html = try render(page, themes()) else { return (nil, false) }
        try directory.write(html, host: host, slug: slug, stamp: page.stamp)
        return (html, true)
    }

    private func published(_ page: BioPage) throws -> PageContent? {
        guard let number = page.publishedVersion else { return nil }
        return try store.read { try BioPageVersions.find(number, of: page.id, in: page.workspace, on: $0) }
            .map { try PageContent(stored: $0.content) }
    }

    private func render(_ page: BioPage, _ themes: Themes) throws -> [UInt8]? {
        guard let content = try published(page) else { return nil }
        // A host whose clock is behind must not render a state of before the stamp was made: no later stamp would tell.
        let stamped = Timestamp(milliseconds: Int64(page.stamp + 1) * 1000)
        let html = try html(of: content, page, themes, at: max(.now(), stamped), isPreview: false)
        // A file has no header fields of its own, and each page has colours of its own.
        return StylePolicy.add("default-src 'none'; img-src 'self' data:; \(StylePolicy.directive(for: html))", to: html)
    }

    private func html(
        of content: PageContent, _ page: BioPage, _ themes: Themes, at now: Timestamp, isPreview: Bool
    ) throws -> [UInt8] {
        let (images, links) = try store.read { connection in
            (
                try Images.find(content.images, in: page.workspace, on: connection),
                try Links.places(of: Set(content.links), in: page.workspace, on: connection)
            )
        }
        let context = PageContext(
            content: content, url: url(page.place), slug: page.slug, images: images,
            links: links.mapValues { url($0.place) }, icon: themes.icon, isPreview: isPreview)
        return try themes.html(content.theme, context.values(at: now))
    }
}
