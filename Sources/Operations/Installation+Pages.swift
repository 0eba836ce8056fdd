import Bootstrap
import Pages

extension Installation {
    /// Renders bio pages and keeps their files.
    public var publisher: Publisher {
        Publisher(
            store: store, directory: configuration.pages, themes: configuration.themes, site: configuration.site, logger: logger)
    }
}
